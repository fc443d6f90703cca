"""ItemKNN: songs are neighbours when the same users know them; the cosine of their columns, optionally shrunk.

Sarwar et al. 2001; shrinkage as in Bell and Koren 2007. It keeps the k nearest songs of each song.
"""

import numpy as np
from scipy import sparse

from audiorec.collaborative.item_model import ItemToItem


def nearest_items(
    counts: sparse.csr_array, *, neighbours: int, shrinkage: float = 0.0, power: float = 0.0
) -> ItemToItem:
    """Fit on CSR counts [U, I], any count being one listen.

    shrinkage is added to the lengths' product, so that songs with few common users count less; power > 0 gives a
    user of n songs the weight n^-power in all sums, as a user who knows everything says little.
    """
    history = sparse.csr_array((np.ones(counts.nnz, np.float32), counts.indices, counts.indptr), shape=counts.shape)
    sizes = np.maximum(np.diff(history.indptr), 1).astype(np.float64)
    weighted = sparse.diags_array(sizes**-power) @ history
    common = sparse.csr_array(history.T @ weighted)
    lengths = np.sqrt(common.diagonal())
    rows = np.repeat(np.arange(common.shape[0]), np.diff(common.indptr))
    product = lengths[rows] * lengths[common.indices] + shrinkage
    values = np.where(rows == common.indices, 0.0, common.data / np.maximum(product, 1e-12))
    cosine = sparse.csr_array((values, common.indices, common.indptr), shape=common.shape)
    # The k nearest of every target: its column keeps them, and cosine is symmetric, so its row is cut and turned.
    return ItemToItem(history, sparse.csr_array(_strongest(cosine, neighbours).T).astype(np.float32))


def _strongest(matrix: sparse.csr_array, count: int) -> sparse.csr_array:
    """The `count` largest values of every row."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    order = np.lexsort((-matrix.data, rows))
    place = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], np.diff(matrix.indptr))
    chosen = order[(place < count) & (matrix.data[order] > 0.0)]
    kept = (matrix.data[chosen], (rows[chosen], matrix.indices[chosen]))
    return sparse.csr_array(sparse.coo_array(kept, shape=matrix.shape).tocsr())
