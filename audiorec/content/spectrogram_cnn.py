"""The 2-D network: a patch of a log-mel spectrogram -> an embedding.

Four strided stages halve bands and frames; a last convolution folds the bands, so that a low and a high note differ,
and mean and maximum over time make patches of any length welcome. It does not know songs: `attention_pool.py` pools
the patches of one song.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

STAGES = 4
_AT_ONCE = 256  # patches; as floats they take four times their bytes


def conv_stage(before: int, after: int, kernel: int) -> nn.Sequential:
    """A strided convolution that halves both sides, batch norm, ReLU."""
    convolution = nn.Conv2d(before, after, kernel, stride=2, padding=kernel // 2, bias=False)
    # Weights that lie like the maps, channels last, save a third of a step's time.
    convolution.weight.data = convolution.weight.data.contiguous(memory_format=torch.channels_last)
    return nn.Sequential(convolution, nn.BatchNorm2d(after), nn.ReLU())


def halved(patches: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Log-mel patches [P, bands, T] with neighbouring bands and neighbouring frames averaged: a quarter of the work."""
    count, bands, frames = patches.shape
    out = np.empty((count, bands // 2, frames // 2), dtype=np.uint8)
    for start in range(0, count, _AT_ONCE):
        part = patches[start : start + _AT_ONCE, :, : frames // 2 * 2]
        quads = part.reshape(len(part), bands // 2, 2, frames // 2, 2)
        out[start : start + _AT_ONCE] = quads.mean(axis=(2, 4), dtype=np.float32).round()
    return out


class SpectrogramCnn(nn.Module):
    """Log-mel patches -> embeddings.

    Shape:
        input: uint8 or float32 [P, bands, frames] in stored steps; output: float32 [P, dim].
    Bands must be a multiple of 16, frames at least 16; twice as many with `halve`, which averages neighbouring bands
    and frames first, a quarter of the work. `band_mean` and `band_std`, one for each band that the stages see, are
    set from the fit part.
    """

    band_mean: torch.Tensor
    band_std: torch.Tensor

    def __init__(
        self, bands: int = 128, width: int = 16, dim: int = 64, dropout: float = 0.2, *, halve: bool = False
    ) -> None:
        super().__init__()
        self.halve, bands = halve, bands // 2 if halve else bands
        self.register_buffer("band_mean", torch.zeros(bands))
        self.register_buffer("band_std", torch.ones(bands))
        widths = [1, *(width * 2**stage for stage in range(STAGES))]
        self.stages = nn.Sequential(*(conv_stage(widths[i], widths[i + 1], 5 if i == 0 else 3) for i in range(STAGES)))
        self.fold = nn.Conv2d(widths[-1], dim, (bands // 2**STAGES, 1))
        self.out = nn.Sequential(nn.BatchNorm1d(2 * dim), nn.ReLU(), nn.Dropout(dropout), nn.Linear(2 * dim, dim))

    def levels(self, patches: torch.Tensor) -> torch.Tensor:
        """Stored steps [P, bands, frames] -> float32, of half the bands and frames if the network halves."""
        return nn.functional.avg_pool2d(patches.float(), 2) if self.halve else patches.float()

    def standardise(self, patches: torch.Tensor) -> torch.Tensor:
        """Stored steps [P, bands, frames] -> float32 with mean 0 and deviation 1 in every band."""
        return (self.levels(patches) - self.band_mean[:, None]) / self.band_std[:, None]

    def encode(self, standard: torch.Tensor) -> torch.Tensor:
        """Standardised patches [P, bands, frames] -> [P, dim]."""
        maps = self.stages(standard[:, None].contiguous(memory_format=torch.channels_last))
        times = self.fold(maps).squeeze(2)
        pooled: torch.Tensor = self.out(torch.cat([times.mean(2), times.amax(2)], dim=1))
        return pooled

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        """Stored steps [P, bands, frames] -> [P, dim]."""
        return self.encode(self.standardise(patches))
