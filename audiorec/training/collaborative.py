"""Training of NeuMF, GMF and MLP from listens: every listen a positive, fresh negatives each epoch, early stopping.

He et al. 2017. One listen of each user is held out inside the training data to choose when to stop (see `HoldOut`);
with `refit` the model is then trained anew on everything for as many epochs. It does not know test data.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from scipy import sparse

from audiorec.data.splits import RANDOM, HoldOut, LeaveOneOut, leave_one_out
from audiorec.errors import InputError
from audiorec.models.neumf import Neumf, NeumfNet
from audiorec.recipes import Recipe
from audiorec.training.loop import Epoch, quiet
from audiorec.training.pairs import TOP, fit_pairs


class NeumfRecipe(Recipe):
    """How NeuMF is trained.

    model: both halves or one alone; weight_decay: on the vectors of the users and songs in a batch; averaging: share of
    the running mean over epochs that is kept each epoch; pretrain: train the halves alone first and start from them;
    refit: train again on everything, as long as was best; short: the tower in bfloat16, faster on new processors.
    """

    model: Literal["neumf", "gmf", "mlp"] = "neumf"
    factors: int = 64
    tower_factors: int = 16
    hidden: tuple[int, ...] = (16, 8)
    dropout: float = 0.3
    negatives: int = 4
    batch: int = 2048
    learning_rate: float = 0.003
    weight_decay: float = 0.03
    epochs: int = 60
    patience: int = 5
    averaging: float = 0.9
    pretrain: bool = False
    refit: bool = True
    validation_users: int = 5000
    short: bool = False


@dataclass(frozen=True)
class TrainedNeumf(Neumf):
    """A trained model, its learning curve and the validation score; loaded ones have neither."""

    curve: list[Epoch] = field(default_factory=list)
    score: dict[str, float] = field(default_factory=dict)


def train(
    counts: sparse.csr_array,
    recipe: NeumfRecipe,
    *,
    how: HoldOut = RANDOM,
    device: torch.device,
    report: Callable[[Epoch], None] = quiet,
) -> TrainedNeumf:
    """Train on CSR counts [U, I]; raises InputError when there are no listens at all.

    Users and songs without a listen keep NaN scores. Without any user who has two songs there is nothing to
    validate on, and the full number of epochs is run.
    """
    counts = _binary(counts)
    if not counts.nnz:
        raise InputError("no listens to train on: import listens to songs of the library first")
    # A song only ever held out would be unknown to the model that is validated, so the split is of users' songs.
    rng, most = np.random.default_rng(recipe.seed), recipe.validation_users
    split = leave_one_out(counts, rng, how=how, most_users=most)
    net, curve = _train_halves(split.train, split, recipe, device, report)
    best = max(curve, key=lambda epoch: np.nan_to_num(epoch.metric, nan=-1.0))
    if recipe.refit and len(split.users):
        net, _ = _train_halves(counts, None, recipe.model_copy(update={"epochs": best.number}), device, quiet)
    score = {f"ndcg@{TOP}": best.metric} if len(split.users) else {}
    seen = counts if recipe.refit else split.train
    users_seen, items_seen = np.diff(seen.indptr) > 0, np.bincount(seen.indices, minlength=counts.shape[1]) > 0
    return TrainedNeumf(net, users_seen, items_seen, curve, score)


def _train_halves(
    counts: sparse.csr_array,
    split: LeaveOneOut | None,
    recipe: NeumfRecipe,
    device: torch.device,
    report: Callable[[Epoch], None],
) -> tuple[NeumfNet, list[Epoch]]:
    """Train one network, from its trained halves when the recipe says so."""
    net = _new_net(counts.shape, recipe, device)
    if recipe.pretrain and recipe.model == "neumf":
        halves = [
            _train_net(_new_net(counts.shape, half, device), counts, split, half, report)[0]
            for half in (recipe.model_copy(update={"model": name}) for name in ("gmf", "mlp"))
        ]
        start_from_halves(net, halves[0], halves[1])
    return _train_net(net, counts, split, recipe, report)


def _new_net(shape: tuple[int, int], recipe: NeumfRecipe, device: torch.device) -> NeumfNet:
    torch.manual_seed(recipe.seed)
    factors = 0 if recipe.model == "mlp" else recipe.factors
    tower = 0 if recipe.model == "gmf" else recipe.tower_factors
    net = NeumfNet(*shape, factors, tower, recipe.hidden, recipe.dropout, short=recipe.short)
    return net.to(device)


def start_from_halves(net: NeumfNet, gmf: NeumfNet, mlp: NeumfNet, share: float = 0.5) -> None:
    """Warm start (He et al. 2017, section 3.4.1): vectors copied, output weights [share h_GMF; (1 - share) h_MLP]."""
    with torch.no_grad():
        for mine, first, second in ((net.users, gmf.users, mlp.users), (net.items, gmf.items, mlp.items)):
            mine.weight.copy_(torch.cat((first.weight, second.weight), dim=1))
        for name, value in mlp.state_dict().items():
            if name.startswith(("user_in.", "item_in.", "tower.")):
                net.state_dict()[name].copy_(value)
        net.out.weight.copy_(torch.cat((share * gmf.out.weight, (1.0 - share) * mlp.out.weight), dim=1))
        net.out.bias.copy_(share * gmf.out.bias + (1.0 - share) * mlp.out.bias)


def _train_net(
    net: NeumfNet,
    counts: sparse.csr_array,
    split: LeaveOneOut | None,
    recipe: NeumfRecipe,
    report: Callable[[Epoch], None],
) -> tuple[NeumfNet, list[Epoch]]:
    return net, fit_pairs(net, counts, split, recipe, report)


def _binary(counts: sparse.csr_array) -> sparse.csr_array:
    counts = sparse.csr_array(counts, copy=True)
    counts.eliminate_zeros()
    counts.sort_indices()
    return counts
