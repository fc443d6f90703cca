"""How near songs stand to a user's own songs by content: the mean cosine; and what a hub's nearness is worth.

It does not know plays beyond who has which song.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import ndtr

from audiorec.learning.directions import unit

Floats = NDArray[np.float64]


def mean_similarity(listens: sparse.csr_array, own: NDArray[np.floating], candidates: NDArray[np.floating]) -> Floats:
    """Mean cosine of each candidate to all songs of a user.

    listens: CSR [U, I], own points [I, D], candidates [N, D] -> [U, N]; a user without songs gets NaN.
    """
    counts = (np.ones(len(listens.data)), listens.indices, listens.indptr)
    ones = sparse.csr_array(counts, shape=listens.shape)
    sums = np.asarray(ones @ unit(own)) @ unit(candidates).T
    songs = np.diff(ones.indptr)[:, None]
    return np.asarray(np.divide(sums, songs, out=np.full_like(sums, np.nan), where=songs > 0))


def mutual_proximity(likeness: NDArray[np.floating]) -> Floats:
    """Likeness [N, M] as the chance that both sides find each other nearer than others, in [0, 1].

    A hub, near to everything, is then nothing special to anybody (Schnitzer et al. 2012, with normal distributions).
    """
    values = np.asarray(likeness, dtype=np.float64)
    return np.asarray(ndtr(_standard(values, 0)) * ndtr(_standard(values, 1)))


def _standard(values: Floats, axis: int) -> Floats:
    moved = values - values.mean(axis=axis, keepdims=True)
    deviation = values.std(axis=axis, keepdims=True)
    return np.asarray(moved / np.where(deviation > 1e-12, deviation, np.inf))
