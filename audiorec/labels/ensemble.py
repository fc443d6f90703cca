"""A vote of several classifiers: probabilities in proportion to the product of what each says, to a power of its own.

The powers and a pull for each label are fitted to honest scores (of songs that the classifier had not learned from) by
penalised likelihood in which every label counts the same. A classifier that knows nothing of a song abstains. It does
not know what the classifiers look at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

Floats = NDArray[np.float64]
Scores = Sequence[NDArray[np.floating]]
# Few songs and many alike classifiers: powers are held near their common mean.
_PULL = 0.03


@dataclass(frozen=True)
class Vote:
    """scale [E] of each classifier's scores, its power [E], and the pull [C] of each label."""

    scale: Floats
    power: Floats
    pull: Floats

    def probabilities(self, scores: Scores) -> Floats:
        """Probabilities [N, C] from one array of scores [N, C] a classifier, rows of NaN where it abstains."""
        return np.asarray(softmax(self._logits(scores), axis=1))

    def _logits(self, scores: Scores) -> Floats:
        return np.asarray(np.einsum("e,enc->nc", self.power, _centred(scores, self.scale)) + self.pull)


def fit_vote(scores: Scores, index: NDArray[np.int64]) -> Vote:
    """Learn from honest scores [N, C] of every classifier and the labels [N]."""
    scale = np.array([max(float(np.nanstd(one - one.mean(axis=1, keepdims=True))), 1e-9) for one in scores])
    stack = _centred(scores, scale)
    labels = stack.shape[2]
    weight = 1.0 / (labels * np.bincount(index, minlength=labels))[index]
    right = (np.arange(len(index)), index)

    def loss(values: Floats) -> tuple[float, Floats]:
        power, pull = values[: len(scale)], values[len(scale) :]
        logs = log_softmax(np.einsum("e,enc->nc", power, stack) + pull, axis=1)
        error = np.exp(logs)
        error[right] -= 1.0
        error *= weight[:, None]
        apart = power - power.mean()
        slope = np.concatenate([np.einsum("nc,enc->e", error, stack) + 2 * _PULL * apart, error.sum(0) + 0.02 * pull])
        penalty = _PULL * float(apart @ apart) + 0.01 * float(pull @ pull)
        return penalty - float(logs[right] @ weight), slope

    start = np.concatenate([np.full(len(scale), 1.0 / len(scale)), np.zeros(labels)])
    bounds = [(0.0, None)] * len(scale) + [(None, None)] * labels
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Vote(scale, found[: len(scale)], found[len(scale) :])


def _centred(scores: Scores, scale: Floats) -> Floats:
    """Scores of mean zero over the labels and of unit deviation: [E, N, C], zeros where a classifier abstains."""
    moved = [np.asarray(one) - np.mean(one, axis=1, keepdims=True) for one in scores]
    return np.nan_to_num(np.stack(moved) / scale[:, None, None])
