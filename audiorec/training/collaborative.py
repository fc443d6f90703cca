"""Training of NeuMF, GMF and MLP from listens: every listen a positive, fresh negatives each epoch, early stopping.

He et al. 2017. One listen of each user is held out inside the training data to choose when to stop; with `refit` the
model is then trained anew on everything for as many epochs. It does not know test data.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

from audiorec import metrics
from audiorec.data.splits import LeaveOneOut, leave_one_out
from audiorec.errors import InputError
from audiorec.models.neumf import Neumf, NeumfNet
from audiorec.recipes import Recipe
from audiorec.training.loop import Epoch, fit, quiet
from audiorec.training.negatives import NegativeSampler

TOP = 10


class NeumfRecipe(Recipe):
    """How NeuMF is trained.

    model: both halves or one alone; weight_decay: on the vectors of the users and songs in a batch; pretrain: train the
    two halves alone first and start from them; refit: train again on everything, as long as was best.
    """

    model: Literal["neumf", "gmf", "mlp"] = "neumf"
    factors: int = 32
    tower_factors: int = 32
    hidden: tuple[int, ...] = (64, 32, 16)
    dropout: float = 0.0
    negatives: int = 4
    batch: int = 2048
    learning_rate: float = 0.001
    weight_decay: float = 0.0
    epochs: int = 60
    patience: int = 5
    pretrain: bool = False
    refit: bool = True
    validation_users: int = 5000


@dataclass(frozen=True)
class TrainedNeumf(Neumf):
    """A trained model, its learning curve and the validation score; loaded ones have neither."""

    curve: list[Epoch] = field(default_factory=list)
    score: dict[str, float] = field(default_factory=dict)


def train(
    counts: sparse.csr_array,
    recipe: NeumfRecipe,
    *,
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
    split = leave_one_out(counts, np.random.default_rng(recipe.seed), most_users=recipe.validation_users)
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
    return NeumfNet(*shape, factors, tower, recipe.hidden, recipe.dropout).to(device)


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
    device = net.users.weight.device
    epochs = PairEpochs(counts, recipe, device)
    optimizer = torch.optim.Adam(net.parameters(), lr=recipe.learning_rate, fused=True)
    validate = candidate_ndcg(net, split) if split is not None else lambda: float("nan")
    curve = fit(
        net,
        lambda: epochs.run(net, optimizer),
        validate,
        epochs=recipe.epochs,
        patience=recipe.patience,
        report=report,
    )
    return net, curve


class PairEpochs:
    """One epoch after another over all listens in a new order, each listen with its fresh negatives beside it."""

    def __init__(self, counts: sparse.csr_array, recipe: NeumfRecipe, device: torch.device) -> None:
        rows = np.repeat(np.arange(counts.shape[0], dtype=np.int64), np.diff(counts.indptr))
        self.users = torch.from_numpy(rows).to(device)
        self.items = torch.from_numpy(counts.indices.astype(np.int64)).to(device)
        self.sampler = NegativeSampler(counts, device, recipe.seed)
        self.recipe = recipe
        self._random = torch.Generator(device).manual_seed(recipe.seed)

    def run(self, net: NeumfNet, optimizer: torch.optim.Optimizer) -> float:
        """Train through every listen once; the mean loss a batch."""
        order = torch.randperm(len(self.users), generator=self._random, device=self.users.device)
        size = max(1, self.recipe.batch // (1 + self.recipe.negatives))
        total = torch.zeros((), device=self.users.device)
        # Negatives are drawn for many batches at once, but never for so many that they fill the memory.
        block = size * max(1, 2_000_000 // (size * (1 + self.recipe.negatives)))
        for chosen in torch.split(order, block):
            users = self.users[chosen]
            drawn, usable = self.sampler.draw(users, self.recipe.negatives)
            songs = torch.cat((self.items[chosen].unsqueeze(1), drawn), dim=1)
            parts = zip(torch.split(users, size), torch.split(songs, size), torch.split(usable, size), strict=True)
            for batch in parts:
                total += self._step(net, optimizer, *batch)
        return float(total) / max(1, -(-len(order) // size))

    def _step(
        self,
        net: NeumfNet,
        optimizer: torch.optim.Optimizer,
        users: torch.Tensor,
        songs: torch.Tensor,
        usable: torch.Tensor,
    ) -> torch.Tensor:
        mine, theirs = net.users(users), net.items(songs)
        loss = pair_loss(net(mine, theirs), usable)
        total = loss
        if self.recipe.weight_decay:
            lengths = mine.square().sum() * songs.shape[1] + theirs.square().sum()
            total = loss + self.recipe.weight_decay * lengths / songs.numel()
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(total)
        optimizer.step()
        return loss.detach()


def pair_loss(logits: torch.Tensor, usable: torch.Tensor) -> torch.Tensor:
    """Mean binary cross-entropy of logits [B, 1 + n]: column 0 positive, the usable (bool [B, n]) negative."""
    softplus = torch.nn.functional.softplus
    lost = softplus(-logits[:, 0]).sum() + (softplus(logits[:, 1:]) * usable).sum()
    return lost / (len(logits) + usable.sum())


def candidate_ndcg(net: NeumfNet, split: LeaveOneOut) -> Callable[[], float]:
    """A function that measures NDCG@10 of the net on the split's candidates as it is now; NaN without candidates."""
    device = net.users.weight.device
    users = torch.from_numpy(split.users).to(device)
    songs = torch.from_numpy(np.maximum(split.candidates, 0)).to(device)
    empty = split.candidates < 0

    @torch.inference_mode()
    def measure() -> float:
        if not len(users):
            return float("nan")
        blocks = zip(torch.split(users, 1024), torch.split(songs, 1024), strict=True)
        parts = [net(net.users(chosen), net.items(candidates)) for chosen, candidates in blocks]
        scores: NDArray[np.float32] = torch.cat(parts).cpu().numpy()
        return metrics.ndcg_of_one(metrics.first_column_ranks(np.where(empty, np.nan, scores)), TOP)

    return measure


def _binary(counts: sparse.csr_array) -> sparse.csr_array:
    counts = sparse.csr_array(counts, copy=True)
    counts.eliminate_zeros()
    counts.sort_indices()
    return counts
