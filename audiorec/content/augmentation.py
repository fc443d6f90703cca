"""Augmentation of patches on the device: shift in time, gain, SpecAugment, mixup; what a song stays the same under.

Everything is drawn for the whole batch at once from the given generator. Source of the masks: Park et al. 2019,
"SpecAugment"; of mixup: Zhang et al. 2018.
"""

import torch

from audiorec.content import augmentation
from audiorec.content.spectrogram_cnn import SpectrogramCnn
from audiorec.content.waveform_cnn import WaveformCnn


def crop(patches: torch.Tensor, length: int, rng: torch.Generator) -> torch.Tensor:
    """A random stretch of `length` along the last axis, one place for the whole batch: [..., T] -> [..., length]."""
    room = patches.shape[-1] - length
    if room <= 0:
        return patches
    start = int(torch.randint(room + 1, (), generator=rng))
    return patches[..., start : start + length]


def mask_bands_and_frames(patches: torch.Tensor, rng: torch.Generator, widest: float = 0.15) -> torch.Tensor:
    """One stripe of bands and one of frames set to the mean (0), each up to `widest` of its axis: [P, bands, T]."""
    for axis in (1, 2):
        size = patches.shape[axis]
        width = torch.rand(len(patches), 1, generator=rng) * widest * size
        start = torch.rand(len(patches), 1, generator=rng) * (size - width)
        place = torch.arange(size)[None]
        hidden = ((place >= start) & (place < start + width)).to(patches.device)
        patches = patches.masked_fill(hidden[:, :, None] if axis == 1 else hidden[:, None, :], 0.0)
    return patches


def gain(patches: torch.Tensor, rng: torch.Generator, spread: float = 0.2) -> torch.Tensor:
    """Louder or softer: log-mel in standard scores moves by a number of its own for each patch."""
    change = torch.randn(len(patches), generator=rng).to(patches.device) * spread
    return patches + change.view(-1, *([1] * (patches.dim() - 1)))


def loudness(samples: torch.Tensor, rng: torch.Generator, spread_db: float = 3.0) -> torch.Tensor:
    """The same for waveforms, by a factor, and a random sign: [P, channels, samples]."""
    factor = 10.0 ** (torch.randn(len(samples), generator=rng) * spread_db / 20.0)
    sign = torch.where(torch.rand(len(samples), generator=rng) < 0.5, -1.0, 1.0)
    return samples * (factor * sign).to(samples.device)[:, None, None]


def uphill(patches: torch.Tensor, loss: torch.Tensor, size: float) -> torch.Tensor:
    """Patches moved by `size` in every cell in which the loss has a slope, the way it grows: the worst small change.

    The fast gradient sign method, Goodfellow, Shlens and Szegedy 2015, section 4; the graph of the loss is kept.
    """
    (slope,) = torch.autograd.grad(loss, patches, retain_graph=True)
    return patches.detach() + size * slope.sign()


def altered(
    net: SpectrogramCnn | WaveformCnn, patches: torch.Tensor, frames: int, samples: int, rng: torch.Generator
) -> torch.Tensor:
    """Stored patches [P, ...] -> what `net.encode` takes; `frames` or `samples` of each patch are kept, by view."""
    if isinstance(net, SpectrogramCnn):
        standard = net.standardise(augmentation.crop(patches, frames, rng))
        return augmentation.mask_bands_and_frames(augmentation.gain(standard, rng), rng)
    return augmentation.loudness(net.standardise(augmentation.crop(patches, samples, rng)), rng)
