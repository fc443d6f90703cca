"""Loudness as people hear it: integrated loudness, loudness range, peak and crest, after EBU R128.

Source: ITU-R BS.1770-4 (K-weighting, gating) and EBU Tech 3342 (range). Peaks are of samples, not oversampled. Sound of
more than two channels was folded to two before, so surround weights are not known here.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from audiorec.features.descriptors.block_filter import STEP, BlockFilter, BlockResponse, block_response

Float = NDArray[np.float32]
SILENCE_LUFS = -70.0
_OFFSET = -0.691
# Blocks of 400 ms and of 3 s in steps of 100 ms.
_MOMENTARY, _SHORT = 4, 30


@dataclass(frozen=True)
class Loudness:
    """`integrated` in LUFS (-70 for silence), `range` in LU, `peak` and `crest` in dB."""

    integrated: float
    range: float
    peak: float
    crest: float


def k_weighting(rate: int) -> NDArray[np.float64]:
    """The two biquads of BS.1770 for any rate, as second-order sections [2, 6].

    Source: the analogue prototypes behind the standard's 48 kHz coefficients (shelf 1681.97 Hz, +4.0 dB, Q 0.7072;
    high-pass 38.135 Hz, Q 0.5003), mapped by the bilinear transform.
    """
    # A shelf that begins above half the rate is pushed to the edge, where it changes nothing.
    k = np.tan(np.pi * min(1681.974450955533 / rate, 0.49))
    q, high = 0.7071752369554196, 10.0 ** (3.999843853973347 / 20.0)
    middle, base = high**0.4996667741545416, 1.0 + k / q + k * k
    shelf = [
        *((high + middle * k / q + k * k) / base, 2.0 * (k * k - high) / base, (high - middle * k / q + k * k) / base),
        *(1.0, 2.0 * (k * k - 1.0) / base, (1.0 - k / q + k * k) / base),
    ]
    k, q = np.tan(np.pi * 38.13547087602444 / rate), 0.5003270373238773
    base = 1.0 + k / q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2.0 * (k * k - 1.0) / base, (1.0 - k / q + k * k) / base]
    return np.asarray([shelf, high_pass])


@lru_cache(maxsize=16)
def _weighting(rate: int) -> BlockResponse:
    """Kept by rate: made for each file it was a tenth of the time of a file of one second."""
    return block_response(k_weighting(rate))


class LoudnessMeter:
    """Takes sound in pieces, holds the K-weighted energy of every 100 ms (summed over channels) and the peak."""

    def __init__(self, rate: int, channels: int) -> None:
        self._filter = BlockFilter(_weighting(rate), channels)
        self._step = max(1, rate // 10)
        self._waiting = np.zeros((channels, 0), np.float32)
        self._energies: list[NDArray[np.float64]] = []
        self._begun, self._begun_samples = 0.0, 0
        self._peak, self._square, self._samples = 0.0, 0.0, 0

    def push(self, sound: Float) -> None:
        """Add sound [channels, n]."""
        if not sound.size:
            return
        self._peak = max(self._peak, float(sound.max()), -float(sound.min()))
        flat = sound.reshape(-1)
        self._square += float(np.dot(flat, flat))
        self._samples += flat.size
        whole = np.concatenate([self._waiting, sound], axis=1) if self._waiting.size else sound
        ready = whole.shape[1] // STEP * STEP
        self._waiting = whole[:, ready:]
        if ready:
            self._add(self._filter.push(whole[:, :ready]))

    def _add(self, weighted: Float) -> None:
        """Energies of weighted sound [channels, n]: the 100 ms that were begun, whole ones, and the next begun."""
        first = min(self._step - self._begun_samples, weighted.shape[1])
        self._begun += _energy(weighted[:, :first])
        self._begun_samples += first
        if self._begun_samples < self._step:
            return
        steps = (weighted.shape[1] - first) // self._step
        last = first + steps * self._step
        tiles = weighted[:, first:last].reshape(len(weighted), steps, self._step)
        inside = np.einsum("csn,csn->s", tiles, tiles).astype(np.float64)
        self._energies.append(np.concatenate([[self._begun], inside]) / self._step)
        self._begun, self._begun_samples = _energy(weighted[:, last:]), weighted.shape[1] - last

    def measure(self) -> Loudness:
        """The loudness of everything pushed so far."""
        energies = np.concatenate(self._energies) if self._energies else np.zeros(0)
        rms = np.sqrt(self._square / max(self._samples, 1))
        peak_db, rms_db = (20.0 * np.log10(max(value, 1e-5)) for value in (self._peak, float(rms)))
        return Loudness(integrated(energies), loudness_range(energies), peak_db, peak_db - rms_db)


def integrated(energies: NDArray[np.float64]) -> float:
    """Gated loudness of 100 ms energies [n] in LUFS: absolute gate at -70, relative gate 10 LU below the rest."""
    blocks = _windowed(energies, _MOMENTARY)
    audible = blocks[_lufs(blocks) > SILENCE_LUFS]
    if not len(audible):
        return SILENCE_LUFS
    gate = _lufs(audible.mean(keepdims=True)) - 10.0
    return float(_lufs(audible[_lufs(audible) > gate].mean(keepdims=True))[0])


def loudness_range(energies: NDArray[np.float64]) -> float:
    """Spread of the 3 s loudness in LU, from the 10th to the 95th percentile above a gate 20 LU below the mean."""
    blocks = _windowed(energies, _SHORT)
    audible = blocks[_lufs(blocks) > SILENCE_LUFS]
    if not len(audible):
        return 0.0
    levels = _lufs(audible)
    levels = levels[levels > _lufs(audible.mean(keepdims=True)) - 20.0]
    low, high = np.percentile(levels, [10.0, 95.0])
    return float(high - low)


def _windowed(energies: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """Means over `steps` neighbouring energies; what is shorter than one window counts as one window."""
    if not len(energies):
        return energies
    steps = min(steps, len(energies))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(energies, steps).mean(axis=1))


def _energy(weighted: Float) -> float:
    return float(np.square(weighted).sum(dtype=np.float64))


def _lufs(energies: NDArray[np.float64]) -> NDArray[np.float64]:
    return _OFFSET + 10.0 * np.log10(np.maximum(energies, 1e-12))
