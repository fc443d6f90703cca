"""Ridge regression from content to any set of targets, with the strength chosen by exact leave-one-out.

Source: Hoerl and Kennard 1970; leave-one-out from the singular values (Golub, Heath and Wahba 1979). It does not know
what rows and targets mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scaling:
    """Column means and deviations; constant columns become zero, and values are cut at five deviations."""

    mean: Floats
    deviation: Floats

    def apply(self, values: NDArray[np.floating]) -> Floats:
        """Standardised values [N, D]; NaN (not known) becomes 0, the mean."""
        standard = (np.asarray(values, dtype=np.float64) - self.mean) / self.deviation
        return np.clip(np.nan_to_num(standard, nan=0.0), -5.0, 5.0)


@dataclass(frozen=True)
class Ridge:
    """A fitted map: `predict` takes raw content [N, D] and gives [N, T]."""

    scaling: Scaling
    weights: Floats
    bias: Floats
    strength: float

    def predict(self, content: NDArray[np.floating]) -> Floats:
        """Targets [N, T] of content [N, D]."""
        return np.asarray(self.scaling.apply(content) @ self.weights + self.bias)


def fit_scaling(content: NDArray[np.floating]) -> Scaling:
    """Column statistics of [N, D], NaN left out; needs at least one row."""
    values = np.asarray(content, dtype=np.float64)
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0.0).sum(axis=0) / count
    deviation = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(axis=0) / count)
    return Scaling(mean, np.where(deviation > 1e-9, deviation, np.inf))


def fit_ridge(
    content: NDArray[np.floating],
    targets: NDArray[np.floating],
    strengths: Sequence[float] = tuple(10.0 ** np.arange(0, 6)),
) -> Ridge:
    """Fit content [N, D] -> targets [N, T]; of the strengths the one with the least leave-one-out error is kept."""
    scaling = fit_scaling(content)
    inputs, outputs = scaling.apply(content), np.asarray(targets, dtype=np.float64)
    offset, bias = inputs.mean(axis=0), outputs.mean(axis=0)
    left, values, right = np.linalg.svd(inputs - offset, full_matrices=False)
    projected = left.T @ (outputs - bias)
    errors = [_left_out_error(left, values, projected, outputs - bias, strength) for strength in strengths]
    strength = float(strengths[int(np.argmin(errors))])
    weights = right.T @ ((values / (values**2 + strength))[:, None] * projected)
    return Ridge(scaling, weights, bias - offset @ weights, strength)


def _left_out_error(left: Floats, values: Floats, projected: Floats, outputs: Floats, strength: float) -> float:
    shrink = values**2 / (values**2 + strength)
    # The mean is estimated too, which adds 1/N to the leverage of every row.
    leverage = (left**2 * shrink).sum(axis=1) + 1.0 / len(left)
    residual = outputs - left @ (shrink[:, None] * projected)
    return float(np.mean((residual / np.maximum(1.0 - leverage, 1e-6)[:, None]) ** 2))
