"""Power spectra and the linear banks on top of them: one STFT that all descriptors share.

Everything works on blocks of frames in float32 that fit the cache. It does not know songs: `frames.py` cuts the sound.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

Float = NDArray[np.float32]

# Frames a block: 64 x 1025 float32 is 256 KiB, about half of a common L2 cache.
BLOCK = 64
# Frames a transform: windowed sound and complex spectra of 64 fall out of the cache (4.4 instead of 2.9 us a frame).
_FFT_TILE = 32


@lru_cache(maxsize=8)
def hann(size: int) -> Float:
    """Periodic Hann window [size]."""
    steps = np.arange(size, dtype=np.float64)
    return (0.5 - 0.5 * np.cos(2 * np.pi * steps / size)).astype(np.float32)


def power_spectra(frames: Float) -> Float:
    """Squared magnitudes of Hann-windowed frames: [T, n_fft] -> [T, n_fft / 2 + 1]."""
    power = np.empty((len(frames), frames.shape[1] // 2 + 1), np.float32)
    for first in range(0, len(frames), _FFT_TILE):
        tile = slice(first, first + _FFT_TILE)
        spectra = scipy.fft.rfft(frames[tile] * hann(frames.shape[1]), axis=1, overwrite_x=True)
        parts = spectra.view(np.float32).reshape(len(spectra), -1, 2)
        np.square(parts, out=parts)
        np.add(parts[..., 0], parts[..., 1], out=power[tile])
    return power


def bin_hz(rate: int, n_fft: int) -> NDArray[np.float64]:
    """Centre frequency of every bin [n_fft / 2 + 1]."""
    return np.arange(n_fft // 2 + 1, dtype=np.float64) * (rate / n_fft)


def mel_from_hz(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's mel scale: linear to 1 kHz (200/3 Hz a mel), logarithmic above (27 mels for a factor of 6.4)."""
    log_step = np.log(6.4) / 27.0
    return np.where(hz < 1000.0, hz * 3 / 200.0, 15.0 + np.log(np.maximum(hz, 1.0) / 1000.0) / log_step)


def hz_from_mel(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `mel_from_hz`."""
    return np.where(mel < 15.0, mel * 200.0 / 3, 1000.0 * np.exp((mel - 15.0) * np.log(6.4) / 27.0))


def mel_weights(rate: int, n_fft: int, bands: int) -> Float:
    """Triangles of equal area on Slaney's mel scale from 0 Hz to half the rate: [bins, bands]."""
    top = mel_from_hz(np.asarray(rate / 2.0))
    edges = hz_from_mel(np.linspace(0.0, float(top), bands + 2))
    hz = bin_hz(rate, n_fft)[:, None]
    rising = (hz - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - hz) / np.diff(edges)[1:]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * (2.0 / (edges[2:] - edges[:-2]))).astype(np.float32)


@dataclass(frozen=True)
class BandedBank:
    """A bank whose columns are narrow and rise with frequency, cut into dense tiles: 8x less work than one product."""

    tiles: tuple[tuple[int, int, int, int, Float], ...]  # (bin from, bin to, band from, band to, weights)
    bands: int

    def apply(self, power: Float) -> Float:
        """[T, bins] -> [T, bands]."""
        out = np.empty((len(power), self.bands), np.float32)
        for low, high, first, last, weights in self.tiles:
            np.matmul(power[:, low:high], weights, out=out[:, first:last])
        return out


@lru_cache(maxsize=8)
def mel_bank(rate: int, n_fft: int, bands: int, tile: int = 16) -> BandedBank:
    """The mel weights as tiles of `tile` bands."""
    weights = mel_weights(rate, n_fft, bands)
    tiles = []
    for first in range(0, bands, tile):
        part = weights[:, first : first + tile]
        used = np.flatnonzero(part.any(axis=1))
        low, high = (int(used[0]), int(used[-1]) + 1) if len(used) else (0, 1)
        tiles.append((low, high, first, first + part.shape[1], np.ascontiguousarray(part[low:high])))
    return BandedBank(tuple(tiles), bands)


def to_db(power: Float, floor_db: float = -100.0) -> Float:
    """10 log10 of a power, never below `floor_db`."""
    least = np.float32(10.0 ** (floor_db / 10.0))
    logs = np.log10(np.maximum(power, least))
    return np.multiply(logs, np.float32(10.0), out=logs)
