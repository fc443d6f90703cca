"""A choice model over content: which of the songs at hand does a user take, given their vector and what the songs are.

P(i | u) = softmax_i(p_u . V x_i + w . x_i): a bilinear taste and a common pull (how popular content of this kind is),
fitted by maximum likelihood on the choices among training songs. User vectors p_u are given, not learned. It scores
songs that nobody has played. Source: McFadden 1974's conditional logit, with a bilinear utility.
"""

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


def fit_choice(
    points: NDArray[np.floating],
    users: NDArray[np.floating],
    chosen: sparse.csr_array,
    *,
    taste_decay: float,
    pull_decay: float,
    steps: int,
) -> ChoiceModel:
    """Maximum likelihood with L2 by L-BFGS.

    points [N, D], users [U, k], chosen CSR [U, N] whose entries are the songs that a user took. Convex, so no seed is
    needed. A dense [U, N] is made: whoever calls bounds both.
    """
    centre = points.mean(axis=0)
    _, values, right = np.linalg.svd(points - centre, full_matrices=False)
    axes = right[values > 1e-6].T
    unit = float(users.std()) or 1.0
    active = np.flatnonzero(np.diff(chosen.indptr))
    likelihood = _Likelihood(
        np.asarray((points - centre) @ axes, dtype=np.float64),
        np.asarray(users[active] / unit, dtype=np.float64),
        sparse.coo_array(chosen[active]),
        (taste_decay, pull_decay),
    )
    start = np.zeros(axes.shape[1] * (users.shape[1] + 1))
    found = minimize(likelihood, start, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x
    taste, pull = likelihood.parts(found)
    return ChoiceModel(axes @ taste, axes @ pull, centre, unit)


@dataclass(frozen=True)
class _Likelihood:
    """Mean negative log likelihood of a choice with its decay, and its gradient; inputs [N, D], people [B, k]."""

    inputs: Floats
    people: Floats
    wanted: sparse.coo_array
    decay: tuple[float, float]

    def parts(self, values: Floats) -> tuple[Floats, Floats]:
        """Flat parameters as taste [D, k] and pull [D]."""
        cut = len(values) - self.inputs.shape[1]
        return values[:cut].reshape(self.inputs.shape[1], self.people.shape[1]), values[cut:]

    def __call__(self, values: Floats) -> tuple[float, Floats]:
        taste, pull = self.parts(values)
        user, song = self.wanted.coords
        choices = max(float(len(user)), 1.0)
        # One array in the place of five: with thousands of users and songs its passes are the time.
        error = self.people @ (self.inputs @ taste).T
        error += self.inputs @ pull
        error -= error.max(axis=1, keepdims=True)
        utility = float(error[user, song].sum())
        np.exp(error, out=error)
        mass, taken = error.sum(axis=1), np.bincount(user, minlength=len(error))
        loss = (float(taken @ np.log(mass)) - utility) / choices
        error *= (taken / mass / choices)[:, None]
        error[user, song] -= 1.0 / choices
        down = self.inputs.T @ (error.T @ self.people) + 2.0 * self.decay[0] * taste
        slope = self.inputs.T @ error.sum(axis=0) + 2.0 * self.decay[1] * pull
        penalty = self.decay[0] * float((taste**2).sum()) + self.decay[1] * float((pull**2).sum())
        return loss + penalty, np.concatenate([down.ravel(), slope])
