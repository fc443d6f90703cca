"""The content space: a missing modality stands at the mean, and lengths do not depend on the number of columns."""

import numpy as np

from audiorec.cold_start.content_space import fit_space
from audiorec.learning.directions import unit


def test_missing_block_is_zero() -> None:
    rng = np.random.default_rng(0)
    sound, words = rng.normal(size=(10, 3)), rng.normal(size=(10, 2))
    words[4] = np.nan
    points = fit_space([sound, words], [1.0, 0.7]).place([sound, words])
    assert not points[4, 3:].any()
    assert points[3, 3:].all()


def test_usual_length_is_about_one() -> None:
    for width in (3, 300):
        block = np.random.default_rng(0).normal(size=(50, width))
        points = fit_space([block], [1.0]).place([block])
        np.testing.assert_allclose((points**2).sum(axis=1).mean(), 1.0, rtol=0.02)


def test_zero_rows_stay_zero() -> None:
    np.testing.assert_allclose(unit(np.array([[3.0, 4.0], [0.0, 0.0]])), [[0.6, 0.8], [0.0, 0.0]])


def test_where_no_block_counts_all_stand_together() -> None:
    block = np.random.default_rng(0).normal(size=(4, 2))
    np.testing.assert_array_equal(fit_space([block, block], [0.0, 0.0]).place([block, block]), np.zeros((4, 1)))
