"""All songs in two dimensions, laid out from their neighbours: songs that are near in many dimensions stay near.

The layout of McInnes, Healy and Melville 2018 (UMAP), small: a graph of the nearest songs, a spectral start, then
attraction along the edges and repulsion between random songs, in whole-array steps. Songs that had a place keep it
when others are added. It does not draw.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components, laplacian
from scipy.sparse.linalg import eigsh

from audiorec.learning.nearest import best_songs
from audiorec.learning.nearest_by_cells import best_among_all
from audiorec.ranking.joint_space import Vectors, known_rows

Points = NDArray[np.float32]
# The curve of attraction 1 / (1 + a d^2b) for a least distance of 0: points may touch.
_A, _B = 1.93, 0.79
NEIGHBOURS = 15
# Strangers that a song is pushed from at each edge: more keep true neighbours better (measured) and cost time.
_REPULSIONS = {True: 10, False: 3}
_FEW = 10_000
# Of a new map, for few songs and for many, and for songs that come to a map. Half of them cost .004 of trustworthiness.
_EPOCHS = {True: 800, False: 120}
_NEW_EPOCHS = 200
_MOST_STEP = 4.0
_UNITS = 10.0
_SPECTRAL_UP_TO = 20_000
_EXACT_UP_TO = 20_000


@dataclass(frozen=True)
class SongMap:
    """track_ids: int64 [N]; points: float32 [N, 2] in about [-1, 1]; neighbours: int32 [N, k], rows (-1: none)."""

    track_ids: NDArray[np.int64]
    points: Points
    neighbours: NDArray[np.int32]


def lay_out(track_ids: NDArray[np.int64], vectors: Vectors, before: SongMap | None = None, seed: int = 0) -> SongMap:
    """Place N songs; vectors: unit rows [N, D] (zeros: nothing known, placed at the rim).

    With a map from before, its songs stay where they were and only new ones move, unless more than half are new.
    """
    rng = np.random.default_rng(seed)
    near, graph = neighbour_graph(vectors)
    if len(vectors) < 4:
        return SongMap(track_ids, rng.uniform(-1, 1, (len(vectors), 2)).astype(np.float32), near)
    held = _held(track_ids, before)
    is_old: NDArray[np.bool_] = np.isfinite(held[:, 0])
    if is_old.mean() >= 0.5:
        points = _beside_neighbours(held, graph, rng)
        # The curve of attraction is in the units of the layout, ten times those of a finished map.
        points[~is_old] = _settle(_UNITS * points, graph, rng, _NEW_EPOCHS, ~is_old)[~is_old] / _UNITS
        return SongMap(track_ids, points.astype(np.float32), near)
    points = _settle(
        _start(vectors, graph, rng), graph, rng, _EPOCHS[len(vectors) <= _FEW], np.ones(len(vectors), dtype=bool)
    )
    return SongMap(track_ids, _framed(points), near)


def neighbour_graph(vectors: Vectors, count: int = NEIGHBOURS) -> tuple[NDArray[np.int32], sparse.csr_array]:
    """Rows int32 [N, k] of the nearest songs, best first, and the symmetric fuzzy graph CSR [N, N] over them.

    The nearest are exact up to 20,000 songs, above nearly (`learning/nearest_by_cells.py`).
    """
    size = len(vectors)
    k = min(count, max(size - 1, 1))
    near = np.full((size, k), -1, dtype=np.int32)
    weights = np.zeros((size, k), dtype=np.float64)
    known = known_rows(vectors)
    every = best_among_all(vectors, k + 1) if size > _EXACT_UP_TO else None
    for start in range(0, size, 1024):
        rows = np.arange(start, min(start + 1024, size))
        columns, cosines = best_songs(vectors[rows], vectors, k + 1) if every is None else (of[rows] for of in every)
        able = (columns != rows[:, None]) & (columns >= 0) & known[columns] & known[rows, None]
        # Those that count first, in their order.
        first = np.argsort(~able, axis=1, kind="stable")[:, :k]
        able, columns, cosines = (np.take_along_axis(of, first, axis=1) for of in (able, columns, cosines))
        near[rows, : able.shape[1]] = np.where(able, columns, -1)
        weights[rows, : able.shape[1]] = _memberships(1.0 - cosines, able)
    rows, places = np.nonzero((near >= 0) & (weights > 1e-3))
    shape = (size, size)
    one = sparse.csr_array(sparse.coo_array((weights[rows, places], (rows, near[rows, places])), shape=shape))
    both = one.multiply(one.T)
    return near, sparse.csr_array(one + one.T - both)


def _memberships(distances: NDArray[np.floating], able: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights [B, k] of the neighbours of each song, those that count (bool [B, k]) first.

    1 for the nearest, falling so that the weights of a song with n neighbours sum to log2 n (bisection).
    """
    distances = np.where(able, distances, 0.0).astype(np.float64)
    gaps = np.where(able, np.maximum(distances - distances[:, :1], 0.0), np.inf)
    wanted = np.log2(np.maximum(able.sum(axis=1), 2))
    low, high = np.full(len(gaps), 1e-6), np.full(len(gaps), 10.0)
    for _ in range(32):
        middle = np.sqrt(low * high)
        above = np.exp(-gaps / middle[:, None]).sum(axis=1) > wanted
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray(np.exp(-gaps / high[:, None]))


def _start(vectors: Vectors, graph: sparse.csr_array, rng: np.random.Generator) -> NDArray[np.float64]:
    """Two eigenvectors of the graph's Laplacian; principal directions for a large graph or one in pieces."""
    points = None
    if len(vectors) <= _SPECTRAL_UP_TO and connected_components(graph, directed=False)[0] == 1:
        # Largest of the negative: the smallest eigenvalues of the Laplacian, which converge faster from this side.
        normed: Any = laplacian(graph, normed=True)
        guess = rng.normal(size=len(vectors))
        values, directions = eigsh(-normed, 3, which="LA", v0=guess, tol=1e-4)
        points = directions[:, np.argsort(-values)[1:3]]
    if points is None:
        centred = vectors - vectors.mean(axis=0)
        points = centred @ np.linalg.eigh(centred.T @ centred)[1][:, -2:]
    points = _UNITS * points / max(float(np.abs(points).max()), 1e-9)
    return np.asarray(points + rng.normal(0.0, 1e-2, points.shape), dtype=np.float64)


def _settle(
    start: NDArray[np.float64], graph: sparse.csr_array, rng: np.random.Generator, epochs: int, moves: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Attract neighbours, repel random songs; only rows with `moves` are moved."""
    points = start.astype(np.float64).copy()
    links = sparse.coo_array(graph)
    heads, tails = links.coords
    keep = moves[heads]
    heads, tails, odds = heads[keep], tails[keep], links.data[keep] / max(links.data.max(initial=0.0), 1e-9)
    strangers_each = _REPULSIONS[len(points) <= _FEW]
    for epoch in range(epochs):
        rate = 1.0 - epoch / epochs
        drawn = rng.random(len(odds)) < odds
        one, other = heads[drawn], tails[drawn]
        step = _attraction(points[one] - points[other])
        pull = _summed(one, step, len(points))
        strangers = rng.integers(len(points), size=(len(one), strangers_each))
        apart = np.repeat(one, strangers_each)
        push = _summed(apart, _repulsion(points[apart] - points[strangers.ravel()]), len(points))
        points += rate * np.clip(pull + push, -_MOST_STEP, _MOST_STEP) * moves[:, None]
    return points


def _attraction(gap: NDArray[np.float64]) -> NDArray[np.float64]:
    square = np.maximum((gap**2).sum(axis=1), 1e-12)
    force = -2.0 * _A * _B * square ** (_B - 1.0) / (1.0 + _A * square**_B)
    return np.asarray(np.clip(force[:, None] * gap, -_MOST_STEP, _MOST_STEP))


def _repulsion(gap: NDArray[np.float64]) -> NDArray[np.float64]:
    square = (gap**2).sum(axis=1)
    force = 2.0 * _B / ((0.001 + square) * (1.0 + _A * np.maximum(square, 1e-12) ** _B))
    return np.asarray(np.clip(force[:, None] * gap, -_MOST_STEP, _MOST_STEP))


def _summed(rows: NDArray[np.integer], steps: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.stack([np.bincount(rows, weights=steps[:, axis], minlength=size) for axis in (0, 1)], axis=1)


def _held(track_ids: NDArray[np.int64], before: SongMap | None) -> Points:
    """Places [N, 2] of the songs that had one, NaN for new ones."""
    held = np.full((len(track_ids), 2), np.nan, dtype=np.float32)
    if before is not None:
        place = {track: row for row, track in enumerate(before.track_ids.tolist())}
        rows = [(row, place[track]) for row, track in enumerate(track_ids.tolist()) if track in place]
        for row, old in rows:
            held[row] = before.points[old]
    return held


def _beside_neighbours(held: Points, graph: sparse.csr_array, rng: np.random.Generator) -> NDArray[np.float64]:
    """New songs at the weighted middle of their placed neighbours, or somewhere when they have none."""
    points = held.astype(np.float64)
    is_old = np.isfinite(held[:, 0])
    filled = np.where(is_old[:, None], points, 0.0)
    mass = np.asarray(graph @ is_old.astype(np.float64))
    middle = (graph @ filled) / np.maximum(mass, 1e-9)[:, None]
    anywhere = rng.uniform(-1.0, 1.0, points.shape)
    new = np.where((mass > 0)[:, None], middle + rng.normal(0.0, 0.01, points.shape), anywhere)
    return np.where(is_old[:, None], points, new)


def _framed(points: NDArray[np.float64]) -> Points:
    """Centred, and scaled so that all but a hundredth lies within [-1, 1]."""
    centred = points - np.median(points, axis=0)
    scale = max(float(np.quantile(np.abs(centred), 0.99)), 1e-9)
    return np.clip(centred / scale, -1.2, 1.2).astype(np.float32)
