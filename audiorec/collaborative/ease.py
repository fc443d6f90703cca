"""EASE: the linear item model with the least squared error whose songs may not recommend themselves, in closed form.

Steck 2019, equation 8. With fewer songs than users a songs x songs matrix is inverted; with fewer users the same scores
come from a users x users system (Woodbury's identity) and no songs x songs matrix is ever made. Where both are many it
is refused with the way out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from audiorec.collaborative.item_model import ItemToItem, pack, unpack
from audiorec.errors import InputError

MOST = 30_000


@dataclass(frozen=True)
class EaseDual:
    """EASE held by users: scores of x are x - (x - (x W^T) S) g.

    history: CSR [U, I]; weighted: CSR [U, I], W; solved: float32 [U, I], S = (W W^T + l)^-1 W; gain: float32 [I], g.
    """

    history: sparse.csr_array
    weighted: sparse.csr_array
    solved: NDArray[np.float32]
    gain: NDArray[np.float32]

    def scores(self, user_rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Scores of all songs: int64 [B] -> float32 [B, I], NaN for users without history and songs nobody plays."""
        mine = sparse.csr_array(self.history[user_rows])
        alike = sparse.csr_array(mine @ self.weighted.T).toarray()
        known = mine.toarray()
        found = np.asarray(known - (known - alike @ self.solved) * self.gain, dtype=np.float32)
        found[:, np.bincount(self.history.indices, minlength=found.shape[1]) == 0] = np.nan
        found[np.diff(mine.indptr) == 0] = np.nan
        return found

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All parameters as arrays with names; `from_arrays` is the way back."""
        dense = {"solved": self.solved, "gain": self.gain}
        return pack("history", self.history) | pack("weighted", self.weighted) | dense

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "EaseDual":
        """The model from `to_arrays`."""
        return cls(unpack("history", arrays), unpack("weighted", arrays), arrays["solved"], arrays["gain"])


def ease(
    counts: sparse.csr_array, *, regularization: float, power: float = 0.0, growth: float = 0.0
) -> ItemToItem | EaseDual:
    """Fit on CSR counts [U, I], any count being one listen.

    power > 0 gives a user of n songs the weight n^-power in the error. growth > 0 lets the penalty grow with a song's
    listeners: regularization * (listeners / most listeners)^growth (Steck 2020's dropout is growth 1). Songs that
    nobody played get no weights. Raises InputError where there are more than 30,000 users and as many played songs.
    """
    history = sparse.csr_array((np.ones(counts.nnz, np.float32), counts.indices, counts.indptr), shape=counts.shape)
    sizes = np.diff(history.indptr)
    users, known = int((sizes > 0).sum()), np.unique(history.indices)
    if min(users, len(known)) > MOST:
        raise InputError(f"EASE solves {min(users, len(known))} equations, at most {MOST}: choose itemknn")
    scale = np.maximum(sizes, 1).astype(np.float64) ** (-power / 2.0)
    weighted = sparse.csr_array(sparse.diags_array(scale) @ history.astype(np.float64))
    listeners: NDArray[np.float64] = np.asarray(weighted.multiply(weighted).sum(axis=0)).reshape(-1)
    # A penalty that differs by song is the same for all once each column is divided by its root.
    columns = np.maximum(listeners / listeners.max(initial=1e-12), 1e-12) ** (-growth / 2.0)
    scaled = sparse.csr_array(weighted @ sparse.diags_array(columns))
    if users < len(known):
        return _by_users(history, scaled, regularization, columns)
    return ItemToItem(history, _by_items(scaled, known, regularization, columns))


def _by_items(
    scaled: sparse.csr_array, known: NDArray[np.integer[Any]], regularization: float, columns: NDArray[np.float64]
) -> NDArray[np.float32]:
    played = sparse.csr_array(scaled[:, known])
    gram = np.asarray(sparse.csr_array(played.T @ played).toarray(), dtype=np.float64)
    gram[np.diag_indices_from(gram)] += regularization
    inverse = linalg.inv(gram, overwrite_a=True, check_finite=False)
    inverse /= -np.diag(inverse)
    np.fill_diagonal(inverse, 0.0)
    weights = np.zeros((scaled.shape[1],) * 2, dtype=np.float32)
    weights[np.ix_(known, known)] = inverse * (columns[known][:, None] / columns[known])
    return weights


def _by_users(
    history: sparse.csr_array, scaled: sparse.csr_array, regularization: float, columns: NDArray[np.float64]
) -> EaseDual:
    gram = np.asarray(sparse.csr_array(scaled @ scaled.T).toarray(), dtype=np.float64)
    gram[np.diag_indices_from(gram)] += regularization
    factor = linalg.cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
    solved = linalg.cho_solve(factor, scaled.toarray(), overwrite_b=True, check_finite=False)
    # The diagonal of the inverse, times l: what a song would explain of itself is taken out.
    rows = np.repeat(np.arange(scaled.shape[0]), np.diff(scaled.indptr))
    own = np.bincount(scaled.indices, weights=scaled.data * solved[rows, scaled.indices], minlength=scaled.shape[1])
    gain = 1.0 / np.maximum(1.0 - own, 1e-9)
    weighted = sparse.csr_array(scaled @ sparse.diags_array(columns)).astype(np.float32)
    return EaseDual(history, weighted, (solved / columns).astype(np.float32), gain.astype(np.float32))
