"""MFCC and their changes: the colour of the sound, and how it moves.

Coefficients are the orthonormal DCT of a log-mel spectrum in dB, as librosa's. It does not clip to the song's peak
(librosa's `top_db`), because the peak of a stream is not known until it ends; the recipe's floor does that work.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
# Frames of the regression that estimates a slope: four before, four after.
_REACH = 4


@lru_cache(maxsize=8)
def dct_weights(bands: int, count: int) -> Float:
    """The first `count` rows of the orthonormal DCT-II, as columns [bands, count]."""
    steps = (np.arange(bands) + 0.5)[:, None] * np.arange(count)[None, :]
    weights = np.cos(np.pi / bands * steps) * np.sqrt(2.0 / bands)
    weights[:, 0] *= np.sqrt(0.5)
    return np.asarray(weights, dtype=np.float32)


def mfcc(logmel_db: Float, count: int) -> Float:
    """Log-mel in dB [T, bands] -> coefficients [T, count]."""
    return logmel_db @ dct_weights(logmel_db.shape[1], count)


def slopes(values: Float) -> Float:
    """Least-squares slope over nine frames: [T, C] -> [max(T - 8, 0), C]; librosa's delta without its edges.

    Source: Furui, "Speaker-independent isolated word recognition using dynamic features", 1986.
    """
    inside = len(values) - 2 * _REACH
    if inside <= 0:
        return np.zeros((0, values.shape[1]), np.float32)
    out = np.zeros((inside, values.shape[1]), np.float32)
    for step in range(1, _REACH + 1):
        later, earlier = values[_REACH + step :][:inside], values[_REACH - step :][:inside]
        out += np.float32(step) * (later - earlier)
    return out / np.float32(2 * sum(step * step for step in range(1, _REACH + 1)))
