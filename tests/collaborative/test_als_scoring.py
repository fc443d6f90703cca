"""Scores from ALS's arrays: a user folded in is a half step of the solver, and a score does not know its company."""

import numpy as np
import pytest
from scipy import sparse

from audiorec.collaborative.als import solve_rows
from audiorec.collaborative.als_scoring import fold_in_user, gram_of, products


@pytest.mark.parametrize("played", [1, 4, 30])
def test_a_user_folded_in_has_the_vector_of_a_half_step(played: int) -> None:
    rng = np.random.default_rng(played)
    items = rng.normal(size=(50, 6))
    confidence = np.zeros((1, 50))
    confidence[0, rng.choice(50, played, replace=False)] = rng.uniform(0.5, 3.0, played)
    rows = sparse.csr_array(confidence)
    expected = solve_rows(rows, items, 2.0, 5.0)
    np.testing.assert_allclose(fold_in_user(rows, items, gram_of(items), 2.0, 5.0), expected, rtol=1e-4, atol=1e-6)


def test_songs_of_one_vector_have_one_score_for_any_number_of_users() -> None:
    rng = np.random.default_rng(0)
    users = rng.normal(size=(33, 7)).astype(np.float32)
    items = np.repeat(rng.normal(size=(37, 7)), 2, axis=0).astype(np.float32)
    together = products(users, items)
    np.testing.assert_array_equal(together[:, ::2], together[:, 1::2])
    np.testing.assert_array_equal(np.vstack([products(users[[row]], items) for row in range(33)]), together)
