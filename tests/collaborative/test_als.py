"""Implicit ALS: a checkerboard whose two halves must be told apart, the normal equations, and fold-in."""

import numpy as np
import pytest
from scipy import sparse

from audiorec.collaborative import als
from audiorec.collaborative.als import AlsRecipe, implicit_als, solve_rows
from audiorec.data.splits import HoldOut


def checkerboard(users: int = 12, items: int = 10) -> sparse.csr_array:
    """Even users like even items, odd users odd ones; one pair is missing."""
    rows, cols = np.indices((users, items))
    matrix = ((rows + cols) % 2 == 0).astype(np.float64)
    matrix[0, 0] = 0.0
    return sparse.csr_array(matrix)


def test_missing_square_of_a_checkerboard_is_found() -> None:
    found = implicit_als(checkerboard(), 2, regularization=0.1, alpha=5.0, iterations=10, seed=0)
    scores = found.users @ found.items.T
    assert scores[0, 0] > 0.5 > scores[0, 1::2].max() + 0.3


def test_half_step_solves_the_normal_equations() -> None:
    rng = np.random.default_rng(1)
    # Rows of one to thirty entries: fewer and more than the three factors.
    dense = np.tri(30)[:, rng.permutation(30)] * rng.integers(1, 4, (30, 30))
    counts, other = sparse.csr_array(dense), rng.normal(size=(30, 3))
    found = solve_rows(counts, other, regularization=0.5, alpha=3.0)
    for row in range(30):
        seen = counts.toarray()[row]
        weight = np.diag(1.0 + 3.0 * seen)
        wanted = np.linalg.solve(other.T @ weight @ other + 0.5 * np.eye(3), other.T @ weight @ (seen > 0))
        np.testing.assert_allclose(found[row], wanted)


def test_row_without_entries_is_zero() -> None:
    assert not solve_rows(sparse.csr_array((1, 3)), np.ones((3, 2)), 1.0, 1.0).any()


def test_settings_are_tried_on_some_users_and_all_are_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = checkerboard(60, 20)
    monkeypatch.setattr(als, "_TRIED", counts.nnz // 3)
    tried = []
    fit = als._fit
    monkeypatch.setattr(als, "_fit", lambda seen, *rest: tried.append(seen.shape[0]) or fit(seen, *rest))
    recipe = AlsRecipe(rank=2, penalties=(0.3, 1.0), alphas=(10.0,), iterations=3)
    found = als.train(counts, recipe, how=HoldOut(times=counts))
    assert tried == [19, 19, 60]
    assert found.users.any(axis=1).all()
