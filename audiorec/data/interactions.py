"""Interactions: who listened to what, how often, and when last; a sparse users x songs matrix with names on both sides.

It does not know features or artists; the artist of a song is a question for the catalogue.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.errors import UnknownNameError

# Listens of a pair from one source: older catalogues hold counts that leave float32.
_MOST = 1e9


@dataclass(frozen=True)
class Interactions:
    """Listens as a matrix.

    Shape:
        users: U names; items: int64 [I] track ids in rising order (every usable track, played or not);
        counts: CSR float32 [U, I], number of listens (implicit zeros: never); times: CSR float64 [U, I], seconds since
        1970 of the last listen, or None when no listen carries a time.
    """

    users: tuple[str, ...]
    items: NDArray[np.int64]
    counts: sparse.csr_array
    times: sparse.csr_array | None = None

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.users)}

    def user_row(self, name: str) -> int:
        """Row of a user; raises UnknownNameError with the nearest names."""
        try:
            return self._rows[name]
        except KeyError:
            near = get_close_matches(name, self.users, n=5) or sorted(self.users)[:5]
            raise UnknownNameError(f"no user {name!r} among the listens; did you mean {', '.join(near)}?") from None

    def columns(self, ids: Collection[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Columns of the given track ids; ids that are not here are left out."""
        wanted = np.asarray(sorted(ids), dtype=np.int64)
        return np.flatnonzero(np.isin(self.items, wanted)).astype(np.int64)

    def only_items(self, ids: Collection[int] | NDArray[np.int64]) -> "Interactions":
        """The same users and items, with the listens to other songs taken away."""
        keep = np.zeros(len(self.items), dtype=bool)
        keep[self.columns(ids)] = True
        return self.masked(keep)

    def without_items(self, ids: Collection[int] | NDArray[np.int64]) -> "Interactions":
        """The same users and items, with the listens to these songs taken away (they become cold)."""
        keep = np.ones(len(self.items), dtype=bool)
        keep[self.columns(ids)] = False
        return self.masked(keep)

    def plays(self) -> NDArray[np.float32]:
        """Listens of each song over all users, float32 [I]."""
        return np.asarray(self.counts.sum(axis=0), dtype=np.float32).reshape(-1)

    def masked(self, keep: NDArray[np.bool_]) -> "Interactions":
        """The same users and items, with listens only in the columns where `keep` (bool [I]) is true."""
        mask = sparse.diags_array(keep.astype(np.float32), format="csr")
        counts = sparse.csr_array(self.counts @ mask)
        counts.eliminate_zeros()
        times = None
        if self.times is not None:
            times = sparse.csr_array(self.times @ mask)
            times.eliminate_zeros()
        return replace(self, counts=counts, times=times)


def from_triples(
    users: list[str], ids: list[int], counts: list[float], times: list[float | None], items: NDArray[np.int64]
) -> Interactions:
    """Interactions from parallel lists of user, track id, count and time; see `from_columns`."""
    names = sorted(set(users))
    place = {name: row for row, name in enumerate(names)}
    rows = np.array([place[user] for user in users], dtype=np.int64)
    last = np.array(times, dtype=np.float64)  # None becomes NaN
    return from_columns(names, rows, np.asarray(ids, dtype=np.int64), np.array(counts, dtype=np.float64), last, items)


def from_columns(
    users: Sequence[str],
    rows: NDArray[np.int64],
    ids: NDArray[np.int64],
    counts: NDArray[np.float64],
    times: NDArray[np.float64],
    items: NDArray[np.int64],
) -> Interactions:
    """Interactions from columns, one element a listen; repeated pairs add up, the last time wins.

    users: names; rows: the user of each by place in `users`; ids: tracks, all of `items`; times: NaN where unknown.
    """
    names = tuple(sorted(users))
    place = {name: row for row, name in enumerate(names)}
    rows = np.array([place[name] for name in users], dtype=np.int64)[rows]
    cols = np.searchsorted(items, ids)
    shape = (len(names), len(items))
    matrix = sparse.coo_array((counts.clip(max=_MOST), (rows, cols)), shape=shape).tocsr()
    bounded = sparse.csr_array(matrix.astype(np.float32))
    return Interactions(names, items, bounded, _last_times(rows, cols, times, shape))


def _last_times(
    rows: NDArray[np.int64], cols: NDArray[np.int64], values: NDArray[np.float64], shape: tuple[int, int]
) -> sparse.csr_array | None:
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return None
    order = known[np.lexsort((values[known], cols[known], rows[known]))]
    last = np.ones(len(order), dtype=bool)
    last[:-1] = (np.diff(rows[order]) != 0) | (np.diff(cols[order]) != 0)
    chosen = order[last]
    return sparse.csr_array(sparse.coo_array((values[chosen], (rows[chosen], cols[chosen])), shape=shape).tocsr())
