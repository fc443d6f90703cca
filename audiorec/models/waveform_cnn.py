"""The 1-D network: a stretch of waveform -> an embedding.

The first half works on samples (strided convolutions and power-average pooling, a learned filter bank); a reshape then
turns its channels into the bands of a picture, and the second half works on that picture. Source: SPEC E, task T1;
the reshape is that of EnvNet (Tokozume & Harada 2017). It does not know songs.
"""

import math

import torch
from torch import nn

from audiorec.models.spectrogram_cnn import conv_stage

CHANNELS = 2


def expand_mu_law(steps: torch.Tensor) -> torch.Tensor:
    """8-bit mu-law steps -> samples in [-1, 1] (ITU-T G.711, mu = 255; 128 is silence)."""
    signal = (steps.float() - 128.0) / 127.0
    return torch.sign(signal) * torch.expm1(signal.abs() * math.log(256.0)) / 255.0


class WaveformCnn(nn.Module):
    """Mu-law waveforms -> embeddings.

    Shape:
        input: uint8 [P, 1 or 2, samples], at least 4,096 samples; output: float32 [P, dim].
    A mono patch counts as two equal channels. `scale` is the root mean square of the fit part.
    """

    scale: torch.Tensor

    def __init__(self, bands: int = 32, width: int = 16, dim: int = 64, dropout: float = 0.3) -> None:
        super().__init__()
        self.register_buffer("scale", torch.ones(()))
        self.bank = nn.Sequential(
            nn.Conv1d(CHANNELS, bands, 64, stride=8, padding=32, bias=False),
            nn.BatchNorm1d(bands),
            nn.ReLU(),
            nn.LPPool1d(2, 4),
            nn.Conv1d(bands, 2 * bands, 8, stride=2, padding=4, bias=False),
            nn.BatchNorm1d(2 * bands),
            nn.ReLU(),
            nn.LPPool1d(2, 2),
        )
        self.picture = nn.Sequential(
            conv_stage(1, width, 5), conv_stage(width, 2 * width, 3), nn.Dropout2d(dropout / 2)
        )
        self.fold = nn.Conv2d(2 * width, dim, (bands // 2, 1))
        self.out = nn.Sequential(nn.BatchNorm1d(2 * dim), nn.ReLU(), nn.Dropout(dropout), nn.Linear(2 * dim, dim))

    def standardise(self, patches: torch.Tensor) -> torch.Tensor:
        """Mu-law steps [P, 1 or 2, samples] -> float32 [P, 2, samples] of about unit loudness."""
        return expand_mu_law(patches).expand(-1, CHANNELS, -1) / self.scale

    def encode(self, standard: torch.Tensor) -> torch.Tensor:
        """Standardised samples [P, 2, samples] -> [P, dim]."""
        filtered = self.bank(standard)
        maps = self.picture(torch.log1p(filtered)[:, None])
        times = self.fold(maps).squeeze(2)
        pooled: torch.Tensor = self.out(torch.cat([times.mean(2), times.amax(2)], dim=1))
        return pooled

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        """Mu-law steps [P, 1 or 2, samples] -> [P, dim]."""
        return self.encode(self.standardise(patches))
