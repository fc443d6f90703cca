"""Chroma, and from its mean over a song the key and the mode.

Chroma folds a power spectrum onto twelve pitch classes (C first), librosa's bank with A at 440 Hz. The key is the best
of 24 rotated profiles; it does not follow modulations within a song, and knows major and minor only.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
PITCHES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
# Bins are weighted by a Gaussian around this octave (counted from 27.5 Hz = 0), this many octaves wide.
_CENTRE_OCTAVE, _OCTAVE_WIDTH = 5.0, 2.0
# How well each degree fits a key, by listeners. Source: Krumhansl and Kessler, "Tracing the dynamic changes in
# perceived tonal organization in a spatial representation of musical keys", 1982.
_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


@dataclass(frozen=True)
class Key:
    """The best key: `tonic` 0..11 from C, the correlation of its profile, and how far minor is ahead of major."""

    tonic: int
    is_minor: bool
    fit: float
    minor_lead: float

    @property
    def name(self) -> str:
        """Such as `A minor`."""
        return f"{PITCHES[self.tonic]} {'minor' if self.is_minor else 'major'}"


@lru_cache(maxsize=8)
def chroma_weights(rate: int, n_fft: int) -> Float:
    """How much every bin belongs to every pitch class: [bins, 12]."""
    hz = np.arange(1, n_fft) * (rate / n_fft)
    classes = 12.0 * np.log2(hz / (440.0 / 16.0))
    # The lowest bin has no logarithm: it is put an octave and a half below its neighbour.
    classes = np.concatenate([[classes[0] - 18.0], classes])
    width = np.concatenate([np.maximum(np.diff(classes), 1.0), [1.0]])
    distance = np.remainder(classes[None, :] - np.arange(12)[:, None] + 6.0 + 120.0, 12.0) - 6.0
    weights = np.exp(-0.5 * (2.0 * distance / width) ** 2)
    weights /= np.sqrt((weights**2).sum(axis=0, keepdims=True))
    weights *= np.exp(-0.5 * ((classes / 12.0 - _CENTRE_OCTAVE) / _OCTAVE_WIDTH) ** 2)
    from_c = np.roll(weights, -3, axis=0)
    return np.ascontiguousarray(from_c[:, : n_fft // 2 + 1].T).astype(np.float32)


def chroma(power: Float, rate: int) -> Float:
    """Power spectra [T, bins] -> pitch classes [T, 12], the strongest of a frame is 1 (a silent frame is all 0)."""
    folded = power @ chroma_weights(rate, 2 * (power.shape[1] - 1))
    peak = folded.max(axis=1, keepdims=True)
    loudest = np.where(peak > np.finfo(np.float32).tiny, peak, np.float32(1.0)).astype(np.float32)
    return np.asarray(folded / loudest)


def find_key(mean_chroma: NDArray[np.floating]) -> Key:
    """The key whose profile correlates best with a song's mean chroma [12]; a flat chroma gives fit 0."""
    if float(np.ptp(mean_chroma)) < 1e-9:
        return Key(0, False, 0.0, 0.0)
    fits = np.stack([_rotated_fits(mean_chroma, _MAJOR), _rotated_fits(mean_chroma, _MINOR)])
    mode, tonic = np.unravel_index(int(fits.argmax()), fits.shape)
    lead = float(fits[1].max() - fits[0].max())
    return Key(int(tonic), bool(mode == 1), float(fits[mode, tonic]), lead)


def _rotated_fits(mean_chroma: NDArray[np.floating], profile: tuple[float, ...]) -> NDArray[np.float64]:
    rotated = np.asarray(profile)[(np.arange(12) - np.arange(12)[:, None]) % 12]
    return np.asarray(np.corrcoef(np.asarray(mean_chroma, np.float64), rotated)[0, 1:])
