"""A least-squares SVM for labels of songs: kernel ridge on indicators, its decay chosen with whole artists left out.

The scores of every song by the model without its artist's songs come in closed form, so that choosing costs one inverse
for each decay, and whoever combines several such models has honest scores to learn from. Source: Suykens & Vandewalle
1999; the closed form is the block version of Rasmussen & Williams 2006, eq. 5.12. It knows kernels only, not songs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.special import ndtri

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DECAYS = (0.1, 0.3, 1.0, 3.0)


@dataclass(frozen=True)
class LabelRidge:
    """dual [N, C], prior [C], the decay that was chosen, and left_out [N, C]: each song's scores without its artist."""

    dual: Floats
    prior: Floats
    decay: float
    left_out: Floats

    def scores(self, cross: Floats) -> Floats:
        """Scores [M, C] of new songs from their similarity [M, N] to the learned ones."""
        return np.asarray(cross @ self.dual + self.prior)


def fit_label_ridge(gram: Floats, index: Ints, artists: Ints, decays: Sequence[float] = DECAYS) -> LabelRidge:
    """Learn labels [N] (0..C-1) from similarities [N, N], ones on the diagonal; `artists` [N] are left out whole."""
    target: Floats = np.eye(int(index.max()) + 1)[index]
    prior = target.mean(axis=0)
    best: tuple[float, LabelRidge] | None = None
    for decay in decays:
        inverse = np.asarray(np.linalg.inv(gram + decay * np.eye(len(gram))), dtype=np.float64)
        dual: Floats = inverse @ (target - prior)
        left_out = _left_out(inverse, dual, target, artists)
        error = error_of(left_out, index)
        if best is None or error < best[0]:
            best = error, LabelRidge(dual, prior, decay, left_out)
    assert best is not None, "at least one decay"
    return best[1]


def error_of(scores: Floats, index: Ints) -> float:
    """Squared error of scores [N, C] from the indicators of the labels [N], every label counting the same.

    Macro F1 jumps with single songs: what it chooses wanders from fold to fold (docs/log.md).
    """
    labels = scores.shape[1]
    squares = np.sum((np.eye(labels)[index] - scores) ** 2, axis=1)
    return float(np.mean([squares[index == label].mean() for label in np.unique(index)]))


def _left_out(inverse: Floats, dual: Floats, target: Floats, artists: Ints) -> Floats:
    out = np.empty_like(target)
    for artist in np.unique(artists):
        rows = np.flatnonzero(artists == artist)
        out[rows] = target[rows] - np.linalg.solve(inverse[np.ix_(rows, rows)], dual[rows])
    return out


def normal_scores(values: NDArray[np.floating], known: NDArray[np.floating]) -> Floats:
    """Columns of values [M, D] as normal scores of their ranks among known rows [N, D]: outliers lose their pull."""
    out = np.empty(values.shape)
    for column, ordered in enumerate(np.sort(known, axis=0).T):
        place = np.searchsorted(ordered, values[:, column]) + np.searchsorted(ordered, values[:, column], "right")
        out[:, column] = ndtri(np.clip((place / 2 + 0.5) / (len(ordered) + 1), 0.005, 0.995))
    return out


def alike(left: Floats, right: Floats) -> Floats:
    """Half a Gaussian and half a Laplacian similarity [M, N] of rows of about unit deviation, one on the diagonal."""
    width = left.shape[1]
    bell = np.exp(-cdist(left, right, "sqeuclidean") / (2.0 * width))
    return np.asarray(0.5 * bell + 0.5 * np.exp(-cdist(left, right, "cityblock") / width))
