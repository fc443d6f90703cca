"""Implicit ALS: the solver, the model and the choice of its settings.

Matrix factorisation by alternating least squares: confidence 1 + alpha * r for an observed pair, 1 for every other (Hu,
Koren and Volinsky 2008). Well tuned it is level with neural models or above them (Rendle et al. 2022, "Revisiting the
performance of iALS"). Settings are chosen on one listen of each user held out inside the training data (see `HoldOut`);
the model is then fitted to everything. Few factors, plays that weigh, and rows folded in later are solved exactly here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.collaborative.als_scoring import products
from audiorec.collaborative.protocols import sampled_ndcg
from audiorec.data.splits import RANDOM, HoldOut, leave_one_out
from audiorec.errors import TooLittleError
from audiorec.recipes import Recipe

Floats = NDArray[np.float64]
# Numbers of the systems that are solved at once: 32 MB, what a processor's cache nearly holds.
_AT_ONCE = 4_000_000
# Listens that settings are tried on at most: six fits and one of 5 million listens took six times as long as one.
_TRIED = 1_000_000


@dataclass(frozen=True)
class Factors:
    """Users [U, k] and items [I, k]; a score is the inner product of two rows."""

    users: Floats
    items: Floats


def implicit_als(
    counts: sparse.csr_array, rank: int, *, regularization: float, alpha: float, iterations: int, seed: int
) -> Factors:
    """Factor a non-negative matrix of confidences.

    counts: CSR [U, I]; rank: k. A row without entries gets the zero vector.
    """
    rng = np.random.default_rng(seed)
    by_user = sparse.csr_array(counts.astype(np.float64))
    by_item = sparse.csr_array(by_user.T)
    users = np.zeros((by_user.shape[0], rank))
    items = rng.normal(scale=0.1, size=(by_user.shape[1], rank))
    for _ in range(iterations):
        users = solve_rows(by_user, items, regularization, alpha)
        items = solve_rows(by_item, users, regularization, alpha)
    return Factors(users, items)


def solve_rows(rows: sparse.csr_array, other: Floats, regularization: float, alpha: float) -> Floats:
    """Vectors of the rows when the other side is known: one half step, and the fold-in of new users or songs.

    rows: CSR [N, M]; other [M, k] -> [N, k]. A row with fewer entries than k is solved in its entries (Woodbury's
    identity; Takacs et al. 2011), so that cost follows what was played: ten times less at 128 factors, 25 listens.
    """
    rank = other.shape[1]
    base = other.T @ other + regularization * np.eye(rank)
    shifted: Floats = np.asarray(np.linalg.solve(base, other.T).T, dtype=np.float64)
    solved = np.zeros((rows.shape[0], rank))
    for chosen, longest in _alike_in_length(rows, rank):
        places, has, extra = _padded(rows, chosen, longest, alpha)
        seen = other[places] * has[:, :, None]
        if longest <= rank:
            solved[chosen] = _by_entries(seen, shifted[places] * has[:, :, None], extra)
        else:
            gram = base + np.matmul((seen * extra[:, :, None]).transpose(0, 2, 1), seen)
            right = np.matmul((1.0 + extra)[:, None], seen)[:, 0]
            solved[chosen] = np.linalg.solve(gram, right[:, :, None])[:, :, 0]
    return solved


def _by_entries(seen: Floats, shifted: Floats, extra: Floats) -> Floats:
    """Vectors [B, k] of rows by their entries' vectors [B, n, k], the same times the base's inverse, and extra [B, n].

    (G + S'S)^-1 x = (G^-1 - G^-1 S' (1 + S G^-1 S')^-1 S G^-1) x with S the entries' vectors times the root of `extra`.
    """
    root, weight = np.sqrt(extra), 1.0 + extra
    inner = np.matmul(shifted, seen.transpose(0, 2, 1))
    system = np.eye(inner.shape[1]) + root[:, :, None] * inner * root[:, None, :]
    right = root * np.matmul(inner, weight[:, :, None])[:, :, 0]
    left = weight - root * np.linalg.solve(system, right[:, :, None])[:, :, 0]
    return np.asarray(np.matmul(left[:, None], shifted)[:, 0])


def _alike_in_length(rows: sparse.csr_array, rank: int) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Rows that have entries, in blocks of nearly one number of entries, each with its largest number."""
    counts = np.diff(rows.indptr)
    order = np.argsort(counts, kind="stable")
    sizes = counts[order]
    start = int(np.searchsorted(sizes, 1))
    while start < len(order):
        alike = int(np.searchsorted(sizes, sizes[start] + max(2, sizes[start] // 4), side="right"))
        longest = int(sizes[alike - 1])
        stop = min(alike, start + max(1, _AT_ONCE // (longest * (2 * rank + min(longest, rank)) + rank * rank)))
        yield order[start:stop], int(sizes[stop - 1])
        start = stop


def _padded(
    rows: sparse.csr_array, chosen: NDArray[np.int64], longest: int, alpha: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_], Floats]:
    """Columns, which of them are entries, and alpha times their values: [B, longest] each, entries first."""
    place = np.arange(longest)
    has = place < np.diff(rows.indptr)[chosen][:, None]
    at = np.where(has, rows.indptr[chosen][:, None] + place, 0)
    return np.where(has, rows.indices[at], 0), has, np.where(has, alpha * rows.data[at], 0.0)


Float32s = NDArray[np.float32]
Self = TypeVar("Self", bound="Als")


@dataclass(frozen=True)
class Als:
    """users float32 [U, k] and items float32 [I, k]; who or what has no listen is a row of zeros."""

    users: Float32s
    items: Float32s

    def scores(self, user_rows: NDArray[np.int64]) -> Float32s:
        """Scores of all songs: int64 [B] -> float32 [B, I], NaN for users without listens and songs nobody plays."""
        mine = self.users[user_rows]
        found = products(mine, self.items)
        found[:, ~self.items.any(axis=1)] = np.nan
        found[~mine.any(axis=1)] = np.nan
        return found

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All parameters as arrays with names; `from_arrays` is the way back."""
        return {"users": self.users, "items": self.items}

    @classmethod
    def from_arrays(cls: type[Self], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The model from `to_arrays`."""
        return cls(np.asarray(arrays["users"]), np.asarray(arrays["items"]))


def als(counts: sparse.csr_array, rank: int, *, penalty: float, alpha: float, iterations: int, seed: int) -> Als:
    """Fit on CSR counts [U, I], any count being one listen of confidence 1 + alpha.

    penalty: L2 in units of a listen's confidence, so that it means the same whatever alpha is. Solved by `implicit`:
    three steps of conjugate gradients a row (Takacs et al. 2011) where exact solves cost five times as much for the
    same lists (docs/log.md). Every row is solved by one thread, so their number changes nothing.
    """
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    confidence = np.full(counts.nnz, 1.0 + alpha, dtype=np.float32)
    played = sparse.csr_matrix((confidence, counts.indices, counts.indptr), shape=counts.shape)
    with threadpool_limits(1, user_api="blas"):
        model = AlternatingLeastSquares(
            rank, regularization=penalty * (1.0 + alpha), iterations=iterations, random_state=seed
        )
        model.fit(played, show_progress=False)
    return Als(model.user_factors, model.item_factors)


class AlsRecipe(Recipe):
    """How ALS is tuned and fitted."""

    rank: int = 256
    """Length of the factors."""
    penalties: tuple[float, ...] = (2.0, 3.0, 5.0)
    """L2 penalties tried, in units of a listen's confidence 1 + alpha."""
    alphas: tuple[float, ...] = (10.0, 30.0, 100.0, 300.0)
    """What a listen adds to the confidence; values tried."""
    iterations: int = 10
    """Alternations of the solver."""
    validation_users: int = 5000
    """Most users whose held-out song is asked about in validation."""


@dataclass(frozen=True)
class TrainedAls(Als):
    """A fitted model, the recipe and the (penalty, alpha) chosen from it, and what held-out listens say of them."""

    recipe: AlsRecipe = field(default_factory=AlsRecipe)
    setting: tuple[float, float] = (0.0, 0.0)
    score: dict[str, float] = field(default_factory=dict)


def train(counts: sparse.csr_array, recipe: AlsRecipe, *, how: HoldOut = RANDOM) -> TrainedAls:
    """Choose and fit on CSR counts [U, I]; raises TooLittleError without any listen."""
    counts = sparse.csr_array(counts, copy=True)
    counts.eliminate_zeros()
    if not counts.nnz:
        raise TooLittleError("no listens to train on: import listens to songs of the library first")
    rng, most = np.random.default_rng(recipe.seed), recipe.validation_users
    some, asked = _some_users(counts, how, recipe.seed)
    split = leave_one_out(some, rng, how=asked, most_users=most)
    settings = list(product(recipe.penalties, recipe.alphas))
    if not len(split.users):
        return _fit(counts, recipe, settings[len(settings) // 2], {})
    found = {setting: sampled_ndcg(_fit(split.train, recipe, setting, {}), split) for setting in settings}
    best = max(found, key=lambda setting: found[setting])
    return _fit(counts, recipe, best, {"ndcg@10": found[best]})


def _some_users(counts: sparse.csr_array, how: HoldOut, seed: int) -> tuple[sparse.csr_array, HoldOut]:
    """The listens of so many users, drawn at random, that there are about `_TRIED`; all where there are fewer."""
    users, share = counts.shape[0], _TRIED / max(counts.nnz, 1)
    if share >= 1.0:
        return counts, how
    rows = np.sort(np.random.default_rng(seed).choice(users, max(1, int(share * users)), replace=False))
    times = None if how.times is None else sparse.csr_array(how.times[rows])
    return sparse.csr_array(counts[rows]), replace(how, times=times)


def refit(counts: sparse.csr_array, chosen: TrainedAls) -> TrainedAls:
    """The same settings on other counts of the same shape."""
    return _fit(counts, chosen.recipe, chosen.setting, chosen.score)


def _fit(
    counts: sparse.csr_array, recipe: AlsRecipe, setting: tuple[float, float], score: dict[str, float]
) -> TrainedAls:
    penalty, alpha = setting
    found = als(counts, recipe.rank, penalty=penalty, alpha=alpha, iterations=recipe.iterations, seed=recipe.seed)
    return TrainedAls(found.users, found.items, recipe, setting, score)
