"""Implicit-feedback matrix factorisation by alternating least squares: the space that content is mapped into.

Confidence 1 + alpha * r for an observed pair, 1 for every other (Hu, Koren and Volinsky 2008). Exact solves, one small
system a row, so it is meant for thousands of rows, not millions. It does not know content or cold songs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]


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
    by_user = sparse.csr_array(counts, dtype=np.float64)
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
    gram = other.T @ other + regularization * np.eye(rank)
    solved = np.zeros((rows.shape[0], rank))
    for row in np.flatnonzero(np.diff(rows.indptr)):
        span = slice(rows.indptr[row], rows.indptr[row + 1])
        seen, extra = other[rows.indices[span]], alpha * rows.data[span]
        solved[row] = np.linalg.solve(gram + (seen.T * extra) @ seen, (1.0 + extra) @ seen)
    return solved
