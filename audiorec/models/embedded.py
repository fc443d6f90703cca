"""What every embedding of the network offers, however it was learned: one contract, one test suite."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


class Embedded(Protocol):
    """Users, songs and artists in one space.

    Shape:
        users: float32 [U, d]; songs: float32 [S, d]; artists: float32 [A, d], the vector of a new song of the artist.
        users @ songs.T ranks; cosines compare; a node that nothing is known of has a zero vector.
    """

    @property
    def users(self) -> NDArray[np.float32]:
        """float32 [U, d]."""

    @property
    def songs(self) -> NDArray[np.float32]:
        """float32 [S, d]."""

    @property
    def artists(self) -> NDArray[np.float32]:
        """float32 [A, d]."""

    def users_from(self, listens: sparse.csr_array) -> NDArray[np.float32]:
        """Vectors [n, d] of users from their listens CSR [n, S], without training; known rows give known vectors."""
