"""Ridge: a linear law is recovered, leave-one-out agrees with doing it, missing values stand at the mean."""

import numpy as np

from audiorec.cold_start.ridge import fit_ridge, fit_scaling


def test_recovers_a_linear_law() -> None:
    rng = np.random.default_rng(0)
    inputs, weights = rng.normal(size=(60, 4)), rng.normal(size=(4, 2))
    found = fit_ridge(inputs, inputs @ weights + 3.0, [1e-8])
    new = rng.normal(size=(5, 4)) * 0.5
    np.testing.assert_allclose(found.predict(new), new @ weights + 3.0, atol=1e-6)


def test_strength_rises_with_noise() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(60, 30))
    clean, noise = inputs[:, :1], rng.normal(size=(60, 1))
    assert fit_ridge(inputs, clean).strength < fit_ridge(inputs, noise).strength


def test_missing_values_are_the_mean_and_constants_say_nothing() -> None:
    scaling = fit_scaling(np.array([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0]]))
    np.testing.assert_allclose(scaling.apply(np.array([[3.0, 9.0], [np.nan, np.nan]])), [[1.0, 0.0], [0.0, 0.0]])
