"""From a log-mel patch back to sound: the mel bands are spread over the bins, and a phase is found that fits.

The phase is Griffin and Lim's (1984), with the momentum of Perraudin et al. 2013. What the mel bands have blurred stays
blurred: it is for hearing what a patch is about, not for music.
"""

from pathlib import Path

import numpy as np
import soundfile
import torch
import torchaudio
from numpy.typing import NDArray

from audiorec.features.descriptors.spectra import mel_weights
from audiorec.features.recipe import FeatureRecipe

PEAK = 0.8


@torch.random.fork_rng()
def to_sound(patch: NDArray[np.uint8], recipe: FeatureRecipe, seed: int, iterations: int = 64) -> NDArray[np.float32]:
    """Stored log-mel uint8 [bands, frames] -> samples float32 [n] at the recipe's rate, the loudest at 0.8."""
    decibels = recipe.logmel_offset + recipe.logmel_scale * patch.astype(np.float64)
    mel = np.where(patch > 0, 10.0 ** (decibels / 10.0), 0.0)
    weights = mel_weights(recipe.sample_rate, recipe.n_fft, recipe.bands).astype(np.float64)
    # Each band's power is shared out to its bins as its triangle does; a least-squares inverse would ring below zero.
    shares = weights / np.maximum((weights**2).sum(axis=0, keepdims=True), 1e-12)
    power = torch.from_numpy((shares @ mel).astype(np.float32))
    torch.manual_seed(seed)
    griffin_lim = torchaudio.transforms.GriffinLim(
        recipe.n_fft, n_iter=iterations, hop_length=recipe.hop, power=2.0, momentum=0.9
    )
    sound = griffin_lim(power).numpy()
    return np.asarray(PEAK * sound / max(float(np.abs(sound).max()), 1e-9), dtype=np.float32)


def write_sounds(path: Path, sounds: list[NDArray[np.float32]], rate: int) -> None:
    """Write sounds one after the other, a third of a second of silence between them."""
    gap = np.zeros(rate // 3, dtype=np.float32)
    pieces = [piece for sound in sounds for piece in (sound, gap)]
    soundfile.write(path, np.concatenate(pieces), rate)
