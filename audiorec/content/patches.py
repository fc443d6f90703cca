"""Batches of songs from patches that lie on the device once and for all: songs are drawn, then some patches of each.

It does not know what the songs are labelled with.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from audiorec.content import spectrogram_cnn
from audiorec.data.tables import Patches


class PatchStore:
    """Patches of N songs on a device.

    Shape:
        values: uint8 [P, ...]; owner: int64 [P], rising, 0..N-1; every song has at least one patch.
    """

    def __init__(self, patches: Patches, songs: int, device: torch.device) -> None:
        self.values = torch.from_numpy(patches.values).to(device)
        self.owner = torch.from_numpy(patches.owner)
        self.songs = songs
        self.counts = torch.bincount(self.owner, minlength=songs)
        self.starts = torch.cumsum(self.counts, 0) - self.counts
        self.device = device

    def draw(self, songs: torch.Tensor, each: int, rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """`each` random patches of every song [B]: values [B * each, ...] and their owners 0..B-1."""
        place = (torch.rand(len(songs), each, generator=rng) * self.counts[songs][:, None]).long()
        chosen = (self.starts[songs][:, None] + place).reshape(-1)
        owner = torch.arange(len(songs)).repeat_interleave(each)
        return self.values[chosen.to(self.device)], owner.to(self.device)

    def draw_apart(self, songs: torch.Tensor, rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Two patches of every song [B], different ones where it has several: [B, ...] twice."""
        counts = self.counts[songs]
        first = (torch.rand(len(songs), generator=rng) * counts).long()
        step = 1 + (torch.rand(len(songs), generator=rng) * (counts - 1)).long()
        second = torch.where(counts > 1, (first + step) % counts, first)
        chosen = [(self.starts[songs] + place).to(self.device) for place in (first, second)]
        return self.values[chosen[0]], self.values[chosen[1]]

    def all_of(self, songs: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
        """Every patch of the songs [B] and their owners 0..B-1."""
        rows = [torch.arange(int(self.starts[song]), int(self.starts[song] + self.counts[song])) for song in songs]
        owner = torch.arange(len(songs)).repeat_interleave(self.counts[torch.from_numpy(songs)])
        chosen = torch.cat(rows) if rows else torch.zeros(0, dtype=torch.int64)
        return self.values[chosen.to(self.device)], owner.to(self.device)


def halved(patches: Patches) -> Patches:
    """The same songs with log-mel patches of half the bands and half the frames."""
    return Patches(spectrogram_cnn.halved(patches.values), patches.owner)
