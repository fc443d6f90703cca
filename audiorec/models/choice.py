"""A choice model over content: which of the songs at hand does a user take, given her vector and what the songs are.

P(i | u) = softmax_i(p_u . V x_i + w . x_i): a bilinear taste and a common pull (how popular content of this kind is),
fitted by maximum likelihood on the choices among training songs. User vectors p_u are given, not learned. It scores
songs that nobody has played. Source: McFadden 1974's conditional logit, with a bilinear utility.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ChoiceModel:
    """taste [D, k] and pull [D] act on points from the mean `centre` [D]; `unit` is the length scale of user vectors."""

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
    chosen: NDArray[np.floating],
    *,
    taste_decay: float,
    pull_decay: float,
    steps: int,
) -> ChoiceModel:
    """Maximum likelihood with L2 by L-BFGS.

    points [N, D], users [U, k], chosen [U, N] (1 where the user took the song). Convex, so no seed is needed.
    """
    centre = points.mean(axis=0)
    _, values, right = np.linalg.svd(points - centre, full_matrices=False)
    axes = right[values > 1e-6].T
    unit = float(users.std()) or 1.0
    active = chosen.sum(axis=1) > 0
    inputs = torch.tensor((points - centre) @ axes, dtype=torch.float32)
    people = torch.tensor(users[active] / unit, dtype=torch.float32)
    wanted = torch.tensor(chosen[active], dtype=torch.float32)
    taste, pull = _maximise(inputs, people, wanted, (taste_decay, pull_decay), steps)
    return ChoiceModel(axes @ taste, axes @ pull, centre, unit)


def _maximise(
    inputs: torch.Tensor, people: torch.Tensor, wanted: torch.Tensor, decay: tuple[float, float], steps: int
) -> tuple[Floats, Floats]:
    taste = torch.zeros(inputs.shape[1], people.shape[1], requires_grad=True)
    pull = torch.zeros(inputs.shape[1], requires_grad=True)
    solver = torch.optim.LBFGS([taste, pull], max_iter=steps, history_size=10, line_search_fn="strong_wolfe")
    choices = wanted.sum().clamp(min=1.0)

    def loss() -> torch.Tensor:
        solver.zero_grad()
        utility = people @ (inputs @ taste).T + inputs @ pull
        fit = -(wanted * torch.log_softmax(utility, dim=1)).sum() / choices
        total = fit + decay[0] * taste.square().sum() + decay[1] * pull.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    solver.step(loss)  # type: ignore[no-untyped-call]
    return (
        taste.detach().numpy().astype(np.float64),
        pull.detach().numpy().astype(np.float64),
    )
