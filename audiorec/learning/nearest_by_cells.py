"""The best few of very many songs for each of them, nearly: only songs in the cells around a song are compared with it.

Cells are directions learned from a sample, as many as the square root of the number of songs; each song lies in one and
looks into the nearest few dozen. All with all would grow with the square (two minutes at 100,000 songs).
"""

import numpy as np
from numpy.typing import NDArray

from audiorec.learning.directions import unit
from audiorec.learning.drawn import drawn
from audiorec.learning.nearest import best_songs

_LOOKED_INTO = 32
_ROUNDS = 6
_AT_ONCE = 2_000  # a cell that is larger is gone through in pieces
_SAMPLE = 64  # songs a cell that its direction is learned from


def best_among_all(
    vectors: NDArray[np.float32], top: int, seed: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Columns and cosines of the `top` songs most like each one, best first, itself among them.

    vectors: unit rows [N, d] -> int64 and float32 [N, top]; -1 and -inf where the cells hold fewer.
    """
    middles = _middles(vectors, seed)
    cells, _ = best_songs(vectors, middles, _LOOKED_INTO)
    order = np.argsort(cells[:, 0], kind="stable")
    starts = np.searchsorted(cells[order, 0], np.arange(len(middles) + 1))
    # Who looks into each cell.
    lookers, looks = np.divmod(np.argsort(cells, axis=None, kind="stable"), cells.shape[1])
    edges = np.searchsorted(cells[lookers, looks], np.arange(len(middles) + 1))
    columns = np.full((len(vectors), top), -1, dtype=np.int64)
    scores = np.full((len(vectors), top), -np.inf, dtype=np.float32)
    for cell in range(len(middles)):
        songs = order[starts[cell] : starts[cell + 1]]
        for rows in np.array_split(lookers[edges[cell] : edges[cell + 1]], len(songs) // _AT_ONCE + 1):
            found, cosines = _best_of(vectors[rows] @ vectors[songs].T, top)
            both = np.hstack([scores[rows], cosines])
            kept, scores[rows] = _best_of(both, top)
            columns[rows] = np.take_along_axis(np.hstack([columns[rows], songs[found]]), kept, axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(scores, order, axis=1)


def _best_of(scores: NDArray[np.float32], top: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Columns and scores of the best of each row, in any order."""
    if scores.shape[1] <= top:
        return np.broadcast_to(np.arange(scores.shape[1]), scores.shape), scores
    best = np.argpartition(scores, -top, axis=1)[:, -top:]
    return best, np.take_along_axis(scores, best, axis=1)


def _middles(vectors: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Directions of the cells, float32 [C, d]: k-means by cosine on a sample."""
    count = int(np.sqrt(len(vectors)))
    sample = vectors[drawn(np.arange(len(vectors)), _SAMPLE * count, seed)]
    middles = sample[np.random.default_rng(seed).choice(len(sample), count, replace=False)]
    for _ in range(_ROUNDS):
        nearest = best_songs(sample, middles, 1)[0][:, 0]
        order = np.argsort(nearest, kind="stable")
        filled, starts = np.unique(nearest[order], return_index=True)
        middles[filled] = unit(np.add.reduceat(sample[order], starts, axis=0))
    return middles
