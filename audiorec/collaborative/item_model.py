"""Linear item models: a user's score of a song is the sum of weights from the songs of their history to it.

ItemKNN and EASE are two ways to find the weights. It does not know how they were found.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.learning.silence import silence


@dataclass(frozen=True)
class ItemToItem:
    """history: CSR [U, I], what each user has played; weights: [I, I] dense or CSR, from the row to the column;
    items_seen: bool [I], songs that anybody has played, where the history holds only some of the users."""

    history: sparse.csr_array
    weights: NDArray[np.float32] | sparse.csr_array
    items_seen: NDArray[np.bool_] | None = None

    def scores(self, user_rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Scores of all songs: int64 [B] -> float32 [B, I], NaN for users without history and songs nobody plays."""
        mine = sparse.csr_array(self.history[user_rows])
        found = self._sums(mine)
        seen = self.items_seen
        if seen is None:
            seen = np.bincount(self.history.indices, minlength=found.shape[1]) > 0
        silence(found, ~seen)
        found[np.diff(mine.indptr) == 0] = np.nan
        return found

    def _sums(self, mine: sparse.csr_array) -> NDArray[np.float32]:
        if len(mine.indptr) == 2 and sparse.issparse(self.weights):
            # Of one user only the own songs' rows are read: a sparse product looks at all songs three times.
            return np.asarray(self.weights[mine.indices].T @ mine.data, dtype=np.float32)[None]
        product = mine @ self.weights
        return np.asarray(product.toarray() if sparse.issparse(product) else product, dtype=np.float32)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All parameters as arrays with names; `from_arrays` is the way back."""
        arrays = pack("history", self.history)
        if isinstance(self.weights, np.ndarray):
            return arrays | {"weights": self.weights}
        return arrays | pack("weights", self.weights)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "ItemToItem":
        """The model from `to_arrays`."""
        dense = arrays.get("weights")
        return cls(unpack("history", arrays), unpack("weights", arrays) if dense is None else dense)


def pack(name: str, matrix: sparse.csr_array) -> dict[str, NDArray[Any]]:
    """A sparse matrix as four arrays whose names begin with `name`."""
    values = {"data": matrix.data, "indices": matrix.indices, "indptr": matrix.indptr}
    return {f"{name}.{part}": np.asarray(array) for part, array in values.items()} | {
        f"{name}.shape": np.array(matrix.shape, dtype=np.int64)
    }


def unpack(name: str, arrays: Mapping[str, NDArray[Any]]) -> sparse.csr_array:
    """The matrix that `pack` took apart."""
    parts = tuple(arrays[f"{name}.{part}"] for part in ("data", "indices", "indptr"))
    return sparse.csr_array(parts, shape=tuple(arrays[f"{name}.shape"].tolist()))
