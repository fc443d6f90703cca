"""What a training step sees of stored patches: a random stretch, standardised, a little louder or softer, masked."""

import torch

from audiorec.models.spectrogram_cnn import SpectrogramCnn
from audiorec.models.waveform_cnn import WaveformCnn
from audiorec.training import augmentation


def altered(
    net: SpectrogramCnn | WaveformCnn, patches: torch.Tensor, frames: int, samples: int, rng: torch.Generator
) -> torch.Tensor:
    """Stored patches [P, ...] -> what `net.encode` takes; `frames` or `samples` of each patch are kept, by view."""
    if isinstance(net, SpectrogramCnn):
        standard = net.standardise(augmentation.crop(patches, frames, rng))
        return augmentation.mask_bands_and_frames(augmentation.gain(standard, rng), rng)
    return augmentation.loudness(net.standardise(augmentation.crop(patches, samples, rng)), rng)
