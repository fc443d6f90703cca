"""Implicit-feedback matrix factorisation by alternating least squares: the space that content is mapped into.

Confidence 1 + alpha * r for an observed pair, 1 for every other (Hu, Koren and Volinsky 2008). Exact solves, one small
system a row, many rows at once. It does not know content or cold songs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class Factors:
    """Users [U, k] and items [I, k]; a score is the inner product of two rows."""

    users: Floats
    items: Floats


def implicit_als(
    counts: sparse.csr_array, rank: int, *, regularization: float, alpha: float, iterations: int, seed: int
) -> Factors:
    """Factor a non-negative matrix of confidences.

    counts: CSR [U, I]; rank: k. A row without entries gets the zero vector.
    """
    rng = np.random.default_rng(seed)
    by_user = sparse.csr_array(counts.astype(np.float64))
    by_item = sparse.csr_array(by_user.T)
    users = np.zeros((by_user.shape[0], rank))
    items = rng.normal(scale=0.1, size=(by_user.shape[1], rank))
    for _ in range(iterations):
        users = solve_rows(by_user, items, regularization, alpha)
        items = solve_rows(by_item, users, regularization, alpha)
    return Factors(users, items)


def solve_rows(rows: sparse.csr_array, other: Floats, regularization: float, alpha: float) -> Floats:
    """Vectors of the rows when the other side is known: one half step, and the fold-in of new users or songs.

    rows: CSR [N, M]; other [M, k] -> [N, k].
    """
    rank = other.shape[1]
    base = other.T @ other + regularization * np.eye(rank)
    # The rows' own parts of the normal equations are sums of outer products: one sparse product gives a block of them.
    outer = (other[:, :, None] * other[:, None, :]).reshape(len(other), rank * rank)
    solved = np.zeros((rows.shape[0], rank))
    for start in range(0, rows.shape[0], _ROWS_AT_ONCE):
        part = rows[start : start + _ROWS_AT_ONCE]
        extra = sparse.csr_array((alpha * part.data, part.indices, part.indptr), shape=part.shape)
        ones = sparse.csr_array((1.0 + extra.data, part.indices, part.indptr), shape=part.shape)
        grams = base + np.asarray(extra @ outer).reshape(-1, rank, rank)
        right = np.asarray(ones @ other)
        solved[start : start + _ROWS_AT_ONCE] = np.linalg.solve(grams, right[:, :, None])[:, :, 0]
    return solved
