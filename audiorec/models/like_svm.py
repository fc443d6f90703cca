"""A non-linear SVM over (song, user) pairs: how likely the user has the song among hers. Arrays in, arrays out.

A song is its fused vector, standardised and projected; the pair is song and user vector side by side. A Gaussian or
Laplacian kernel of the pair is then the product of a song and a user kernel: what a like of one pair says carries over
as far as both are alike. It is kept as plain arrays, so that nothing has to be unpickled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics.pairwise import laplacian_kernel, polynomial_kernel, rbf_kernel, sigmoid_kernel

Float = NDArray[np.float64]
Kernel = Literal["rbf", "poly", "laplacian", "sigmoid"]
KERNELS: tuple[Kernel, ...] = ("rbf", "poly", "laplacian", "sigmoid")


def gram(kernel: Kernel, gamma: float, left: Float, right: Float) -> Float:
    """Kernel matrix [A, B] of rows [A, d] and [B, d]; polynomial of degree 3 and sigmoid with an offset of 1."""
    if kernel == "rbf":
        return np.asarray(rbf_kernel(left, right, gamma=gamma))
    if kernel == "laplacian":
        return np.asarray(laplacian_kernel(left, right, gamma=gamma))
    if kernel == "poly":
        return np.asarray(polynomial_kernel(left, right, degree=3, gamma=gamma, coef0=1.0))
    return np.asarray(sigmoid_kernel(left, right, gamma=gamma, coef0=0.0))


@dataclass(frozen=True)
class SongProjection:
    """Fused song vectors -> short ones: missing values at the mean, standard scores, principal components.

    Shape:
        mean, std: [D]; components: [D, d]; scale: [d].
    """

    mean: Float
    std: Float
    components: Float
    scale: Float

    def apply(self, songs: NDArray[np.floating]) -> Float:
        """[N, D], NaN for what is missing, to [N, d]."""
        scores = (np.where(np.isfinite(songs), songs, self.mean) - self.mean) / self.std
        return np.asarray(np.clip(scores, -5.0, 5.0) @ self.components / self.scale)


@dataclass(frozen=True)
class LikeSvm:
    """A trained SVM with its calibration.

    Shape:
        users: [U, f]; support: [S, d + f]; dual: [S]; calibration: (slope, offset) of the logistic over the decision.
    """

    kernel: Kernel
    gamma: float
    projection: SongProjection
    users: Float
    support: Float
    dual: Float
    intercept: float
    calibration: tuple[float, float]

    def probabilities(self, songs: NDArray[np.floating], user_rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Like-probabilities float32 [users, N] of fused song vectors [N, D] for some users."""
        short = self.projection.apply(songs)
        out = np.empty((len(user_rows), len(short)), dtype=np.float32)
        for place, row in enumerate(user_rows):
            pairs = np.concatenate([short, np.broadcast_to(self.users[row], (len(short), self.users.shape[1]))], axis=1)
            decision = gram(self.kernel, self.gamma, pairs, self.support) @ self.dual + self.intercept
            slope, offset = self.calibration
            out[place] = 1.0 / (1.0 + np.exp(-(slope * decision + offset)))
        return out

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything but the kernel's name and width, for a checkpoint."""
        return {
            "mean": self.projection.mean,
            "std": self.projection.std,
            "components": self.projection.components,
            "scale": self.projection.scale,
            "users": self.users,
            "support": self.support,
            "dual": self.dual,
            "calibration": np.array([self.intercept, *self.calibration]),
        }


def from_arrays(kernel: Kernel, gamma: float, arrays: Mapping[str, NDArray[Any]]) -> LikeSvm:
    """The inverse of `to_arrays`."""
    projection = SongProjection(arrays["mean"], arrays["std"], arrays["components"], arrays["scale"])
    intercept, slope, offset = (float(value) for value in arrays["calibration"])
    return LikeSvm(
        kernel, gamma, projection, arrays["users"], arrays["support"], arrays["dual"], intercept, (slope, offset)
    )
