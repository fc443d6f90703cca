"""A denoising auto-encoder over users: some of a user's songs go in, all of them must come out.

Liang et al. 2018 (Mult-DAE): the row of songs, normalised and thinned by dropout, is summed into one vector, and a
multinomial over all songs is read off it. A user is nothing but her songs, so a new one needs no training. Scores cost
users x songs x factors, as for any linear model. It does not know how it is trained.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import nn
from torch.nn import functional

from audiorec.models.pair_net import PairNet, squared


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
        """Logits of all songs: int64 [B] -> float32 [B, I], NaN for users without songs and songs nobody heard."""
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
