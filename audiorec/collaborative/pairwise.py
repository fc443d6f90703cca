"""Training on pairs: every listen is a positive with its fresh negatives beside it, a ranking task says when to stop.

It knows no network: any that scores pairs (`models.pair_net`) is trained in the same way.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

from audiorec import metrics
from audiorec.collaborative.negatives import NegativeSampler
from audiorec.collaborative.pair_net import PairNet
from audiorec.data.splits import LeaveOneOut
from audiorec.learning.averaging import Follower
from audiorec.learning.distributed import add_gradients, added, world
from audiorec.learning.loop import Epoch, fit
from audiorec.learning.snapshots import Parts

TOP = 10
# An epoch over little data still takes about so many steps, or early stopping would look at nothing but the start.
_LEAST_STEPS = 30
# Numbers in an embedding table from which its rows are updated lazily.
_LARGE_TABLE = 4_000_000


# Users int64 [B], songs int64 [B, 1 + n] and which negatives count, bool [B, n] -> a loss.
MoreLoss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]


class FitSettings(Protocol):
    """What a recipe must say about epochs; averaging: share of the running mean kept each epoch, see `averaging`."""

    @property
    def epochs(self) -> int: ...
    @property
    def patience(self) -> int: ...
    @property
    def averaging(self) -> float: ...


class PairSettings(FitSettings, Protocol):
    """What a recipe must say to be trained on pairs; batch counts positives and negatives together."""

    @property
    def seed(self) -> int: ...
    @property
    def negatives(self) -> int: ...
    @property
    def batch(self) -> int: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def weight_decay(self) -> float: ...


def fit_pairs(
    net: PairNet,
    counts: sparse.csr_array,
    split: LeaveOneOut | None,
    settings: PairSettings,
    report: Callable[[Epoch], None],
    also: MoreLoss | None = None,
) -> list[Epoch]:
    """Train a net with `pairs` on CSR counts [U, I], stop by the split's candidates; without a split run all epochs.

    What is validated and kept is the mean over epochs, see `averaging`. `also` gives a loss that is added in each step.
    """
    epochs = PairEpochs(counts, settings, next(net.parameters()).device, also)
    optimizer = new_optimizer(net, settings)
    parts = Parts((net,), optimizer.parts, epochs.generators)
    return fit_mean(net, lambda: epochs.run(net, optimizer), split, settings, report, parts)


def fit_mean(
    net: PairNet,
    run_epoch: Callable[[], float],
    split: LeaveOneOut | None,
    settings: FitSettings,
    report: Callable[[Epoch], None],
    parts: Parts | None = None,
) -> list[Epoch]:
    """Train `net` by calls of `run_epoch`, validate the mean of its epochs, and leave the best mean in it.

    parts: what `run_epoch` changes, for a training that may be interrupted.
    """
    follower = Follower(net, settings.averaging)

    def train_epoch() -> float:
        net.train()
        loss = run_epoch()
        follower.follow()
        return loss

    validate = candidate_ndcg(follower.net, split) if split is not None else lambda: float("nan")
    kept = None if parts is None else replace(parts, tensors=(*parts.tensors, follower.calls))
    stop = {"epochs": settings.epochs, "patience": settings.patience}
    curve = fit(follower.net, train_epoch, validate, **stop, report=report, parts=kept)
    follower.give_back()
    return curve


class Optimizers:
    """Adam for everything, with lazy rows for large tables: a step costs what its batch touches, not what exists."""

    def __init__(self, parts: list[torch.optim.Optimizer]) -> None:
        self.parts = parts

    def zero_grad(self) -> None:
        """Forget the last gradients."""
        for part in self.parts:
            part.zero_grad(set_to_none=True)

    def step(self) -> None:
        """One step of every part."""
        for part in self.parts:
            part.step()


def new_optimizer(net: PairNet, settings: PairSettings) -> Optimizers:
    """Fused Adam; embedding tables of more than four million numbers get sparse gradients and lazy updates."""
    rows: list[torch.Tensor] = []
    for module in net.modules():
        if isinstance(module, torch.nn.Embedding) and module.weight.numel() > _LARGE_TABLE:
            module.sparse = True
            rows.append(module.weight)
    others = [value for value in net.parameters() if all(value is not row for row in rows)]
    parts: list[torch.optim.Optimizer] = [torch.optim.Adam(others, lr=settings.learning_rate, fused=True)]
    if rows:
        parts.append(torch.optim.SparseAdam(rows, lr=settings.learning_rate))
    return Optimizers(parts)


class PairEpochs:
    """One epoch after another over all listens in a new order, each listen with its fresh negatives beside it."""

    def __init__(
        self,
        counts: sparse.csr_array,
        settings: PairSettings,
        device: torch.device,
        also: MoreLoss | None = None,
    ) -> None:
        rows = np.repeat(np.arange(counts.shape[0], dtype=np.int64), np.diff(counts.indptr))
        self.users = torch.from_numpy(rows).to(device)
        self.items = torch.from_numpy(counts.indices.astype(np.int64)).to(device)
        self.sampler = NegativeSampler(counts, device, settings.seed)
        self.settings, self._also = settings, also
        self._random = torch.Generator(device).manual_seed(settings.seed)
        self._world = world()

    @property
    def generators(self) -> tuple[torch.Generator, ...]:
        """Where its chance comes from."""
        return self._random, self.sampler.generator

    def run(self, net: PairNet, optimizer: Optimizers) -> float:
        """Train through every listen once; the mean loss a batch.

        Several ranks draw the same batches, and each learns from its share of every one: what is learned does not
        depend on how many they are (but for dropout, which each draws for itself).
        """
        width = 1 + self.settings.negatives
        order = torch.randperm(len(self.users), generator=self._random, device=self.users.device)
        size = max(1, min(self.settings.batch // width, -(-len(order) // _LEAST_STEPS)))
        total = torch.zeros((), device=self.users.device)
        # Negatives are drawn for many batches at once, but never for so many that they fill the memory.
        block = size * max(1, 2_000_000 // (size * width))
        for chosen in torch.split(order, block):
            users = self.users[chosen]
            drawn, usable = self.sampler.draw(users, self.settings.negatives)
            songs = torch.cat((self.items[chosen].unsqueeze(1), drawn), dim=1)
            parts = zip(torch.split(users, size), torch.split(songs, size), torch.split(usable, size), strict=True)
            for batch in parts:
                total += self._step(net, optimizer, *batch)
        return float(added(total)) / max(1, -(-len(order) // size))

    def _step(
        self,
        net: PairNet,
        optimizer: Optimizers,
        users: torch.Tensor,
        songs: torch.Tensor,
        usable: torch.Tensor,
    ) -> torch.Tensor:
        mine = self._world.share(len(users))
        logits, lengths = net.pairs(users[mine], songs[mine])
        loss = pair_loss(logits, usable[mine], len(users) + usable.sum())
        total = loss
        if self.settings.weight_decay:
            total = loss + self.settings.weight_decay * lengths / songs.numel()
        if self._also is not None:
            total = total + self._also(users, songs, usable)
        optimizer.zero_grad()
        torch.autograd.backward(total)
        add_gradients(net.parameters())
        optimizer.step()
        return loss.detach()


def pair_loss(logits: torch.Tensor, usable: torch.Tensor, pairs: torch.Tensor | None = None) -> torch.Tensor:
    """Mean binary cross-entropy of logits [B, 1 + n]: column 0 positive, the usable (bool [B, n]) negative.

    pairs: how many there are in the batch of which these are a part; None: these are all.
    """
    softplus = torch.nn.functional.softplus
    lost = softplus(-logits[:, 0]).sum() + (softplus(logits[:, 1:]) * usable).sum()
    return lost / (len(logits) + usable.sum() if pairs is None else pairs)


def candidate_ndcg(net: PairNet, split: LeaveOneOut) -> Callable[[], float]:
    """A function that measures NDCG@10 of the net on the split's candidates as it is now; NaN without candidates.

    Songs without a listen in training stand last, as in the ranker's lists: no negative ever pushed them down, so they
    would stand above all others here, and training would stop at once in a library where many are new.
    """
    device = next(net.parameters()).device
    users = torch.from_numpy(split.users).to(device)
    songs = torch.from_numpy(np.maximum(split.candidates, 0)).to(device)
    played = np.bincount(split.train.indices, minlength=split.train.shape[1]) > 0
    empty = (split.candidates < 0) | ~played[split.candidates]

    @torch.inference_mode()
    def measure() -> float:
        if not len(users):
            return float("nan")
        blocks = zip(torch.split(users, 512), torch.split(songs, 512), strict=True)
        parts = [net.pairs(chosen, candidates)[0] for chosen, candidates in blocks]
        scores: NDArray[np.float32] = torch.cat(parts).cpu().numpy()
        return metrics.ndcg_of_one(metrics.first_column_ranks(np.where(empty, np.nan, scores)), TOP)

    return measure
