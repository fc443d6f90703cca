"""A part of many rows, drawn at random. A cut is not a sample: the first rows are those of a few folders or users."""

import numpy as np
from numpy.typing import NDArray


def drawn(rows: NDArray[np.int64], most: int, seed: int) -> NDArray[np.int64]:
    """At most so many of the rows, drawn with the seed, in their order.

    >>> drawn(np.arange(3), 5, 0).tolist(), len(drawn(np.arange(9), 5, 0))
    ([0, 1, 2], 5)
    """
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
