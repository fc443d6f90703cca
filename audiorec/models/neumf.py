"""NeuMF: a generalised matrix factorisation and a tower of layers over user and song, added up to one score.

He et al. 2017. Users and songs each have one vector, the first `factors` numbers of which belong to the factorisation
(GMF) and the rest to the tower (MLP); either half may be empty, which gives the other half alone. It knows parameters
and scores; how they are learned is a question for training.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from audiorec.models.pair_net import PairNet, rows_of, squared

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

    def pairs(self, users: torch.Tensor, songs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [B, n] of users int64 [B] with songs int64 [B, n], and the sum of the squared vectors for L2."""
        mine, theirs = rows_of(self.users, users), rows_of(self.items, songs)
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
