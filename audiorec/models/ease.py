"""EASE: the linear item model with the least squared error whose songs may not recommend themselves, in closed form.

Steck 2019, equation 8. It inverts a dense songs x songs matrix, so it is meant for some ten thousand songs; a larger
catalogue is refused with the way out.
"""

import numpy as np
from scipy import linalg, sparse

from audiorec.errors import InputError
from audiorec.models.item_to_item import ItemToItem

MOST_SONGS = 30_000


def ease(counts: sparse.csr_array, *, regularization: float, power: float = 0.0) -> ItemToItem:
    """Fit on CSR counts [U, I], any count being one listen.

    power > 0 gives a user of n songs the weight n^-power in the error. Songs that nobody played get no weights. Raises
    InputError for more than 30,000 played songs.
    """
    history = sparse.csr_array((np.ones(counts.nnz, np.float32), counts.indices, counts.indptr), shape=counts.shape)
    known = np.unique(history.indices)
    if len(known) > MOST_SONGS:
        raise InputError(f"EASE inverts a matrix over all {len(known)} songs, at most {MOST_SONGS}: choose itemknn")
    played = sparse.csr_array(history[:, known])
    sizes = np.maximum(np.diff(history.indptr), 1).astype(np.float64)
    weighted = sparse.csr_array(sparse.diags_array(sizes**-power) @ played)
    gram = np.asarray(sparse.csr_array(played.T @ weighted).toarray(), dtype=np.float64)
    gram[np.diag_indices_from(gram)] += regularization
    inverse = linalg.inv(gram, overwrite_a=True, check_finite=False)
    inverse /= -np.diag(inverse)
    np.fill_diagonal(inverse, 0.0)
    weights = np.zeros((counts.shape[1],) * 2, dtype=np.float32)
    weights[np.ix_(known, known)] = inverse
    return ItemToItem(history, weights)
