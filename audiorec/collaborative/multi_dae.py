"""Mult-DAE, a denoising auto-encoder over users: some of a user's songs go in, all of them must come out.

Liang et al. 2018: the row of songs, normalised and thinned by dropout, is summed into one vector, and a multinomial
over all songs is read off it; the loss is minus the log-likelihood of a user's songs. A user is nothing but their
songs, so a new one needs no training. One listen of each user is held out inside the training data to choose when to
stop (see `HoldOut`); with `refit` the net is then trained anew on everything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import nn
from torch.nn import functional

from audiorec.collaborative.early_stopping import train_stopped
from audiorec.collaborative.pair_net import PairNet, squared
from audiorec.collaborative.pairwise import fit_mean
from audiorec.data.splits import RANDOM, HoldOut, LeaveOneOut
from audiorec.learning.loop import Epoch, quiet
from audiorec.recipes import Recipe


class DenoisingNet(PairNet):
    """The network over the songs of U users, held as the two index arrays of a CSR matrix.

    Args:
        starts: int64 [U + 1]; songs: int64 [N]; catalogue: number of songs I; factors: length d; dropout: share of the
        songs that is hidden while training.
    """

    starts: torch.Tensor
    songs: torch.Tensor

    def __init__(self, starts: torch.Tensor, songs: torch.Tensor, catalogue: int, factors: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("starts", starts)
        self.register_buffer("songs", songs)
        self.dropout = dropout
        self.inner = nn.Embedding(catalogue, factors)
        self.inner_bias = nn.Parameter(torch.zeros(factors))
        self.outer = nn.Embedding(catalogue, factors)
        self.outer_bias = nn.Embedding(catalogue, 1)
        for table in (self.inner, self.outer):
            nn.init.xavier_normal_(table.weight)
        nn.init.zeros_(self.outer_bias.weight)

    def rows(self, users: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The songs of some users, one after the other: int64 [n], and whose they are: place in `users`, int64 [n]."""
        sizes = self.starts[users + 1] - self.starts[users]
        owner = torch.repeat_interleave(torch.arange(len(users), device=users.device), sizes)
        first = torch.cumsum(sizes, 0) - sizes
        place = torch.arange(len(owner), device=users.device) - first[owner]
        return self.songs[self.starts[users][owner] + place], owner

    def read(self, users: torch.Tensor) -> torch.Tensor:
        """Vectors [B, d] of users int64 [B]; without a song, what nobody in particular likes."""
        songs, owner = self.rows(users)
        sizes = torch.bincount(owner, minlength=len(users))
        shares = functional.dropout(sizes.clamp(min=1).float().rsqrt()[owner], self.dropout, self.training)
        # The sum of the songs' vectors; no dense row of the catalogue is ever made.
        offsets = torch.cumsum(sizes, 0) - sizes
        summed = functional.embedding_bag(songs, self.inner.weight, offsets, mode="sum", per_sample_weights=shares)
        return torch.tanh(summed + self.inner_bias)

    def catalogue(self, users: torch.Tensor) -> torch.Tensor:
        """Logits [B, I] of all songs for users int64 [B]."""
        logits: torch.Tensor = torch.addmm(self.outer_bias.weight.T, self.read(users), self.outer.weight.T)
        return logits

    def pairs(self, users: torch.Tensor, songs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [B, n] of users int64 [B] with songs int64 [B, n], and the squared length of the songs' vectors."""
        theirs = self.outer(songs)
        logits = torch.bmm(theirs, self.read(users).unsqueeze(2)).squeeze(2) + self.outer_bias(songs).squeeze(2)
        return logits, squared(theirs)


Self = TypeVar("Self", bound="Denoiser")


@dataclass(frozen=True)
class Denoiser:
    """A trained network, in evaluation mode, and which songs it has seen, bool [I]."""

    net: DenoisingNet
    items_seen: NDArray[np.bool_]

    @torch.inference_mode()
    def scores(self, user_rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Logits of all songs: int64 [B] -> float32 [B, I], NaN for users without songs and songs nobody plays."""
        users = torch.as_tensor(np.asarray(user_rows, dtype=np.int64), device=self.net.starts.device)
        found = np.array(self.net.catalogue(users).cpu().numpy(), dtype=np.float32)
        found[:, ~self.items_seen] = np.nan
        found[(self.net.starts[users + 1] == self.net.starts[users]).cpu().numpy()] = np.nan
        return found

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All parameters and what was seen, as arrays with names; `from_arrays` is the way back."""
        arrays = {f"net.{name}": value.detach().cpu().numpy() for name, value in self.net.state_dict().items()}
        return arrays | {"items_seen": self.items_seen}

    @classmethod
    def from_arrays(cls: type[Self], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The model from `to_arrays`; sizes are read off the shapes."""
        state = {name[4:]: torch.from_numpy(np.array(value)) for name, value in arrays.items() if name[:4] == "net."}
        catalogue, factors = state["inner.weight"].shape
        net = DenoisingNet(state["starts"], state["songs"], catalogue, factors, 0.0)
        net.load_state_dict(state)
        return cls(net.eval(), np.asarray(arrays["items_seen"], dtype=bool))


def over(counts: sparse.csr_array, factors: int, dropout: float) -> DenoisingNet:
    """An untrained network over CSR counts [U, I]."""
    starts, songs = (torch.from_numpy(part.astype(np.int64)) for part in (counts.indptr, counts.indices))
    return DenoisingNet(starts, songs, counts.shape[1], factors, dropout)


class DenoisingRecipe(Recipe):
    """How the auto-encoder is trained."""

    factors: int = 256
    """Length of a vector."""
    dropout: float = 0.5
    """Share of inputs that is hidden in training."""
    batch: int = 100
    """Users in a step."""
    learning_rate: float = 0.002
    """Step size of the optimiser."""
    weight_decay: float = 0.0001
    """L2 penalty of the weights."""
    epochs: int = 120
    """Most passes over the data."""
    patience: int = 10
    """Passes without a better validation score before training stops."""
    averaging: float = 0.8
    """Share of the running mean of the weights that is kept each epoch; 0: no mean."""
    refit: bool = True
    """Train again on everything, for as many epochs as were best."""
    validation_users: int = 5000
    """Most users whose held-out song is asked about in validation."""


@dataclass(frozen=True)
class TrainedDenoiser(Denoiser):
    """A trained model, its learning curve and the validation score; loaded ones have neither."""

    curve: list[Epoch] = field(default_factory=list)
    score: dict[str, float] = field(default_factory=dict)


@torch.random.fork_rng()
def train(
    counts: sparse.csr_array,
    recipe: DenoisingRecipe,
    *,
    how: HoldOut = RANDOM,
    device: torch.device,
    report: Callable[[Epoch], None] = quiet,
) -> TrainedDenoiser:
    """Train on CSR counts [U, I], any count being one listen; raises TooLittleError without any listen."""

    def run(seen: sparse.csr_array, split: LeaveOneOut | None, epochs: int) -> tuple[DenoisingNet, list[Epoch]]:
        settings = recipe.model_copy(update={"epochs": epochs})
        return _train_net(seen, split, settings, device, quiet if split is None else report)

    done = train_stopped(counts, recipe, how, run)
    return TrainedDenoiser(done.net, done.items_seen, done.curve, done.score)


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
