"""The 1-D network: a stretch of waveform -> an embedding.

The first half works on samples (strided convolutions and power-average pooling, a learned filter bank); a reshape then
turns its channels into the bands of a picture, and the second half works on that picture. The reshape is that of EnvNet
(Tokozume & Harada 2017). The bank begins as Gabor filters in the order of the mel scale
and learns slowly (as in LEAF, Zeghidour et al. 2021): neighbouring channels then are neighbouring bands, without which
convolutions over the picture have nothing to hold on to. It does not know songs.
"""

import math

import torch
from torch import nn

from audiorec.content.spectrogram_cnn import conv_stage

CHANNELS = 2
_TAPS, _STRIDE, _SMOOTH = 256, 16, 8
# What the bank's bands are spaced for; at another rate they begin elsewhere and learn the rest.
_RATE, _LOWEST, _HIGHEST = 11_025, 60.0, 5_200.0
# Of the root mean square in a band: what counts as silence.
_SILENCE = 1e-3


def expand_mu_law(steps: torch.Tensor) -> torch.Tensor:
    """8-bit mu-law steps -> samples in [-1, 1] (ITU-T G.711, mu = 255; 128 is silence)."""
    signal = (steps.float() - 128.0) / 127.0
    return torch.sign(signal) * torch.expm1(signal.abs() * math.log(256.0)) / 255.0


def gabor_filters(bands: int, taps: int) -> torch.Tensor:
    """Cosines under Gaussians, of unit energy, float32 [bands, taps]: centres and widths follow the mel scale."""
    low, high = (2595.0 * math.log10(1.0 + hertz / 700.0) for hertz in (_LOWEST, _HIGHEST))
    edges = 700.0 * (10.0 ** (torch.linspace(low, high, bands + 2, dtype=torch.float64) / 2595.0) - 1.0)
    widths = ((edges[2:] - edges[:-2]) / 2.0).clamp(min=_RATE / taps)
    seconds = (torch.arange(taps, dtype=torch.float64) - (taps - 1) / 2.0) / _RATE
    # In frequency a bell too, three deviations of which are a width.
    bell = torch.exp(-0.5 * (2.0 * math.pi * seconds * widths[:, None] / 3.0).square())
    waves = bell * torch.cos(2.0 * math.pi * edges[1:-1, None] * seconds)
    return (waves / waves.square().sum(dim=1, keepdim=True).sqrt()).float()


class SlowConv1d(nn.Module):
    """A convolution without bias that keeps what it begins with for longer.

    Its weights are kept in units of their first root mean square (Karras et al. 2018): in their own, small ones, one
    step of Adam is a twentieth of a filter, and a bank was gone within an epoch (macro F1 .28 of moods, with it .38).

    Shape:
        weight float32 [out, in, taps]; input [P, in, samples]; output [P, out, about samples / stride].
    """

    def __init__(self, weight: torch.Tensor, stride: int) -> None:
        super().__init__()
        self.unit = float(weight.square().mean().sqrt())
        self.weight = nn.Parameter(weight / self.unit)
        self.stride = stride

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """Filter a signal, half a filter of silence at either end."""
        padding = self.weight.shape[2] // 2
        return nn.functional.conv1d(signal, self.weight * self.unit, stride=self.stride, padding=padding)


class WaveformCnn(nn.Module):
    """Mu-law waveforms -> embeddings.

    Shape:
        input: uint8 [P, 1 or 2, samples], at least 4,096 samples; output: float32 [P, dim].
    A mono patch counts as two equal channels. `scale` is the root mean square of the fit part.
    """

    scale: torch.Tensor

    def __init__(self, bands: int = 64, width: int = 16, dim: int = 64, dropout: float = 0.3) -> None:
        super().__init__()
        self.register_buffer("scale", torch.ones(()))
        self.bank = nn.Sequential(
            SlowConv1d(gabor_filters(bands, _TAPS)[:, None].expand(-1, CHANNELS, -1) / CHANNELS, _STRIDE),
            nn.BatchNorm1d(bands),
            nn.ReLU(),
            nn.LPPool1d(2, 4),
            SlowConv1d(_means_of_bands(bands), 2),
            nn.ReLU(),
            nn.LPPool1d(2, 2),
        )
        self.level = nn.BatchNorm1d(bands)
        self.picture = nn.Sequential(
            conv_stage(1, width, 5),
            conv_stage(width, 2 * width, 3),
            conv_stage(2 * width, 4 * width, 3),
            nn.Dropout2d(dropout / 2),
        )
        self.fold = nn.Conv2d(4 * width, dim, (bands // 8, 1))
        self.out = nn.Sequential(nn.BatchNorm1d(2 * dim), nn.ReLU(), nn.Dropout(dropout), nn.Linear(2 * dim, dim))

    def standardise(self, patches: torch.Tensor) -> torch.Tensor:
        """Mu-law steps [P, 1 or 2, samples] -> float32 [P, 2, samples] of about unit loudness."""
        return expand_mu_law(patches).expand(-1, CHANNELS, -1) / self.scale

    def encode(self, standard: torch.Tensor) -> torch.Tensor:
        """Standardised samples [P, 2, samples] -> [P, dim]."""
        levels = self.level(torch.log(self.bank(standard) + _SILENCE))
        times = self.fold(self.picture(levels[:, None])).squeeze(2)
        pooled: torch.Tensor = self.out(torch.cat([times.mean(2), times.amax(2)], dim=1))
        return pooled

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        """Mu-law steps [P, 1 or 2, samples] -> [P, dim]."""
        return self.encode(self.standardise(patches))


def _means_of_bands(bands: int) -> torch.Tensor:
    """Filters [bands, bands, taps] that average each band over time, with a little of the others to learn from."""
    weight = torch.empty(bands, bands, _SMOOTH).uniform_(-1.0, 1.0) * 0.1 / math.sqrt(bands * _SMOOTH)
    weight[range(bands), range(bands)] += 1.0 / _SMOOTH
    return weight
