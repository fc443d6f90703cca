"""Implicit ALS's scores from its arrays, and a user folded in from what they play; in NumPy alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.learning.coded_vectors import Vectors, inner_products
from audiorec.learning.silence import silence

_SONGS_AT_ONCE = 2048  # in float64 they stay in the cache


@dataclass(frozen=True)
class AlsScores:
    """Users [B, k], items [I, k] and which items anybody has played, bool [I]."""

    users: NDArray[np.floating]
    items: Vectors
    items_seen: NDArray[np.bool_]

    def scores(self, user_rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Scores of all songs: int64 [B] -> float32 [B, I]; NaN for users and songs without listens."""
        found = np.asarray(inner_products(np.asarray(self.users[user_rows], dtype=np.float32), self.items))
        silence(found, ~self.items_seen)
        found[~np.any(self.users[user_rows], axis=1)] = np.nan
        return found


def products(users: NDArray[np.floating], items: NDArray[np.floating]) -> NDArray[np.float32]:
    """Inner products [B, k] x [I, k] -> float32 [B, I], the same whatever the number of users.

    Summed in float64: songs with the same listeners have one vector, and a float32 product of many users rounds them
    apart where that of one user does not, so that their places differed.
    """
    found = np.empty((len(users), len(items)), dtype=np.float32)
    mine = np.asarray(users, dtype=np.float64)
    for start in range(0, len(items), _SONGS_AT_ONCE):
        part = slice(start, start + _SONGS_AT_ONCE)
        found[:, part] = mine @ np.asarray(items[part], dtype=np.float64).T
    return found


def gram_of(items: NDArray[np.floating]) -> NDArray[np.float64]:
    """Inner products [k, k] of the columns of items [I, k]: what all users that are folded in share."""
    whole = np.asarray(items, dtype=np.float32)
    return np.asarray(whole.T @ whole, dtype=np.float64)


def fold_in_user(
    confidence: sparse.csr_array,
    items: NDArray[np.floating],
    gram: NDArray[np.floating],
    regularization: float,
    alpha: float,
) -> NDArray[np.float64]:
    """The vector [1, k] of a user from the confidence in what they play, CSR [1, I]; items' vectors [I, k] stay.

    gram: `gram_of(items)`. One half-step of ALS (Hu, Koren and Volinsky 2008): 1 + alpha * confidence, as in
    `implicit_als`.
    """
    rank = items.shape[1]
    if not confidence.nnz:
        return np.zeros((1, rank))
    seen = np.asarray(items[confidence.indices], dtype=np.float64)
    extra = alpha * confidence.data.astype(np.float64)
    gram = gram + regularization * np.eye(rank) + (seen * extra[:, None]).T @ seen
    return np.asarray(np.linalg.solve(gram, (1.0 + extra) @ seen)[None], dtype=np.float64)
