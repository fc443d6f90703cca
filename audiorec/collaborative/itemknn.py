"""ItemKNN: songs are neighbours when the same users know them; the cosine of their columns, optionally shrunk.

Sarwar et al. 2001; shrinkage as in Bell and Koren 2007. It keeps the k nearest songs of each song.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.collaborative.item_model import ItemToItem

_AT_ONCE = 1024  # songs whose neighbours are sought together


def nearest_items(
    counts: sparse.csr_array, *, neighbours: int, shrinkage: float = 0.0, power: float = 0.0
) -> ItemToItem:
    """Fit on CSR counts [U, I], any count being one listen.

    shrinkage is added to the lengths' product, so that songs with few common users count less; power > 0 gives a
    user of n songs the weight n^-power in all sums, as a user who knows everything says little.
    """
    history = sparse.csr_array((np.ones(counts.nnz, np.float32), counts.indices, counts.indptr), shape=counts.shape)
    sizes = np.maximum(np.diff(history.indptr), 1).astype(np.float64)
    weighted = sparse.csr_array(sparse.diags_array((sizes**-power).astype(np.float32)) @ history)
    by_song = sparse.csr_array(history.T)
    lengths = np.sqrt(weighted.sum(axis=0, dtype=np.float64)).astype(np.float32)
    songs, kept = len(lengths), list[_Row]()
    # Songs x songs is never whole: each block is cut to its neighbours before the next is made.
    for start in range(0, songs, _AT_ONCE):
        common = sparse.csr_array(by_song[start : start + _AT_ONCE] @ weighted)
        for row, (first, last) in enumerate(pairwise(common.indptr.tolist()), start=start):
            others = common.indices[first:last]
            cosine = common.data[first:last] / np.maximum(lengths[row] * lengths[others] + shrinkage, 1e-12)
            cosine[others == row] = 0.0
            kept.append(_strongest(others, cosine, neighbours))
    # The k nearest of every target: its column keeps them, and cosine is symmetric, so its row is cut and turned.
    return ItemToItem(history, sparse.csr_array(_stacked(kept, songs).T))


_Row = tuple[NDArray[np.integer], NDArray[np.float32]]


def _strongest(columns: NDArray[np.integer], values: NDArray[np.float32], count: int) -> _Row:
    """The `count` largest positive values and their columns; of equal ones the first."""
    positive = np.flatnonzero(values > 0.0)
    if len(positive) <= count:
        return columns[positive], values[positive]
    least = np.partition(values, -count)[-count]
    above = np.flatnonzero(values > least)
    equal = np.flatnonzero(values == least)[: count - len(above)]
    chosen = np.concatenate([above, equal])
    return columns[chosen], values[chosen]


def _stacked(rows: Sequence[_Row], songs: int) -> sparse.csr_array:
    """CSR [len(rows), songs] of rows by columns and values."""
    nothing = np.zeros(0, np.int64), np.zeros(0, np.float32)
    columns, values = (np.concatenate(side) for side in zip(nothing, *rows, strict=True))
    starts = np.cumsum([0, *(len(one) for one, _ in rows)])
    return sparse.csr_array((values.astype(np.float32), columns, starts), shape=(len(rows), songs))
