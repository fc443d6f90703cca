"""Training of the denoising auto-encoder: thinned rows in, whole rows out, stopped by held-out listens.

The loss is minus the multinomial log-likelihood of a user's songs (Liang et al. 2018). One listen of each user is held
out inside the training data to choose when to stop (see `HoldOut`); with `refit` the net is
then trained anew on everything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from scipy import sparse

from audiorec.data.splits import RANDOM, HoldOut, LeaveOneOut, leave_one_out
from audiorec.errors import InputError
from audiorec.models.denoising import Denoiser, DenoisingNet, over
from audiorec.recipes import Recipe
from audiorec.training.loop import Epoch, quiet
from audiorec.training.pairs import TOP, fit_mean


class DenoisingRecipe(Recipe):
    """How the auto-encoder is trained. batch: users; weight_decay: L2 of all weights; averaging: as for NeuMF."""

    factors: int = 256
    dropout: float = 0.5
    batch: int = 100
    learning_rate: float = 0.002
    weight_decay: float = 0.0001
    epochs: int = 120
    patience: int = 10
    averaging: float = 0.8
    refit: bool = True
    validation_users: int = 5000


@dataclass(frozen=True)
class TrainedDenoiser(Denoiser):
    """A trained model, its learning curve and the validation score; loaded ones have neither."""

    curve: list[Epoch] = field(default_factory=list)
    score: dict[str, float] = field(default_factory=dict)


def train(
    counts: sparse.csr_array,
    recipe: DenoisingRecipe,
    *,
    how: HoldOut = RANDOM,
    device: torch.device,
    report: Callable[[Epoch], None] = quiet,
) -> TrainedDenoiser:
    """Train on CSR counts [U, I], any count being one listen; raises InputError without any listen."""
    counts = sparse.csr_array(counts, copy=True)
    counts.eliminate_zeros()
    if not counts.nnz:
        raise InputError("no listens to train on: import listens to songs of the library first")
    rng, most = np.random.default_rng(recipe.seed), recipe.validation_users
    split = leave_one_out(counts, rng, how=how, most_users=most)
    net, curve = _train_net(split.train, split, recipe, device, report)
    best = max(curve, key=lambda epoch: np.nan_to_num(epoch.metric, nan=-1.0))
    seen = split.train
    if recipe.refit and len(split.users):
        net, _ = _train_net(counts, None, recipe.model_copy(update={"epochs": best.number}), device, quiet)
        seen = counts
    score = {f"ndcg@{TOP}": best.metric} if len(split.users) else {}
    return TrainedDenoiser(net, np.bincount(seen.indices, minlength=counts.shape[1]) > 0, curve, score)


def _train_net(
    counts: sparse.csr_array,
    split: LeaveOneOut | None,
    recipe: DenoisingRecipe,
    device: torch.device,
    report: Callable[[Epoch], None],
) -> tuple[DenoisingNet, list[Epoch]]:
    torch.manual_seed(recipe.seed)
    net = over(counts, recipe.factors, recipe.dropout).to(device)
    rate, decay = recipe.learning_rate, recipe.weight_decay
    optimizer = torch.optim.Adam(net.parameters(), lr=rate, weight_decay=decay, fused=True)
    users = torch.from_numpy(np.flatnonzero(np.diff(counts.indptr)).astype(np.int64)).to(device)

    def run_epoch() -> float:
        batches = torch.split(users[torch.randperm(len(users), device=device)], recipe.batch)
        return float(torch.stack([_step(net, batch, optimizer) for batch in batches]).mean())

    return net, fit_mean(net, run_epoch, split, recipe, report)


def _step(net: DenoisingNet, users: torch.Tensor, optimizer: torch.optim.Optimizer) -> torch.Tensor:
    songs, owner = net.rows(users)
    logits = net.catalogue(users)
    loss = (torch.logsumexp(logits, dim=1)[owner] - logits[owner, songs]).sum() / len(users)
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    optimizer.step()
    return loss.detach()
