"""The shape of a spectrum: centroid, bandwidth, roll-off, flatness, octave contrast. One value a frame.

Definitions and parameters are librosa's (centroid, bandwidth, roll-off and contrast on magnitudes, flatness on powers),
so numbers compare. It does not know where frames come from.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from audiorec.features.descriptors.spectra import bin_hz, to_db

Float = NDArray[np.float32]
ROLLOFF_SHARE = 0.85
# Octaves of the contrast: below 200 Hz, then six octaves up; peaks and valleys are the outer 2 % of a band's bins.
_CONTRAST_LOW, _CONTRAST_BANDS, _CONTRAST_SHARE = 200.0, 6, 0.02
_FLATNESS_LEAST = np.float32(1e-10)
# Bins that the roll-off looks at together first.
_GROUP = 32


@dataclass(frozen=True)
class ShapeBank:
    """What the descriptors need to know of the bins."""

    hz: Float
    moments: Float  # [bins, 3]: 1, f, f^2 with f centred and scaled so that float32 keeps its digits
    centre: float
    scale: float
    octaves: tuple[tuple[int, int, int], ...]  # (bin from, bin to, bins that make a peak or a valley)


@lru_cache(maxsize=8)
def shape_bank(rate: int, n_fft: int) -> ShapeBank:
    """The bank for spectra of `n_fft` samples at `rate`."""
    hz = bin_hz(rate, n_fft)
    centre, scale = rate / 8.0, rate / 4.0
    scaled = (hz - centre) / scale
    moments = np.stack([np.ones_like(scaled), scaled, scaled**2], axis=1)
    return ShapeBank(hz.astype(np.float32), moments.astype(np.float32), centre, scale, _octaves(hz))


def _octaves(hz: NDArray[np.float64]) -> tuple[tuple[int, int, int], ...]:
    edges = [0.0, *(_CONTRAST_LOW * 2.0**octave for octave in range(_CONTRAST_BANDS + 1))]
    bands = []
    for number, (low, high) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        inside = np.flatnonzero((hz >= low) & (hz <= high))
        if not len(inside):
            break  # a low analysis rate has fewer octaves
        is_last = number == _CONTRAST_BANDS or high >= hz[-1]
        first = int(inside[0]) - (number > 0)
        last = len(hz) if is_last else int(inside[-1])
        counted = (len(hz) if is_last else int(inside[-1]) + 1) - first
        bands.append((first, last, max(1, int(np.rint(_CONTRAST_SHARE * counted)))))
        if is_last:
            break
    return tuple(bands)


def centroid_and_bandwidth(magnitude: Float, bank: ShapeBank) -> tuple[Float, Float]:
    """Mean and standard deviation of frequency under the spectrum, in Hz: [T, bins] -> [T], [T]; 0 for silence."""
    sums = magnitude @ bank.moments
    total = np.maximum(sums[:, 0], np.finfo(np.float32).tiny)
    mean, square = sums[:, 1] / total, sums[:, 2] / total
    is_sound = sums[:, 0] > 0
    centroid = (mean * bank.scale + bank.centre) * is_sound
    bandwidth = np.sqrt(np.maximum(square - mean * mean, 0.0)) * bank.scale * is_sound
    return centroid.astype(np.float32), bandwidth.astype(np.float32)


def rolloff(magnitude: Float, bank: ShapeBank) -> Float:
    """Frequency in Hz below which 85 % of the magnitude lies: [T, bins] -> [T].

    First the group of bins in which that happens, then the bin: running sums over all bins take 2.5 times as long.
    """
    grouped = len(bank.hz) // _GROUP * _GROUP
    tiles = magnitude[:, :grouped].reshape(len(magnitude), -1, _GROUP)
    reached = np.cumsum(np.einsum("tgi->tg", tiles), axis=1)
    total = reached[:, -1] + magnitude[:, grouped:].sum(axis=1)
    missing = np.float32(ROLLOFF_SHARE) * total
    group = np.minimum((reached < missing[:, None]).sum(axis=1), reached.shape[1] - 1)
    rows = np.arange(len(magnitude))
    missing -= np.where(group > 0, reached[rows, group - 1], np.float32(0.0))
    bins = np.minimum(group[:, None] * _GROUP + np.arange(_GROUP + 1), len(bank.hz) - 1)
    inside = np.cumsum(magnitude[rows[:, None], bins], axis=1) >= missing[:, None]
    return np.asarray(bank.hz[bins[rows, inside.argmax(axis=1)]])


def flatness(power: Float) -> Float:
    """Geometric over arithmetic mean of the power: [T, bins] -> [T]; 1 for white noise and silence, 0 for a tone."""
    floored = np.maximum(power, _FLATNESS_LEAST)
    arithmetic = np.einsum("tb->t", floored) / floored.shape[1]
    # The product of three powers stays inside float32, and a third of the logarithms is enough.
    third = floored.shape[1] // 3
    triples = floored[:, :third] * floored[:, third : 2 * third]
    triples *= floored[:, 2 * third : 3 * third]
    logs = np.einsum("tb->t", np.log(triples, out=triples)) + np.log(floored[:, 3 * third :]).sum(axis=1)
    return np.asarray(np.exp(logs / floored.shape[1]) / arithmetic)


def contrast(magnitude: Float, bank: ShapeBank) -> Float:
    """Peak over valley of every octave in dB: [T, bins] -> [T, octaves]."""
    peaks = np.empty((len(magnitude), len(bank.octaves)), np.float32)
    valleys = np.empty_like(peaks)
    for column, (low, high, count) in enumerate(bank.octaves):
        band = magnitude[:, low:high]
        if count == 1:
            peaks[:, column], valleys[:, column] = band.max(axis=1), band.min(axis=1)
        else:
            # Sorting whole rows beats numpy's partition here: the sort is vectorised.
            ordered = np.sort(band, axis=1)
            peaks[:, column] = np.einsum("tb->t", ordered[:, -count:]) / count
            valleys[:, column] = np.einsum("tb->t", ordered[:, :count]) / count
    return to_db(peaks) - to_db(valleys)
