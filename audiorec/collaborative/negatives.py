"""Negatives: songs that a user never touched, drawn uniformly and in bulk on the device where they are used.

Drawn are songs that somebody has played: a song that nobody played is unknown, not disliked, and must not be learned as
a negative. It does not know losses.
"""

import numpy as np
import torch
from scipy import sparse


class NegativeSampler:
    """Draws negatives for the users of CSR counts [U, I]; `draw` may be called any number of times."""

    def __init__(self, counts: sparse.csr_array, device: torch.device, seed: int) -> None:
        rows = np.repeat(np.arange(counts.shape[0], dtype=np.int64), np.diff(counts.indptr))
        self._width = int(counts.shape[1])
        self._keys = torch.from_numpy(np.sort(rows * self._width + counts.indices)).to(device)
        self._songs = torch.from_numpy(np.unique(counts.indices).astype(np.int64)).to(device)
        self.generator = torch.Generator(device).manual_seed(seed)

    def draw(self, users: torch.Tensor, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Songs int64 [B, number] for users int64 [B], and bool [B, number]: false where none could be found.

        A song that the user knows is drawn again, up to eight times; users who know nearly everything keep a few places
        that are not to be used.
        """
        owners = users.unsqueeze(1).expand(-1, number).reshape(-1)
        songs = self._uniform(len(owners))
        bad = torch.nonzero(self._known(owners, songs)).squeeze(1)
        for _ in range(8):
            if not len(bad):
                break
            again = self._uniform(len(bad))
            songs[bad] = again
            bad = bad[self._known(owners[bad], again)]
        usable = torch.ones(len(owners), dtype=torch.bool, device=users.device)
        usable[bad] = False
        return songs.view(-1, number), usable.view(-1, number)

    def _uniform(self, count: int) -> torch.Tensor:
        places = torch.randint(len(self._songs), (count,), generator=self.generator, device=self._songs.device)
        return self._songs[places]

    def _known(self, users: torch.Tensor, songs: torch.Tensor) -> torch.Tensor:
        wanted = users * self._width + songs
        places = torch.searchsorted(self._keys, wanted).clamp_(max=len(self._keys) - 1)
        return self._keys[places] == wanted
