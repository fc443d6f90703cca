"""Kernel ridge: the linear kernel is ridge regression, the cosine forgets length, unknown kernels are refused."""

import numpy as np
import pytest

from audiorec.cold_start.kernel_ridge import KERNELS, fit_kernel_map, similarity
from audiorec.errors import InputError


def test_linear_kernel_is_ridge_in_the_dual() -> None:
    rng = np.random.default_rng(0)
    points, targets = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
    points -= points.mean(axis=0)
    weights = np.linalg.solve(points.T @ points + 0.7 * np.eye(3), points.T @ (targets - targets.mean(axis=0)))
    found = fit_kernel_map(points, targets, kernel="linear", strength=0.7).predict(points)
    np.testing.assert_allclose(found, points @ weights + targets.mean(axis=0))


def test_cosine_forgets_length() -> None:
    points = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_allclose(similarity("cosine", points * 7.0, points), similarity("cosine", points, points))


@pytest.mark.parametrize("kernel", KERNELS)
def test_weak_strength_goes_through_the_points(kernel: str) -> None:
    points = np.random.default_rng(0).normal(size=(4, 6))
    targets = np.arange(8.0).reshape(4, 2)
    np.testing.assert_allclose(
        fit_kernel_map(points, targets, kernel=kernel, strength=1e-10).predict(points), targets, atol=1e-5
    )


def test_unknown_kernel() -> None:
    with pytest.raises(InputError, match="linear, cosine, gaussian"):
        similarity("cubic", np.zeros((1, 1)), np.zeros((1, 1)))
