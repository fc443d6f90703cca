"""Splits of a users x songs matrix: which listens a model may see, and which it is asked about.

Two protocols. P1 holds out one song a user and ranks it among songs that the user never touched; P2 holds out songs
and ranks the whole catalogue. Everything is drawn from the generator that the caller gives. It does not know artists: a
split that makes songs cold by artist is a question for the catalogue.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class HoldOut:
    """How one song a user is held out: the latest by `times` CSR [U, I] (larger is later), without them a random one.

    known: among the other songs may be ones that the user knows, as in published lists that were drawn from all songs.
    Validation inside training data should hold out as the question does, or it chooses for another question.
    """

    times: sparse.csr_array | None = None
    known: bool = False


RANDOM = HoldOut()


@dataclass(frozen=True)
class LeaveOneOut:
    """What P1 asks: `train` CSR [U, I], and for T users one row of candidates.

    users: int64 [T] rows of `train`; candidates: int64 [T, 1 + n] columns, the held-out song first, -1 = empty place
    (a user who touched nearly everything has fewer than n other songs); how: it was made.
    """

    train: sparse.csr_array
    users: Ints
    candidates: Ints
    how: HoldOut = RANDOM


def leave_one_out(
    counts: sparse.csr_array,
    rng: np.random.Generator,
    *,
    negatives: int = 99,
    how: HoldOut = RANDOM,
    most_users: int | None = None,
) -> LeaveOneOut:
    """Hold out one song of every user with two songs or more.

    counts: CSR [U, I]. `most_users` bounds the number of users asked about (drawn at random).
    """
    counts = sparse.csr_array(counts)
    users = np.flatnonzero(np.diff(counts.indptr) > 1).astype(np.int64)
    if most_users is not None and len(users) > most_users:
        users = np.sort(rng.choice(users, most_users, replace=False))
    places = _random_places(counts, users, rng) if how.times is None else _latest_places(counts, users, how.times)
    keep = np.ones(counts.nnz, dtype=bool)
    keep[places] = False
    candidates = np.full((len(users), 1 + negatives), -1, dtype=np.int64)
    candidates[:, 0] = counts.indices[places]
    shunned = entries(counts, ~keep) if how.known else counts
    candidates[:, 1:] = draw_untouched(shunned, users, negatives, rng)
    return LeaveOneOut(entries(counts, keep), users, candidates, how)


def entries(counts: sparse.csr_array, keep: NDArray[np.bool_]) -> sparse.csr_array:
    """The same matrix with only the stored entries where `keep` (bool [nnz]) is true."""
    before = np.concatenate(([0], np.cumsum(keep)))
    parts = (counts.data[keep], counts.indices[keep], before[counts.indptr])
    return sparse.csr_array(parts, shape=counts.shape)


def folds(
    counts: sparse.csr_array, count: int, rng: np.random.Generator, *, negatives: int = 99
) -> Iterator[LeaveOneOut]:
    """Split the listens of CSR [U, I] into `count` equal parts, each of which is held out once, and ask about them.

    Every held-out listen has its own row of candidates, so a user stands in `users` as often as they are asked about.
    """
    fold_of = rng.permutation(counts.nnz) % count
    rows = np.repeat(np.arange(counts.shape[0], dtype=np.int64), np.diff(counts.indptr))
    for fold in range(count):
        held = fold_of == fold
        others = draw_untouched(counts, rows[held], negatives, rng)
        candidates = np.concatenate((counts.indices[held, None].astype(np.int64), others), axis=1)
        yield LeaveOneOut(entries(counts, ~held), rows[held], candidates)


def draw_untouched(counts: sparse.csr_array, users: Ints, number: int, rng: np.random.Generator) -> Ints:
    """Different songs that each user never touched: int64 [T, number], -1 where a user has no more of them.

    Drawn in bulk: too many at once, then what is touched or drawn twice is thrown away; only rows that come out short
    are drawn one by one.
    """
    rows = [_draw_block(counts, block, number, rng) for block in np.array_split(users, max(1, len(users) // 4096))]
    return np.concatenate(rows) if rows else np.empty((0, number), dtype=np.int64)


def touched(counts: sparse.csr_array, users: Ints, items: Ints) -> NDArray[np.bool_]:
    """Whether user u knows song i, for pairs of equal shape; counts CSR [U, I]."""
    width = np.int64(counts.shape[1])
    rows = np.repeat(np.arange(counts.shape[0], dtype=np.int64), np.diff(counts.indptr))
    keys = np.sort(rows * width + counts.indices)
    wanted = users * width + items
    places = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    return keys[places] == wanted if len(keys) else np.zeros(wanted.shape, dtype=bool)


def _draw_block(counts: sparse.csr_array, users: Ints, number: int, rng: np.random.Generator) -> Ints:
    songs = counts.shape[1]
    if not songs or not len(users):
        return np.full((len(users), number), -1, dtype=np.int64)
    drawn = rng.integers(0, songs, (len(users), 2 * number + 8))
    bad = touched(counts, np.broadcast_to(users[:, None], drawn.shape), drawn) | _repeats(drawn)
    first = np.argsort(bad, axis=1, kind="stable")[:, :number]
    chosen = np.take_along_axis(drawn, first, axis=1)
    for row in np.flatnonzero(np.take_along_axis(bad, first, axis=1).any(axis=1)):
        known = counts.indices[counts.indptr[users[row]] : counts.indptr[users[row] + 1]]
        free = rng.permutation(np.setdiff1d(np.arange(songs), known))[:number]
        chosen[row] = -1
        chosen[row, : len(free)] = free
    return chosen


def _repeats(drawn: Ints) -> NDArray[np.bool_]:
    """True where a row has held the same number further left already."""
    order = np.argsort(drawn, axis=1, kind="stable")
    ordered = np.take_along_axis(drawn, order, axis=1)
    again = np.zeros(drawn.shape, dtype=bool)
    again[:, 1:] = ordered[:, 1:] == ordered[:, :-1]
    found = np.empty_like(again)
    np.put_along_axis(found, order, again, axis=1)
    return found


def _random_places(counts: sparse.csr_array, users: Ints, rng: np.random.Generator) -> Ints:
    sizes = np.diff(counts.indptr)[users]
    return np.asarray(counts.indptr[users] + (rng.random(len(users)) * sizes).astype(np.int64), dtype=np.int64)


def _latest_places(counts: sparse.csr_array, users: Ints, times: sparse.csr_array) -> Ints:
    """Entry of each user's latest listen; a song without a time is the oldest, ties go to the last column."""
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    when = np.asarray(sparse.csr_array(times)[rows, counts.indices], dtype=np.float64).reshape(-1)
    order = np.lexsort((counts.indices, when, rows))
    return np.asarray(order[counts.indptr[users + 1] - 1], dtype=np.int64)
