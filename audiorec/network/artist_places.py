"""Where artists stand among listeners: the leading axes of who plays whom, degrees damped. Counts in, places out."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from audiorec.learning.directions import unit

_AXES = 40
# Plays added to a user's and to an artist's own: a corner that only one person plays would be an axis otherwise.
_OF_USERS, _OF_ARTISTS = 5.0, 10.0


def listener_places(listens: sparse.csr_array) -> NDArray[np.float64]:
    """Places [A, axes] of unit length from plays [users, A]; an artist whom nobody plays gets NaN."""
    listens = listens.astype(bool).astype(np.float64)
    by_user, by_artist = np.asarray(listens.sum(axis=1)), np.asarray(listens.sum(axis=0))
    axes = min(_AXES, min(listens.shape) - 1)
    if axes < 1:
        return np.full((listens.shape[1], 0), np.nan)
    scaled = (
        sparse.diags_array(1 / np.sqrt(by_user + _OF_USERS))
        @ listens
        @ sparse.diags_array(1 / np.sqrt(by_artist + _OF_ARTISTS))
    )
    _, strength, right = svds(scaled, k=axes, rng=np.random.default_rng(0))
    places = right.T * strength
    return np.asarray(np.where(by_artist[:, None] > 0, unit(places), np.nan))
