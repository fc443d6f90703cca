"""A choice model over content: which of the songs at hand does a user take, given their vector and what the songs are.

P(i | u) = softmax_i(p_u . V x_i + w . x_i): a bilinear taste and a common pull (how popular content of this kind is),
fitted by maximum likelihood on the choices among training songs. User vectors p_u are given, not learned: each set of
songs to choose from comes with its own, so that they need not know these choices. It scores songs that nobody has
played. Source: McFadden 1974's conditional logit, with a bilinear utility.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ChoiceModel:
    """taste [D, k] and pull [D] act on points less the mean `centre` [D]; `unit` is the scale of user vectors."""

    taste: Floats
    pull: Floats
    centre: Floats
    unit: float

    def score(self, users: NDArray[np.floating], points: NDArray[np.floating]) -> Floats:
        """Utilities [U, N] of points [N, D] for users [U, k]."""
        moved = points - self.centre
        return np.asarray((users / self.unit) @ (moved @ self.taste).T + moved @ self.pull)


@dataclass(frozen=True)
class Choices:
    """Songs to choose from: points [N, D], users [U, k], and CSR [U, N] whose entries are what a user took."""

    points: Floats
    users: Floats
    chosen: sparse.csr_array


def fit_choice(sets: Sequence[Choices], *, taste_decay: float, pull_decay: float, steps: int) -> ChoiceModel:
    """Maximum likelihood with L2 by L-BFGS, over all sets of choices together.

    Convex, so no seed is needed. A dense [U, N] of one set is made: whoever calls bounds both.
    """
    points = np.concatenate([each.points for each in sets])
    centre = points.mean(axis=0)
    _, values, right = np.linalg.svd(points - centre, full_matrices=False)
    axes = right[values > 1e-6].T
    unit = float(np.concatenate([each.users for each in sets]).std()) or 1.0
    likelihood = _Likelihood([_asked(each, centre, axes, unit) for each in sets], (taste_decay, pull_decay))
    start = np.zeros(axes.shape[1] * (sets[0].users.shape[1] + 1))
    found = minimize(likelihood, start, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x
    taste, pull = likelihood.parts(found)
    return ChoiceModel(axes @ taste, axes @ pull, centre, unit)


def _asked(each: Choices, centre: Floats, axes: Floats, unit: float) -> "_Asked":
    active = np.flatnonzero(np.diff(each.chosen.indptr))
    inputs = np.asarray((each.points - centre) @ axes, dtype=np.float64)
    return _Asked(inputs, each.users[active] / unit, *sparse.coo_array(each.chosen[active]).coords)


@dataclass(frozen=True)
class _Asked:
    """One set: inputs [N, D], people [B, k], and by choice the rows of the person [C] and of the song [C]."""

    inputs: Floats
    people: Floats
    user: NDArray[np.integer]
    song: NDArray[np.integer]

    def __call__(self, taste: Floats, pull: Floats) -> tuple[float, Floats, Floats]:
        """Negative log likelihood of these choices, and its gradient by taste and by pull."""
        # One array in the place of five: with thousands of users and songs its passes are the time.
        error = self.people @ (self.inputs @ taste).T
        error += self.inputs @ pull
        error -= error.max(axis=1, keepdims=True)
        utility = float(error[self.user, self.song].sum())
        np.exp(error, out=error)
        mass, taken = error.sum(axis=1), np.bincount(self.user, minlength=len(error))
        error *= (taken / mass)[:, None]
        error[self.user, self.song] -= 1.0
        slopes = self.inputs.T @ (error.T @ self.people), self.inputs.T @ error.sum(axis=0)
        return float(taken @ np.log(mass)) - utility, *slopes


@dataclass(frozen=True)
class _Likelihood:
    """Mean negative log likelihood of a choice over all sets with its decay, and its gradient."""

    sets: Sequence[_Asked]
    decay: tuple[float, float]

    def parts(self, values: Floats) -> tuple[Floats, Floats]:
        """Flat parameters as taste [D, k] and pull [D]."""
        columns = self.sets[0].inputs.shape[1]
        cut = len(values) - columns
        return values[:cut].reshape(columns, self.sets[0].people.shape[1]), values[cut:]

    def __call__(self, values: Floats) -> tuple[float, Floats]:
        taste, pull = self.parts(values)
        choices = max(float(sum(len(each.user) for each in self.sets)), 1.0)
        terms = [each(taste, pull) for each in self.sets if len(each.user)]
        down = np.sum([each[1] for each in terms], axis=0) / choices + 2.0 * self.decay[0] * taste
        slope = np.sum([each[2] for each in terms], axis=0) / choices + 2.0 * self.decay[1] * pull
        penalty = self.decay[0] * float((taste**2).sum()) + self.decay[1] * float((pull**2).sum())
        return sum(each[0] for each in terms) / choices + penalty, np.concatenate([down.ravel(), slope])
