"""ItemKNN: songs are neighbours when the same users know them; the cosine of their columns, optionally shrunk.

Sarwar et al. 2001; shrinkage as in Bell and Koren 2007. It keeps the k nearest songs of each song.
"""

import numpy as np
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
    weighted = sparse.csr_array(sparse.diags_array(sizes**-power) @ history)
    by_song = sparse.csr_array(history.T)
    lengths = np.sqrt(weighted.sum(axis=0))
    blocks = [sparse.csr_array((0, len(lengths)))]
    # Songs x songs is never whole: each block is cut to its neighbours before the next is made.
    for start in range(0, len(lengths), _AT_ONCE):
        common = sparse.csr_array(by_song[start : start + _AT_ONCE] @ weighted)
        rows = start + np.repeat(np.arange(common.shape[0]), np.diff(common.indptr))
        product = lengths[rows] * lengths[common.indices] + shrinkage
        common.data = np.where(rows == common.indices, 0.0, common.data / np.maximum(product, 1e-12))
        blocks.append(_strongest(common, neighbours))
    # The k nearest of every target: its column keeps them, and cosine is symmetric, so its row is cut and turned.
    return ItemToItem(history, sparse.csr_array(sparse.vstack(blocks, format="csr").T).astype(np.float32))


def _strongest(matrix: sparse.csr_array, count: int) -> sparse.csr_array:
    """The `count` largest values of every row, of at most `_AT_ONCE` rows."""
    rows = np.repeat(np.arange(matrix.shape[0], dtype=np.int16), np.diff(matrix.indptr))
    order = np.argsort(-matrix.data, kind="stable")  # equal ones stay as they were, on every machine
    order = order[np.argsort(rows[order], kind="stable")]  # of 16 bits: by radix, in one pass
    place = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], np.diff(matrix.indptr))
    chosen = order[(place < count) & (matrix.data[order] > 0.0)]
    kept = (matrix.data[chosen], (rows[chosen], matrix.indices[chosen]))
    return sparse.csr_array(sparse.coo_array(kept, shape=matrix.shape).tocsr())
