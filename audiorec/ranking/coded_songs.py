"""Which arrays that requests rank by have codes beside them: the songs' sides of the products of a list."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiorec.learning.coded_vectors import FROM, CodedVectors, Vectors, code

Arrays = Mapping[str, NDArray[Any]]


def with_codes(arrays: Arrays, taste_columns: Sequence[int]) -> dict[str, NDArray[Any]]:
    """The arrays, and codes of the songs' sides where there are many songs."""
    found = dict(arrays)
    if len(arrays["items"]) < FROM:
        return found
    for name in ("factors.items", "placed.songs", "short", "taste.songs", "likes.cnn.songs", "likes.svm.songs"):
        if name in arrays:
            columns = _levels(arrays[name], taste_columns) if name == "taste.songs" else None
            coded = code(np.asarray(arrays[name], dtype=np.float32), columns)
            found |= {f"{name}.{side}": values for side, values in coded.to_arrays().items()}
    return found


def _levels(songs: NDArray[np.floating], lengths: Sequence[int]) -> NDArray[np.float32]:
    """The level of each taste model in its columns: users' vectors are of the inverse of it."""
    ends = np.cumsum(lengths)
    levels = [float(np.sqrt(np.square(songs[:, end - n : end]).mean())) for n, end in zip(lengths, ends, strict=True)]
    return np.repeat(np.where(np.array(levels) > 0.0, levels, 1.0), lengths).astype(np.float32)


def vectors_of(arrays: Arrays, name: str) -> Vectors:
    """The songs' side of this name, with its codes where it has any."""
    if f"{name}.codes" not in arrays:
        return arrays[name]
    return CodedVectors(arrays[name], *(arrays[f"{name}.{side}"] for side in ("codes", "rows", "columns")))
