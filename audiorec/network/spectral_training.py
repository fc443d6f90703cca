"""Training of the network embedding: lengths and weights chosen on held-out listens, then fitted to all of them.

It takes the network as it is; which listens may be in it (a cold evaluation must take some away) is said by the caller.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec import metrics
from audiorec.data.splits import entries
from audiorec.errors import InputError
from audiorec.learning.drawn import drawn
from audiorec.network.embedding import NetworkEmbedding
from audiorec.network.graph import Network
from audiorec.network.spectral import SpectralEmbedding, SpectralSettings, embed
from audiorec.recipes import Recipe

TOP = 20
# Scores in hand at once, and pairs of users and songs that a setting is judged by as long as it asks so many users.
_ENTRIES, _PAIRS, _LEAST_USERS = 1_000_000, 40_000_000, 300
# Listens times length of a vector up to which all lengths are tried with every weight and damping; of more listens only
# short vectors are, and the others with the best of them: 15 long decompositions of 5 million listens take 600 s.
_PRODUCTS = 400_000_000


class NetworkRecipe(Recipe):
    """How the network is embedded; of lists, the value that ranks held-out listens best is taken."""

    dims: tuple[int, ...] = (16, 32, 64, 128, 256, 384)
    """Lengths of a vector tried."""
    artist_weights: tuple[float, ...] = (0.3, 1.0, 1.5)
    """Weights of an artist's edge against one listen tried."""
    song_dampings: tuple[float, ...] = (1.0, 3.0, 10.0, 30.0, 100.0)
    """Listens added to every song's degree; values tried."""
    friend_weight: float = 0.1
    """Weight of a friend's listens against one's own."""
    user_damping: float = 10.0
    """Added to the degrees of users and artists."""
    diffusion: float = 0.75
    """Power of the singular values in a song's vector: at .75 a score goes 1.5 steps through the network. Against 1:
    one in a hundred more held-out songs found inside the training part of NetEase, two in a hundred on Last.fm."""
    held_out: float = 0.1
    """Share of the listens that is held out to choose by."""


@dataclass(frozen=True)
class TrainedNetwork:
    """The embedding of the whole network, what was chosen for it, and what the held-out listens said."""

    model: NetworkEmbedding
    settings: SpectralSettings
    score: dict[str, float]


@dataclass(frozen=True)
class Trial:
    """Settings and their Recall@20 on the held-out listens."""

    settings: SpectralSettings
    recall: float


def train(
    network: Network, recipe: NetworkRecipe, report: Callable[[Trial], None] = lambda trial: None
) -> TrainedNetwork:
    """Choose on a part of every user's listens, then embed all; raises InputError when there are no listens."""
    if not network.listens.nnz:
        raise InputError("no listens to songs of the library: run audiorec import auto FILE first")
    kept, held = hold_out(network.listens, recipe.held_out, recipe.seed)
    part, lengths = network.with_listens(kept), sorted(recipe.dims)
    short = [dims for dims in lengths if dims * kept.nnz <= _PRODUCTS] or lengths[:1]
    # Without artists their weight changes nothing.
    weights = recipe.artist_weights if network.credits.nnz else recipe.artist_weights[:1]
    trials: list[Trial] = []
    for weight, damping in product(weights, recipe.song_dampings):
        settings = SpectralSettings(
            short[-1], weight, damping, recipe.friend_weight, recipe.seed, recipe.user_damping, recipe.diffusion
        )
        trials += _tried(part, settings, short, held, report)
    if len(short) < len(lengths):
        trials += _tried(part, replace(_best(trials).settings, dims=lengths[-1]), lengths, held, report)
    best = _best(trials)
    score = {f"recall@{TOP}": best.recall, f"popularity_recall@{TOP}": popularity_recall(kept, held)}
    finite = {name: value for name, value in score.items() if np.isfinite(value)}
    return TrainedNetwork(embed_network(network, best.settings), best.settings, finite)


def _tried(
    network: Network,
    settings: SpectralSettings,
    lengths: Sequence[int],
    held: sparse.csr_array,
    report: Callable[[Trial], None],
) -> list[Trial]:
    """One embedding of what is kept, cut to each length."""
    found = _fit(network, settings)
    able = sorted({min(dims, found.songs.shape[1]) for dims in lengths})
    recalls = recalls_at(found.users, found.songs, able, network.listens, held)
    trials = [Trial(replace(settings, dims=dims), recall) for dims, recall in zip(able, recalls, strict=True)]
    for trial in trials:
        report(trial)
    return trials


def _best(trials: Sequence[Trial]) -> Trial:
    # NaN (nothing could be held out) must lose against every number.
    return max(trials, key=lambda trial: np.nan_to_num(trial.recall, nan=-1.0))


def embed_network(network: Network, settings: SpectralSettings) -> NetworkEmbedding:
    """The embedding with settings chosen before, for a network from which some listens may have been taken away."""
    found = _fit(network, settings)
    return NetworkEmbedding(
        network.users,
        network.songs,
        network.artists,
        found.users,
        found.songs,
        found.artists,
        found.scale,
        folding={"user_damping": np.array([found.user_damping], dtype=np.float32)},
    )


def hold_out(listens: sparse.csr_array, share: float, seed: int) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Split the entries of CSR [U, S]: about `share` of each user's songs held out, from users with two songs or more.

    Returns (kept, held), same shape; a user always keeps at least one song.
    """
    rng = np.random.default_rng(seed)
    listens = sparse.csr_array(listens)
    held = np.zeros(listens.nnz, dtype=bool)
    for first, last in zip(listens.indptr[:-1], listens.indptr[1:], strict=True):
        size = int(last - first)
        count = min(max(1, round(size * share)), size - 1) if size > 1 else 0
        held[first + rng.permutation(size)[:count]] = count > 0
    return entries(listens, ~held), entries(listens, held)


def recall_at(
    users: NDArray[np.float32],
    songs: NDArray[np.float32],
    kept: sparse.csr_array,
    held: sparse.csr_array,
    k: int = TOP,
) -> float:
    """Mean Recall@k of users [U, d] and songs [S, d] over all songs but the kept ones; NaN when none is held out."""
    return recalls_at(users, songs, (users.shape[1],), kept, held, k)[0]


def recalls_at(
    users: NDArray[np.float32],
    songs: NDArray[np.float32],
    dims: Sequence[int],
    kept: sparse.csr_array,
    held: sparse.csr_array,
    k: int = TOP,
) -> list[float]:
    """The same for the first `dims` columns, rising: scores of more columns are those of fewer and what is added."""

    def scores(rows: NDArray[np.int64]) -> Iterator[NDArray[np.float32]]:
        found = np.zeros((len(rows), len(songs)), dtype=np.float32)
        for first, last in zip((0, *dims), dims, strict=False):
            found += users[rows, first:last] @ songs[:, first:last].T
            yield found

    return _recalls(scores, len(dims), kept, held, k)


def popularity_recall(kept: sparse.csr_array, held: sparse.csr_array, k: int = TOP) -> float:
    """The same for the number of listeners of each song."""
    plays = np.asarray((kept > 0).sum(axis=0), dtype=np.float32).reshape(-1)
    return _recalls(lambda rows: iter([np.tile(plays, (len(rows), 1))]), 1, kept, held, k)[0]


def _recalls(
    scores: Callable[[NDArray[np.int64]], Iterator[NDArray[np.float32]]],
    count: int,
    kept: sparse.csr_array,
    held: sparse.csr_array,
    k: int,
) -> list[float]:
    """Mean recall by each of `count` scorings [B, S] of blocks of users; in large libraries of some users only."""
    songs = max(held.shape[1], 1)
    size, most = max(1, _ENTRIES // songs), max(_LEAST_USERS, _PAIRS // songs)
    # The same users for every setting and every recipe.
    rows = drawn(np.flatnonzero(np.diff(held.indptr)), most, seed=0)
    values = [list[float]() for _ in range(count)]
    for start in range(0, len(rows), size):
        block = rows[start : start + size]
        for found, scored in zip(values, scores(block), strict=True):
            found += _recall_of_each(scored.copy(), block, (kept, held), k)
    return [float(np.mean(found)) if found else float("nan") for found in values]


def _recall_of_each(
    scores: NDArray[np.float32], rows: NDArray[np.int64], sides: tuple[sparse.csr_array, sparse.csr_array], k: int
) -> list[float]:
    """Recall of some users by scores [B, S], which are written over; sides: what is kept and what is held out."""
    known, relevant = (sparse.coo_array(side[rows]).coords for side in sides)
    scores[known] = -np.inf
    mine = scores[relevant]
    scores[relevant] = -np.inf
    # Only the k best of the others can push a held-out song out of the first k: no need to sort them all.
    best = np.partition(scores, scores.shape[1] - k, axis=1)[:, -k:] if scores.shape[1] > k else scores
    ends = np.cumsum(np.bincount(relevant[0], minlength=len(rows)))[:-1]
    found = []
    for others, own in zip(best, np.split(mine, ends), strict=True):
        both = np.concatenate([own, others[np.isfinite(others)]])
        found.append(metrics.recall(metrics.relevant_ranks(both, np.arange(len(both)) < len(own)), k))
    return found


def _fit(network: Network, settings: SpectralSettings) -> SpectralEmbedding:
    return embed(network.listens, network.credits, network.friends, settings)
