"""The choice model: its gradient against differences, a taste that can be told, and popularity of a kind of content."""

import numpy as np
from scipy import sparse

from audiorec.cold_start.conditional_logit import _Likelihood, fit_choice


def test_gradient_agrees_with_differences() -> None:
    rng = np.random.default_rng(0)
    wanted = (rng.random((5, 6)) < 0.4).astype(float)
    inputs, people = rng.normal(size=(6, 3)), rng.normal(size=(5, 2))
    likelihood = _Likelihood(inputs, people, sparse.coo_array(wanted), (0.1, 0.2))
    at = rng.normal(size=9)
    slope = likelihood(at)[1]
    for place in range(9):
        step = np.zeros(9)
        step[place] = 1e-6
        difference = (likelihood(at + step)[0] - likelihood(at - step)[0]) / 2e-6
        np.testing.assert_allclose(slope[place], difference, rtol=1e-4, atol=1e-8)


def test_taste_and_pull_are_found() -> None:
    rng = np.random.default_rng(1)
    points, users = rng.normal(size=(40, 2)), rng.choice([-1.0, 1.0], size=(60, 1))
    # Users of one sign like the first axis high, the others low; everybody likes the second axis high.
    chosen = ((users * points[:, 0] + points[:, 1]) > 1.0).astype(float)
    found = fit_choice(points, users, sparse.csr_array(chosen), taste_decay=1e-3, pull_decay=1e-3, steps=50)
    new = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 2.0], [0.0, -2.0]])
    scores = found.score(np.array([[1.0], [-1.0]]), new)
    assert scores[0, 0] > scores[0, 1]
    assert scores[1, 1] > scores[1, 0]
    assert (scores[:, 2] > scores[:, 3]).all()
