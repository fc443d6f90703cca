"""How near songs stand to a user's own songs by content: the mean cosine, or the mean over her few nearest.

It does not know plays beyond who has heard what.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.models.content_space import unit_rows

Floats = NDArray[np.float64]


def mean_similarity(
    heard: sparse.csr_array,
    own: NDArray[np.floating],
    candidates: NDArray[np.floating],
    reference: NDArray[np.floating] | None = None,
) -> Floats:
    """Mean cosine of each candidate to all songs of a user.

    heard: CSR [U, I], own points [I, D], candidates [N, D] -> [U, N]; a user without songs gets NaN. With `reference`
    points [M, D] the mean cosine to them is taken away from each candidate: a hub, near to everything, then has no
    advantage (centring; Suzuki et al. 2013).
    """
    counts = (np.ones(len(heard.data)), heard.indices, heard.indptr)
    ones = sparse.csr_array(counts, shape=heard.shape)
    theirs = unit_rows(candidates)
    sums = np.asarray(ones @ unit_rows(own)) @ theirs.T
    songs = np.diff(ones.indptr)[:, None]
    found = np.asarray(np.divide(sums, songs, out=np.full_like(sums, np.nan), where=songs > 0))
    if reference is not None and len(reference):
        found -= theirs @ unit_rows(reference).mean(axis=0)
    return found


def nearest_similarity(
    heard: sparse.csr_array, own: NDArray[np.floating], candidates: NDArray[np.floating], neighbours: int
) -> Floats:
    """Mean cosine to the `neighbours` nearest songs of a user; shapes as in `mean_similarity`.

    A candidate never counts as its own neighbour when the two arrays are the same songs and the cosine is exactly one.
    """
    mine, theirs = unit_rows(own), unit_rows(candidates)
    found = np.full((heard.shape[0], len(theirs)), np.nan)
    for user in np.flatnonzero(np.diff(heard.indptr)):
        songs = heard.indices[heard.indptr[user] : heard.indptr[user + 1]]
        near = theirs @ mine[songs].T
        near[near > 1.0 - 1e-9] = np.nan if near.shape[1] > 1 else 1.0
        count = min(neighbours, near.shape[1])
        best = -np.sort(-np.nan_to_num(near, nan=-1.0), axis=1)[:, :count]
        found[user] = best.mean(axis=1)
    return found
