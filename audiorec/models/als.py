"""Implicit ALS as a ranker: a score is the inner product of a user's and a song's vector, found by `factors.py`.

Well tuned it is level with neural models or above them (Rendle et al. 2022, "Revisiting the performance of iALS"). It
does not know how its settings were chosen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.models.factors import implicit_als

Floats = NDArray[np.float32]
Self = TypeVar("Self", bound="Als")


@dataclass(frozen=True)
class Als:
    """users float32 [U, k] and items float32 [I, k]; who or what has no listen is a row of zeros."""

    users: Floats
    items: Floats

    def scores(self, user_rows: NDArray[np.int64]) -> Floats:
        """Scores of all songs: int64 [B] -> float32 [B, I], NaN for users without listens and songs nobody heard."""
        mine = self.users[user_rows]
        found = np.asarray(mine @ self.items.T, dtype=np.float32)
        found[:, ~self.items.any(axis=1)] = np.nan
        found[~mine.any(axis=1)] = np.nan
        return found

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All parameters as arrays with names; `from_arrays` is the way back."""
        return {"users": self.users, "items": self.items}

    @classmethod
    def from_arrays(cls: type[Self], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The model from `to_arrays`."""
        return cls(np.asarray(arrays["users"]), np.asarray(arrays["items"]))


def als(counts: sparse.csr_array, rank: int, *, penalty: float, alpha: float, iterations: int, seed: int) -> Als:
    """Fit on CSR counts [U, I], any count being one listen of confidence 1 + alpha.

    penalty: L2 in units of a listen's confidence, so that it means the same whatever alpha is.
    """
    heard = sparse.csr_array((np.ones(counts.nnz), counts.indices, counts.indptr), shape=counts.shape)
    strength = penalty * (1.0 + alpha)
    found = implicit_als(heard, rank, regularization=strength, alpha=alpha, iterations=iterations, seed=seed)
    return Als(found.users.astype(np.float32), found.items.astype(np.float32))
