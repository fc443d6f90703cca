"""Vectors as directions. It does not know what they mean, and it needs NumPy alone."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", bound=np.floating)


def unit(vectors: NDArray[F]) -> NDArray[F]:
    """Rows of length one, in the precision of the vectors; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: NDArray[F] = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return found
