"""Popularity: every user gets the songs that most users know. The baseline that a personal model must beat."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


@dataclass(frozen=True)
class Popularity:
    """listeners: int64 [I]; users_seen: bool [U]."""

    listeners: NDArray[np.int64]
    users_seen: NDArray[np.bool_]

    def scores(self, user_rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Listeners of all songs: int64 [B] -> float32 [B, I], NaN for users and songs without a listen."""
        row = np.where(self.listeners > 0, self.listeners, np.nan).astype(np.float32)
        return np.where(self.users_seen[user_rows][:, None], row, np.float32(np.nan))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All parameters as arrays with names; `from_arrays` is the way back."""
        return {"listeners": self.listeners, "users_seen": self.users_seen}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Popularity":
        """The model from `to_arrays`."""
        return cls(np.asarray(arrays["listeners"]), np.asarray(arrays["users_seen"], dtype=bool))


def count_listeners(counts: sparse.csr_array) -> Popularity:
    """Popularity of the songs of CSR counts [U, I]."""
    listeners = np.bincount(counts.indices, minlength=counts.shape[1]).astype(np.int64)
    return Popularity(listeners, np.diff(counts.indptr) > 0)
