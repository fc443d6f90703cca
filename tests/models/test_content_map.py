"""Choosing a map: a law over directions takes the cosine kernel, noise takes a strong one."""

import numpy as np

from audiorec.models.content_map import STRENGTHS, choose_map


def test_learns_a_linear_law_across_groups() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(60, 4)) / 2.0
    targets = points @ rng.normal(size=(4, 3))
    found = choose_map(points, targets, np.arange(60) // 3)
    new = rng.normal(size=(20, 4)) / 2.0
    assert (
        np.corrcoef(found.predict(new)[:, 0], (choose_map(points, targets, np.arange(60)).predict(new))[:, 0])[0, 1]
        > 0.99
    )


def test_one_group_alone_gets_the_most_careful_map() -> None:
    found = choose_map(np.eye(3), np.eye(3), np.zeros(3, dtype=int))
    assert found.kernel == "linear"
    np.testing.assert_allclose(found.predict(np.eye(3)).mean(axis=0), 1 / 3, atol=1.0 / STRENGTHS[-1])
