"""Training of the models that read a user's history: AMNN, the DNN without attention, NNrec and the sequence model.

AMNN, DNN and NNrec learn on pairs as NeuMF does. The sequence model learns to say the next song at every place of a
history; listens without times have no order, so each epoch then reads them in a new one. All stop early on songs held
out inside the training data. It does not know test data.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

from audiorec.collaborative import als
from audiorec.collaborative.als import Als, TrainedAls
from audiorec.collaborative.amnn import AmnnNet, Query
from audiorec.collaborative.early_stopping import train_stopped
from audiorec.collaborative.history import HistoryModel, top_songs
from audiorec.collaborative.negatives import NegativeSampler
from audiorec.collaborative.nnrec import NnrecNet
from audiorec.collaborative.pair_net import PairNet
from audiorec.collaborative.pairwise import fit_mean, fit_pairs, pair_loss
from audiorec.collaborative.sasrec import SequenceNet
from audiorec.data.splits import RANDOM, HoldOut, LeaveOneOut
from audiorec.learning.loop import Epoch, quiet
from audiorec.recipes import Recipe


class HistoryRecipe(Recipe):
    """How a model of the history is trained."""

    model: Literal["amnn", "dnn", "nnrec", "sequence"] = "amnn"
    """Which network: AMNN, its form without attention (dnn), NNrec, or the sequence model."""
    query: Query = "song"
    """Where AMNN's attention gets its question."""
    products: bool = True
    """Whether the element-wise products enter (see `amnn.py`)."""
    start: Literal["random", "als"] = "als"
    """Where AMNN and DNN with products start: random numbers, or an ALS factorisation of the same listens."""
    history: int = 50
    """Songs of the history that are read."""
    factors: int = 128
    """Length of a vector."""
    hidden: tuple[int, ...] = (32, 16)
    """Widths of the hidden layers; NNrec takes the first."""
    blocks: int = 1
    """Blocks of the sequence model."""
    heads: int = 2
    """Attention heads of the sequence model."""
    dropout: float = 0.3
    """Share of inputs that is hidden in training."""
    negatives: int = 4
    """Songs without a listen sampled for each listen."""
    batch: int = 2048
    """Pairs in a step."""
    learning_rate: float = 0.0003
    """Step size of the optimiser."""
    weight_decay: float = 0.003
    """L2 penalty of the weights."""
    epochs: int = 20
    """Most passes over the data."""
    patience: int = 4
    """Passes without a better validation score before training stops."""
    averaging: float = 0.8
    """Share of the running mean of the weights that is kept each epoch; 0: no mean."""
    refit: bool = True
    """Train again on everything, for as many epochs as were best."""
    validation_users: int = 5000
    """Most users whose held-out song is asked about in validation."""


@dataclass(frozen=True)
class TrainedHistory(HistoryModel):
    """A trained model, its learning curve and the validation score; loaded ones have neither."""

    curve: list[Epoch] = field(default_factory=list)
    score: dict[str, float] = field(default_factory=dict)


@torch.random.fork_rng()
def train(
    counts: sparse.csr_array,
    recipe: HistoryRecipe,
    *,
    times: sparse.csr_array | None = None,
    how: HoldOut = RANDOM,
    device: torch.device,
    report: Callable[[Epoch], None] = quiet,
) -> TrainedHistory:
    """Train on CSR counts [U, I] and optional times of the last listen; raises TooLittleError without any listen.

    The history is in the order of `times` for the sequence model and in the order of the counts for the others.
    """
    order = None if times is None else sparse.csr_array(times)
    solved: TrainedAls | None = None

    def run(seen: sparse.csr_array, split: LeaveOneOut | None, epochs: int) -> tuple[PairNet, list[Epoch]]:
        nonlocal solved
        if split is not None:
            solved = _solved(seen, recipe, how)
        elif solved is not None:
            solved = als.refit(seen, solved)
        settings = recipe.model_copy(update={"epochs": epochs})
        return _train_net(seen, order, split, settings, device, quiet if split is None else report, solved)

    done = train_stopped(counts, recipe, how, run)
    return TrainedHistory(done.net, done.users_seen, done.items_seen, done.curve, done.score)


def new_net(history: NDArray[np.int64], songs: int, recipe: HistoryRecipe) -> PairNet:
    """An untrained network over a history table int64 [U, L] of I songs."""
    table = torch.from_numpy(history)
    if recipe.model == "sequence":
        return SequenceNet(table, songs, recipe.factors, recipe.blocks, recipe.heads, recipe.dropout)
    if recipe.model == "nnrec":
        return NnrecNet(table, songs, recipe.factors, recipe.hidden[0], recipe.dropout)
    query: Query = "none" if recipe.model == "dnn" else recipe.query
    return AmnnNet(table, songs, query, recipe.factors, recipe.hidden, recipe.dropout, products=recipe.products)


def _solved(counts: sparse.csr_array, recipe: HistoryRecipe, how: HoldOut) -> TrainedAls | None:
    """The factorisation that AMNN or DNN starts from, its settings chosen inside these counts; None: no such start."""
    if recipe.start == "random" or recipe.model not in ("amnn", "dnn") or not recipe.products:
        return None
    return als.train(counts, als.AlsRecipe(rank=recipe.factors, seed=recipe.seed), how=how)


def _train_net(
    counts: sparse.csr_array,
    times: sparse.csr_array | None,
    split: LeaveOneOut | None,
    recipe: HistoryRecipe,
    device: torch.device,
    report: Callable[[Epoch], None],
    solved: Als | None,
) -> tuple[PairNet, list[Epoch]]:
    if recipe.model != "sequence":
        torch.manual_seed(recipe.seed)
        net = new_net(top_songs(counts, recipe.history + 1), counts.shape[1], recipe).to(device)
        if solved is not None and isinstance(net, AmnnNet):
            net.start_from(*(torch.from_numpy(vectors).to(device) for vectors in (solved.users, solved.items)))
        return net, fit_pairs(net, counts, split, recipe, report)
    ordered = counts if times is None else _times_of(counts, times)
    history = top_songs(ordered, recipe.history)[:, ::-1].copy()
    torch.manual_seed(recipe.seed)
    net = new_net(history, counts.shape[1], recipe).to(device)
    epochs = SequenceEpochs(net, history, sampler=NegativeSampler(counts, device, recipe.seed), recipe=recipe)
    epochs.shuffle = times is None
    optimizer = torch.optim.Adam(net.parameters(), lr=recipe.learning_rate, fused=True)
    curve = fit_mean(net, lambda: epochs.run(optimizer), split, recipe, report)
    return net, curve


class SequenceEpochs:
    """Epochs over histories int64 [U, L] (oldest first): at every place the next song against its negatives."""

    def __init__(
        self, net: PairNet, history: NDArray[np.int64], *, sampler: NegativeSampler, recipe: HistoryRecipe
    ) -> None:
        assert isinstance(net, SequenceNet)
        self.net = net
        self.shuffle = False
        self.sampler = sampler
        self.recipe = recipe
        self._random = torch.Generator().manual_seed(recipe.seed)
        filled = (history != net.pad).sum(axis=1)
        self._users = torch.from_numpy(np.flatnonzero(filled > 1).astype(np.int64))

    def run(self, optimizer: torch.optim.Optimizer) -> float:
        """Train through every user once; the mean loss a batch."""
        if not len(self._users):
            return 0.0
        order = self._users[torch.randperm(len(self._users), generator=self._random)].to(self.net.history.device)
        size = max(1, self.recipe.batch // ((1 + self.recipe.negatives) * max(1, self.net.history.shape[1] - 1)))
        losses = [self._step(users, optimizer) for users in torch.split(order, min(size, max(1, len(order) // 10)))]
        return float(torch.stack(losses).mean())

    def _step(self, users: torch.Tensor, optimizer: torch.optim.Optimizer) -> torch.Tensor:
        net, recipe = self.net, self.recipe
        history = self._mixed(net.history[users]) if self.shuffle else net.history[users]
        read, following = history[:, :-1], history[:, 1:]
        states = net.read(read)
        # A place is learned from when it holds a song and the next one does too.
        row, place = torch.nonzero((read != net.pad) & (following != net.pad), as_tuple=True)
        drawn, usable = self.sampler.draw(users[row], recipe.negatives)
        songs = torch.cat((following[row, place].unsqueeze(1), drawn), dim=1)
        vectors = net.songs(songs)
        logits = torch.bmm(vectors, states[row, place].unsqueeze(2)).squeeze(2) + net.bias(songs).squeeze(2)
        loss = pair_loss(logits, usable)
        total = loss + recipe.weight_decay * vectors.square().sum() / max(1, songs.numel())
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(total)
        optimizer.step()
        return loss.detach()

    def _mixed(self, history: torch.Tensor) -> torch.Tensor:
        """Every row in a new order, empty places still on the left."""
        keys = torch.rand(history.shape, generator=self._random).to(history.device)
        keys = torch.where(history == self.net.pad, keys - 2.0, keys)
        return history.gather(1, keys.argsort(dim=1))


def _times_of(counts: sparse.csr_array, times: sparse.csr_array) -> sparse.csr_array:
    """The times of the stored listens, in the places of counts; a listen without a time is the oldest."""
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    values = np.asarray(times[rows, counts.indices], dtype=np.float64).reshape(-1)
    return sparse.csr_array((values, counts.indices, counts.indptr), shape=counts.shape)
