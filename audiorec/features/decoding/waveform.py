"""Waveforms: folding to one or two channels, and changing the rate.

It does not decide which stretch is kept (`segments.py`) and does not decode.
"""

import numpy as np
import soxr
from numpy.typing import NDArray

Float = NDArray[np.float32]


def to_mono(sound: Float) -> Float:
    """Mean of one or two channels: [channels, n] -> [n]."""
    if len(sound) == 1:
        only: Float = sound[0]
        return only
    mixed: Float = sound[0] + sound[1]
    mixed *= np.float32(0.5)
    return mixed


def fold_to_stereo(sound: Float) -> Float:
    """Fold many channels: even ones to the left, odd ones to the right; one or two channels stay as they are."""
    if sound.shape[1] <= 2:
        return sound
    return np.stack([sound[:, 0::2].mean(axis=1), sound[:, 1::2].mean(axis=1)], axis=1)


class MonoResampler:
    """Takes sound in pieces, gives one channel at another rate."""

    def __init__(self, rate_from: int, rate_to: int) -> None:
        self._stream = (
            None if rate_from == rate_to else soxr.ResampleStream(rate_from, rate_to, 1, dtype="float32", quality="HQ")
        )

    def push(self, sound: Float, *, is_last: bool = False) -> Float:
        """Sound [channels, n] -> samples [m] that are ready; `is_last` flushes."""
        mono = to_mono(sound)
        if self._stream is None:
            return mono
        return np.asarray(self._stream.resample_chunk(mono, last=is_last), dtype=np.float32)


def stretch(sound: Float, rate_from: int, rate_to: int, samples: int) -> Float:
    """A stretch of sound [n, channels] as two channels of exactly `samples` at another rate: [2, samples]."""
    changed = soxr.resample(sound, rate_from, rate_to, "HQ") if rate_from != rate_to else sound
    out = np.zeros((2, samples), np.float32)
    kept = min(samples, len(changed))
    out[:, :kept] = changed[:kept].T
    return out
