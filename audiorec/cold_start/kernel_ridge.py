"""Kernel ridge regression from a content space to vectors: linear, cosine or Gaussian.

It maps the sound of a song that nobody has played into the space of a collaborative model (van den Oord et al. 2013
with a kernel in place of a network, which wins where songs are few). It does not know what the vectors mean.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.errors import InputError
from audiorec.learning.directions import unit

Floats = NDArray[np.float64]
KERNELS = ("linear", "cosine", "gaussian")


@dataclass(frozen=True)
class KernelMap:
    """A fitted map: anchors [N, D] are the songs it learned from, dual [N, T] their weights, offset [T] the mean."""

    kernel: str
    anchors: Floats
    dual: Floats
    offset: Floats

    def predict(self, points: NDArray[np.floating]) -> Floats:
        """Vectors [M, T] of points [M, D]."""
        return np.asarray(similarity(self.kernel, points, self.anchors) @ self.dual + self.offset)


@dataclass(frozen=True)
class LinearMap:
    """The same map where the kernel is a product: weights [D, T] of the columns, offset [T] the mean."""

    kernel: str
    weights: Floats
    offset: Floats

    def predict(self, points: NDArray[np.floating]) -> Floats:
        """Vectors [M, T] of points [M, D]."""
        return np.asarray(_sides(self.kernel, points) @ self.weights + self.offset)


def fit_kernel_map(
    points: NDArray[np.floating], targets: NDArray[np.floating], *, kernel: str, strength: float
) -> KernelMap | LinearMap:
    """Fit points [N, D] -> targets [N, T]; strength is what is added to the kernel's diagonal.

    A linear or cosine kernel is solved in its D columns where these are fewer than the songs: the same map, in time
    that grows with N and not with its cube.
    """
    anchors, wanted = np.asarray(points, dtype=np.float64), np.asarray(targets, dtype=np.float64)
    offset = wanted.mean(axis=0)
    if kernel in ("linear", "cosine") and anchors.shape[1] < len(anchors):
        sides = _sides(kernel, anchors)
        gram = sides.T @ sides + strength * np.eye(sides.shape[1])
        return LinearMap(kernel, np.linalg.solve(gram, sides.T @ (wanted - offset)), offset)
    gram = similarity(kernel, anchors, anchors) + strength * np.eye(len(anchors))
    return KernelMap(kernel, anchors, np.linalg.solve(gram, wanted - offset), offset)


def _sides(kernel: str, points: NDArray[np.floating]) -> Floats:
    """Vectors whose products are the kernel's values."""
    values = np.asarray(points, dtype=np.float64)
    return np.asarray(unit(values)) if kernel == "cosine" else values


def similarity(kernel: str, left: NDArray[np.floating], right: NDArray[np.floating]) -> Floats:
    """Kernel values [N, M] between rows; raises InputError for an unknown kernel."""
    if kernel in ("linear", "cosine"):
        return np.asarray(_sides(kernel, left) @ _sides(kernel, right).T)
    if kernel == "gaussian":
        squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)[None] - 2.0 * left @ right.T
        # 0.15: a width at which points of squared length one, the usual ones, still see a third of each other.
        return np.asarray(np.exp(-0.15 * np.maximum(squares, 0.0)))
    raise InputError(f"no kernel {kernel!r}: choose {', '.join(KERNELS)}")
