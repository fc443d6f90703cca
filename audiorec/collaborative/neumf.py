"""NeuMF: a generalised matrix factorisation and a tower of layers over user and song, its training and its file.

He et al. 2017. Users and songs each have one vector, the first `factors` numbers of which belong to the factorisation
(GMF) and the rest to the tower (MLP); either half may be empty, which gives the other half alone. Every listen is a
positive, negatives are fresh each epoch. One listen of each user is held out inside the training data to choose when to
stop (see `HoldOut`); with `refit` the model is then trained anew on everything for as many epochs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import nn

from audiorec import recipes
from audiorec.collaborative.adversarial import adversarial_loss
from audiorec.collaborative.early_stopping import train_stopped
from audiorec.collaborative.pair_net import PairNet, rows_of, squared
from audiorec.collaborative.pairwise import fit_pairs
from audiorec.data.splits import RANDOM, HoldOut, LeaveOneOut
from audiorec.errors import CheckpointError
from audiorec.learning import checkpoint
from audiorec.learning.checkpoint import Header
from audiorec.learning.loop import Epoch, quiet
from audiorec.recipes import Recipe

# Full-catalogue scores are computed in blocks of at most this many numbers in the tower's first layer: on a processor
# what its cache holds (2 MB; 64 MB takes twice as long), on a GPU enough to be worth a launch.
_BLOCK = {"cpu": 500_000, "cuda": 16_000_000}


class NeumfNet(PairNet):
    """The network.

    Args:
        users, items: sizes U and I; factors: length f of the GMF half, 0 = none; tower_factors: length m of the MLP
        half, 0 = none; hidden: widths of the tower's layers; dropout: share of the tower's activations dropped; short:
        the tower's products in bfloat16 while training, which new processors do four times as fast as in float32.
    """

    def __init__(
        self,
        users: int,
        items: int,
        factors: int,
        tower_factors: int,
        hidden: Sequence[int],
        dropout: float = 0.0,
        *,
        short: bool = False,
    ) -> None:
        super().__init__()
        self.factors, self.short = factors, short
        self.users = nn.Embedding(users, factors + tower_factors)
        self.items = nn.Embedding(items, factors + tower_factors)
        widths = list(hidden) if tower_factors else []
        # The first layer over [user; song] is kept as two, so that the user's share is computed once a user.
        self.user_in = nn.Linear(tower_factors, widths[0]) if widths else None
        self.item_in = nn.Linear(tower_factors, widths[0], bias=False) if widths else None
        self.tower = nn.ModuleList([nn.Linear(before, after) for before, after in pairwise(widths)])
        self.out = nn.Linear(factors + (widths[-1] if widths else 0), 1)
        self.dropout = nn.Dropout(dropout)
        self._start(factors)

    def _start(self, factors: int) -> None:
        for table in (self.users, self.items):
            nn.init.normal_(table.weight, std=0.05)
        for layer in (self.user_in, self.item_in, *self.tower):
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
        nn.init.normal_(self.out.weight, std=0.1)
        # With ones the GMF half begins as plain matrix factorisation.
        nn.init.ones_(self.out.weight[:, :factors])
        nn.init.zeros_(self.out.bias)

    def vectors(self, users: torch.Tensor, songs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Vectors [B, d] of users int64 [B] and [B, n, d] of songs int64 [B, n]."""
        return rows_of(self.users, users), rows_of(self.items, songs)

    def pairs(self, users: torch.Tensor, songs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [B, n] of users int64 [B] with songs int64 [B, n], and the sum of the squared vectors for L2."""
        mine, theirs = self.vectors(users, songs)
        logits: torch.Tensor = self(mine, theirs)
        return logits, squared(mine) * songs.shape[1] + squared(theirs)

    def forward(self, users: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
        """Logits [B, n] of user vectors [B, d] with each one's own n song vectors [B, n, d]."""
        sizes = [self.factors, users.shape[1] - self.factors]
        # One split, not two slices: its backward is one concatenation instead of two paddings and a sum.
        user_gmf, user_mlp = torch.split(users, sizes, dim=1)
        item_gmf, item_mlp = torch.split(items, sizes, dim=2)
        gmf_weight, mlp_weight = torch.split(self.out.weight[0], [sizes[0], self.out.in_features - sizes[0]])
        logits: torch.Tensor = self.out.bias.expand(items.shape[0], items.shape[1])
        if sizes[0]:
            # Multiply and sum: twice as fast as many products of one small matrix with one vector.
            logits = logits + (item_gmf * (user_gmf * gmf_weight).unsqueeze(1)).sum(dim=2)
        if self.user_in is not None and self.item_in is not None:
            # Without a cache: inside another autocast it would keep the weights of the first step.
            short = self.short and self.training
            with torch.autocast(users.device.type, torch.bfloat16, enabled=short, cache_enabled=False):
                first = self.user_in(user_mlp).unsqueeze(1) + self.item_in(item_mlp)
                logits = logits + self._climb(first) @ mlp_weight
        return logits

    def catalogue(self, users: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
        """Logits [B, N] of user vectors [B, d] with all song vectors [N, d]."""
        cut = self.factors
        weight = self.out.weight[0]
        logits = (users[:, :cut] * weight[:cut]) @ items[:, :cut].T + self.out.bias
        if self.user_in is not None and self.item_in is not None:
            mine, theirs = self.user_in(users[:, cut:]), self.item_in(items[:, cut:])
            block = _BLOCK[users.device.type]
            songs = max(1, block // theirs.shape[1])
            for left in range(0, len(theirs), songs):
                part = theirs[left : left + songs]
                rows = max(1, block // part.numel())
                for top in range(0, len(mine), rows):
                    first = mine[top : top + rows].unsqueeze(1) + part
                    logits[top : top + rows, left : left + songs] += self._climb(first) @ weight[cut:]
        return logits

    def _climb(self, first: torch.Tensor) -> torch.Tensor:
        value: torch.Tensor = self.dropout(torch.relu_(first))
        for layer in self.tower:
            value = self.dropout(torch.relu_(layer(value)))
        return value


Self = TypeVar("Self", bound="Neumf")


@dataclass(frozen=True)
class Neumf:
    """A trained NeuMF and what it has seen.

    net: on any device, in evaluation mode; users_seen: bool [U]; items_seen: bool [I] (had a listen in training).
    """

    net: NeumfNet
    users_seen: NDArray[np.bool_]
    items_seen: NDArray[np.bool_]

    @torch.inference_mode()
    def scores(self, user_rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Logits of all songs for some users: int64 [B] -> float32 [B, I], NaN for users or songs never seen."""
        found = self._logits(user_rows, self.net.items.weight)
        found[:, ~self.items_seen] = np.nan
        return found

    def item_vectors(self) -> NDArray[np.float32]:
        """Song vectors float32 [I, d], GMF's half first; a row of NaN for a song never seen."""
        vectors = self.net.items.weight.detach().cpu().numpy().copy()
        vectors[~self.items_seen] = np.nan
        return vectors

    @torch.inference_mode()
    def score_with_item_vectors(
        self, user_rows: NDArray[np.int64], item_vectors: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """Logits of songs given by vectors [N, d], such as ones predicted from content -> float32 [B, N].

        NaN for users never seen and for vectors that hold NaN.
        """
        vectors = torch.from_numpy(np.asarray(item_vectors, dtype=np.float32)).to(self.net.items.weight.device)
        return self._logits(user_rows, vectors)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All parameters and what was seen, as arrays with names; `from_arrays` is the way back."""
        arrays = {f"net.{name}": value.detach().cpu().numpy() for name, value in self.net.state_dict().items()}
        return arrays | {"users_seen": self.users_seen, "items_seen": self.items_seen}

    @classmethod
    def from_arrays(cls: type[Self], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The model from `to_arrays`; sizes are read off the shapes."""
        state = {name[4:]: torch.from_numpy(np.array(value)) for name, value in arrays.items() if name[:4] == "net."}
        users, length = state["users.weight"].shape
        hidden = [state["user_in.bias"].shape[0]] if "user_in.bias" in state else []
        layers = sorted(name for name in state if name.startswith("tower.") and name.endswith("bias"))
        hidden += [len(state[name]) for name in layers]
        factors = state["out.weight"].shape[1] - (hidden[-1] if hidden else 0)
        net = NeumfNet(users, len(state["items.weight"]), factors, length - factors, hidden)
        net.load_state_dict(state)
        return cls(net.eval(), np.asarray(arrays["users_seen"], bool), np.asarray(arrays["items_seen"], bool))

    def _logits(self, user_rows: NDArray[np.int64], item_vectors: torch.Tensor) -> NDArray[np.float32]:
        rows = torch.as_tensor(np.asarray(user_rows, dtype=np.int64), device=item_vectors.device)
        found = self.net.catalogue(self.net.users.weight[rows], item_vectors).cpu().numpy()
        found[~self.users_seen[user_rows]] = np.nan
        return np.asarray(found, dtype=np.float32)


KIND = "neumf"


@dataclass(frozen=True)
class NamedNeumf:
    """A model and what its rows mean: users are names, items int64 [I] track ids in rising order."""

    model: Neumf
    users: tuple[str, ...]
    items: NDArray[np.int64]
    header: Header


def save(
    folder: Path,
    model: Neumf,
    users: tuple[str, ...],
    items: NDArray[np.int64],
    recipe: Recipe,
    score: dict[str, float],
) -> None:
    """Write the model and its recipe into an existing folder; score is what the validation part said."""
    config = {"factors": model.net.factors, "recipe": recipe.model_dump(mode="json", exclude={"reference"})}
    header = Header(KIND, config, recipe_digest=recipes.digest(recipe), labels=list(users), score=score)
    checkpoint.save(folder, header, model.to_arrays() | {"item_ids": np.asarray(items, dtype=np.int64)})


def recipe_of(folder: Path) -> "NeumfRecipe":
    """The recipe by which a stored model was trained; raises CheckpointError when an earlier audiorec wrote it."""
    config = checkpoint.read_header(folder, KIND).config
    if "recipe" not in config:
        raise CheckpointError(f"{folder} was written by an earlier audiorec: run audiorec train-cf again")
    return recipes.from_plain(config["recipe"], NeumfRecipe)


def load(folder: Path) -> NamedNeumf:
    """Read what `save` wrote; raises CheckpointError when it is absent, broken or another kind."""
    header, arrays = checkpoint.load(folder, KIND)
    items = np.asarray(arrays.pop("item_ids"), dtype=np.int64)
    return NamedNeumf(Neumf.from_arrays(arrays), tuple(header.labels), items, header)


class NeumfRecipe(Recipe):
    """How NeuMF is trained."""

    model: Literal["neumf", "gmf", "mlp"] = "neumf"
    """Both halves, or one alone."""
    factors: int = 64
    """Length of the GMF half's vectors."""
    tower_factors: int = 16
    """Length of the MLP half's vectors."""
    hidden: tuple[int, ...] = (16, 8)
    """Widths of the MLP's layers."""
    dropout: float = 0.3
    """Share of inputs that is hidden in training."""
    negatives: int = 4
    """Songs without a listen sampled for each listen."""
    batch: int = 2048
    """Pairs in a step."""
    learning_rate: float = 0.003
    """Step size of the optimiser."""
    weight_decay: float = 0.03
    """L2 penalty of the vectors of the users and songs in a batch."""
    epochs: int = 60
    """Most passes over the data."""
    patience: int = 5
    """Passes without a better validation score before training stops."""
    averaging: float = 0.9
    """Share of the running mean of the weights that is kept each epoch; 0: no mean."""
    pretrain: bool = False
    """Train the halves alone first and start from them."""
    refit: bool = True
    """Train again on everything, for as many epochs as were best."""
    validation_users: int = 5000
    """Most users whose held-out song is asked about in validation."""
    short: bool = False
    """Compute the tower in bfloat16, faster on new processors."""
    adversarial: float = 0.0
    """Length of the worst change of the vectors that training must bear, see `adversarial.py`; 0: none."""


@dataclass(frozen=True)
class TrainedNeumf(Neumf):
    """A trained model, its learning curve and the validation score; loaded ones have neither."""

    curve: list[Epoch] = field(default_factory=list)
    score: dict[str, float] = field(default_factory=dict)


@torch.random.fork_rng()
def train(
    counts: sparse.csr_array,
    recipe: NeumfRecipe,
    *,
    how: HoldOut = RANDOM,
    device: torch.device,
    report: Callable[[Epoch], None] = quiet,
) -> TrainedNeumf:
    """Train on CSR counts [U, I]; raises TooLittleError when there are no listens at all.

    Users and songs without a listen keep NaN scores. Without any user who has two songs there is nothing to
    validate on, and the full number of epochs is run.
    """

    def run(seen: sparse.csr_array, split: LeaveOneOut | None, epochs: int) -> tuple[NeumfNet, list[Epoch]]:
        settings = recipe.model_copy(update={"epochs": epochs})
        return _train_halves(seen, split, settings, device, quiet if split is None else report)

    done = train_stopped(counts, recipe, how, run)
    return TrainedNeumf(done.net, done.users_seen, done.items_seen, done.curve, done.score)


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
    if not recipe.adversarial:
        return net, fit_pairs(net, counts, split, recipe, report)

    def worst(users: torch.Tensor, songs: torch.Tensor, usable: torch.Tensor) -> torch.Tensor:
        return adversarial_loss(net, net.vectors(users, songs), usable, recipe.adversarial)

    return net, fit_pairs(net, counts, split, recipe, report, worst)
