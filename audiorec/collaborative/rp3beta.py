"""Walks of three steps: from a user to their songs, to their listeners, to what else those play.

RP3beta (Paudel et al. 2017): the chance to arrive at a song, to the power `exponent`, divided by its listeners to
the power `damping`, so that what everybody plays does not stand at the end of every walk. It is ItemKNN with another
measure of nearness, and where songs have few listeners a better one.
"""

import numpy as np
from scipy import sparse

from audiorec.collaborative.item_model import ItemToItem


def walk(counts: sparse.csr_array, *, exponent: float = 1.0, damping: float = 0.5) -> ItemToItem:
    """Fit on CSR counts [U, I], any count being one listen."""
    history = sparse.csr_array((np.ones(counts.nnz, np.float32), counts.indices, counts.indptr), shape=counts.shape)
    songs = np.maximum(np.diff(history.indptr), 1).astype(np.float64)
    listeners = np.maximum(np.bincount(history.indices, minlength=history.shape[1]), 1).astype(np.float64)
    to_songs = sparse.diags_array(1.0 / songs) @ history
    chances = sparse.csr_array(sparse.diags_array(1.0 / listeners) @ history.T @ to_songs)
    chances.setdiag(0.0)
    values = chances.data**exponent / listeners[chances.indices] ** damping
    weights = sparse.csr_array((values.astype(np.float32), chances.indices, chances.indptr), shape=chances.shape)
    return ItemToItem(history, weights)
