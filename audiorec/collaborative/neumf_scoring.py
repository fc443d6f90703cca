"""NeuMF's scores from its arrays alone, in NumPy: what a request needs, without importing torch.

The same arithmetic as `NeumfNet.catalogue` (a test holds them together). It does not learn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK = 4_000_000  # numbers of the tower's first layer at once


@dataclass(frozen=True)
class NeumfScores:
    """A trained NeuMF as the arrays of `Neumf.to_arrays`; see there."""

    arrays: Mapping[str, NDArray[Any]]

    def scores(self, user_rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Logits of all songs for some users: int64 [B] -> float32 [B, I], NaN for users or songs never seen."""
        found = self.score_with_item_vectors(user_rows, self.arrays["net.items.weight"])
        found[:, ~np.asarray(self.arrays["items_seen"], dtype=bool)] = np.nan
        return found

    def score_with_item_vectors(
        self, user_rows: NDArray[np.int64], item_vectors: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """Logits of songs given by vectors [N, d] -> float32 [B, N]; NaN for users never seen and vectors with NaN."""
        users = np.asarray(self.arrays["net.users.weight"][user_rows], dtype=np.float32)
        items, weight = np.asarray(item_vectors, dtype=np.float32), self.arrays["net.out.weight"][0]
        cut = len(weight) - self._tower_width
        found = (users[:, :cut] * weight[:cut]) @ items[:, :cut].T + self.arrays["net.out.bias"][0]
        if self._tower_width:
            found += self._tower(users[:, cut:], items[:, cut:], weight[cut:])
        found[~np.asarray(self.arrays["users_seen"][user_rows], dtype=bool)] = np.nan
        return np.asarray(found, dtype=np.float32)

    @property
    def _layers(self) -> list[str]:
        names = sorted(name for name in self.arrays if name.startswith("net.tower.") and name.endswith("weight"))
        return sorted(names, key=lambda name: int(name.split(".")[2]))

    @property
    def _tower_width(self) -> int:
        if "net.user_in.bias" not in self.arrays:
            return 0
        layers = self._layers
        return int(len(self.arrays[layers[-1]]) if layers else len(self.arrays["net.user_in.bias"]))

    def _tower(
        self, users: NDArray[np.float32], items: NDArray[np.float32], weight: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        mine = users @ self.arrays["net.user_in.weight"].T + self.arrays["net.user_in.bias"]
        theirs = items @ self.arrays["net.item_in.weight"].T
        found = np.empty((len(users), len(items)), dtype=np.float32)
        songs = max(1, _BLOCK // max(theirs.shape[1], 1))
        for row in range(len(users)):
            for left in range(0, len(items), songs):
                value = np.maximum(mine[row] + theirs[left : left + songs], 0.0)
                for name in self._layers:
                    bias = self.arrays[name.replace("weight", "bias")]
                    value = np.maximum(value @ self.arrays[name].T + bias, 0.0)
                found[row, left : left + songs] = value @ weight
        return found
