"""What models of a user's history share: the table of their top songs, and scores of the whole catalogue in blocks.

The target song is always taken out of its own history, so a model cannot learn to find it there. It does not know what
a network does with the history.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

from audiorec.collaborative.pair_net import PairNet

# Scores of the whole catalogue are computed for at most this many (user, song) pairs at once.
_BLOCK = 200_000


def top_songs(counts: sparse.csr_array, length: int) -> NDArray[np.int64]:
    """The most played songs of each user, most played first: int64 [U, length], I where there are no more.

    counts: CSR [U, I]; equal counts stand in the order of the columns.
    """
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    order = np.lexsort((counts.indices, -counts.data, rows))
    return _first(counts, order, length)


def _first(counts: sparse.csr_array, order: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    place = np.arange(counts.nnz) - counts.indptr[rows]
    table = np.full((counts.shape[0], length), counts.shape[1], dtype=np.int64)
    inside = place < length
    table[rows[inside], place[inside]] = counts.indices[order][inside]
    return table


def without_target(history: torch.Tensor, songs: torch.Tensor, pad: int) -> torch.Tensor:
    """Which places of the history each target may look at: bool [B, n, k + 1].

    history: int64 [B, k + 1], songs: int64 [B, n]. The target itself is hidden; where it is not in the history, the
    last place is hidden instead, so that the number of places tells nothing.
    """
    same = history.unsqueeze(1) == songs.unsqueeze(2)
    visible = (history != pad).unsqueeze(1) & ~same
    visible[..., -1] &= same.any(dim=2)
    return visible


@dataclass(frozen=True)
class HistoryModel:
    """A trained network over histories. net: in evaluation mode; users_seen: bool [U]; items_seen: bool [I]."""

    net: PairNet
    users_seen: NDArray[np.bool_]
    items_seen: NDArray[np.bool_]

    @torch.inference_mode()
    def scores(self, user_rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Logits of all songs: int64 [B] -> float32 [B, I], NaN for users or songs never seen."""
        songs = torch.arange(len(self.items_seen))
        size = max(1, _BLOCK // max(1, len(songs)))
        parts = [self._block(user_rows[start : start + size], songs) for start in range(0, len(user_rows), size)]
        found = np.concatenate(parts) if parts else np.empty((0, len(songs)), dtype=np.float32)
        found[:, ~self.items_seen] = np.nan
        found[~self.users_seen[user_rows]] = np.nan
        return found

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All parameters and what was seen, as arrays with names."""
        arrays = {f"net.{name}": value.detach().cpu().numpy() for name, value in self.net.state_dict().items()}
        return arrays | {"users_seen": self.users_seen, "items_seen": self.items_seen}

    @classmethod
    def from_arrays(cls, net: PairNet, arrays: Mapping[str, NDArray[Any]]) -> "HistoryModel":
        """The model from `to_arrays`, into a net that was made with the same sizes."""
        state = {name[4:]: torch.from_numpy(np.array(value)) for name, value in arrays.items() if name[:4] == "net."}
        net.load_state_dict(state)
        return cls(net.eval(), np.asarray(arrays["users_seen"], bool), np.asarray(arrays["items_seen"], bool))

    def _block(self, user_rows: NDArray[np.int64], songs: torch.Tensor) -> NDArray[np.float32]:
        net = self.net
        device = next(net.parameters()).device
        users = torch.as_tensor(np.asarray(user_rows, dtype=np.int64), device=device)
        logits, _ = net.pairs(users, songs.to(device).expand(len(users), -1))
        return np.asarray(logits.cpu().numpy(), dtype=np.float32)
