"""The choice model: its gradient against differences, a taste that can be told, and popularity of a kind of content."""

import numpy as np
from scipy import sparse

from audiorec.cold_start.conditional_logit import Choices, _Asked, _Likelihood, fit_choice


def test_gradient_agrees_with_differences() -> None:
    rng = np.random.default_rng(0)
    sets = []
    for songs in (6, 4):
        wanted = sparse.coo_array((rng.random((5, songs)) < 0.4).astype(float))
        sets.append(_Asked(rng.normal(size=(songs, 3)), rng.normal(size=(5, 2)), *wanted.coords))
    likelihood = _Likelihood(sets, (0.1, 0.2))
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
    halves = [Choices(points[half], users, sparse.csr_array(chosen[:, half])) for half in (slice(25), slice(25, 40))]
    found = fit_choice(halves, taste_decay=1e-3, pull_decay=1e-3, steps=50)
    new = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 2.0], [0.0, -2.0]])
    scores = found.score(np.array([[1.0], [-1.0]]), new)
    assert scores[0, 0] > scores[0, 1]
    assert scores[1, 1] > scores[1, 0]
    assert (scores[:, 2] > scores[:, 3]).all()


def test_two_sets_are_the_mean_of_their_choices() -> None:
    rng = np.random.default_rng(2)
    wanted = sparse.coo_array(np.eye(4)[[0, 1, 1]])
    one = _Asked(rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), *wanted.coords)
    at = rng.normal(size=9)
    alone, twice = _Likelihood([one], (0.1, 0.2))(at), _Likelihood([one, one], (0.1, 0.2))(at)
    np.testing.assert_allclose(twice[0], alone[0])
    np.testing.assert_allclose(twice[1], alone[1])
