"""Rhythm from the mel flux: onset strength, tempo, beat strength, onset rate.

The flux is the mean rise of the log-mel bands from one frame to the next, so it costs nothing beside the spectra. Tempo
is one number a song: the best pulse of the windowed autocorrelation; it does not track beats or changes of tempo.
"""

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d

Float = NDArray[np.float32]
# Autocorrelation windows of about 12 s at 43 frames a second: several bars of the slowest music.
_WINDOW, _STEP = 512, 256
_BPM = np.geomspace(40.0, 240.0, 480)
# Listeners tap near 120 bpm; source of the log-normal: Moelants, "Preferred tempo reconsidered", 2002.
_PREFERRED_BPM, _PREFERRED_OCTAVES = 120.0, 0.9
# A pulse is looked for at its first multiples, which also sharpens the tempo.
_MULTIPLES = 4
HISTOGRAM_BPM = (40.0, 60.0, 80.0, 100.0, 120.0, 140.0, 160.0, 190.0, 240.0)


@dataclass(frozen=True)
class Rhythm:
    """`tempo` in bpm (0 when nothing pulses), `beat_strength` 0..1, `onset_rate` a second, `pulses` by tempo band."""

    tempo: float
    beat_strength: float
    onset_rate: float
    pulses: NDArray[np.float64]


def flux(logmel_db: Float, before: Float | None) -> Float:
    """Mean rise over the bands: [T, bands] -> [T]; `before` is the frame ahead of the first (None: rise 0)."""
    rises = np.empty_like(logmel_db)
    np.subtract(logmel_db[0], logmel_db[0] if before is None else before, out=rises[0])
    np.subtract(logmel_db[1:], logmel_db[:-1], out=rises[1:])
    rising = np.einsum("tb->t", np.maximum(rises, 0.0, out=rises))
    return np.asarray(rising / np.float32(rises.shape[1]))


def describe_rhythm(flux_values: Float, frames_a_second: float) -> Rhythm:
    """Tempo, beat strength and onset rate of a song's flux [T]."""
    pulse = autocorrelation(flux_values)
    lags = 60.0 * frames_a_second / _BPM
    strength = _comb(pulse, lags)
    prior = np.exp(-0.5 * (np.log2(_BPM / _PREFERRED_BPM) / _PREFERRED_OCTAVES) ** 2)
    best = int(np.argmax(strength * prior))
    tempo = float(_BPM[best]) if strength[best] > 0.01 else 0.0
    bands = np.digitize(_BPM, HISTOGRAM_BPM[1:-1])
    pulses = np.array([strength[bands == band].max() for band in range(len(HISTOGRAM_BPM) - 1)])
    seconds = max(len(flux_values) / frames_a_second, 1e-9)
    rate = len(onsets(flux_values, frames_a_second)) / seconds
    return Rhythm(tempo, float(max(strength[best], 0.0)), rate, pulses)


def autocorrelation(flux_values: Float) -> NDArray[np.float64]:
    """Mean normalised autocorrelation of windows of a flux: [T] -> [512] (lag 0 is 1, or all 0 for a flat flux)."""
    padded = np.pad(flux_values.astype(np.float64), (0, max(0, _WINDOW - len(flux_values))))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_STEP]
    # Accents matter more than their size; the root tames single loud hits.
    rooted = np.sqrt(windows)
    centred = (rooted - rooted.mean(axis=1, keepdims=True)) * np.hanning(_WINDOW)
    spectra = scipy.fft.rfft(centred, n=2 * _WINDOW, axis=1)
    raw = scipy.fft.irfft(np.square(np.abs(spectra)), axis=1)[:, :_WINDOW].mean(axis=0)
    if raw[0] <= 1e-9:
        return np.zeros(_WINDOW)
    shrinking = scipy.fft.irfft(np.square(np.abs(scipy.fft.rfft(np.hanning(_WINDOW), n=2 * _WINDOW))))[:_WINDOW]
    correlation: NDArray[np.float64] = raw / raw[0] / np.maximum(shrinking / shrinking[0], 0.05)
    return correlation


def onsets(flux_values: Float, frames_a_second: float) -> NDArray[np.int64]:
    """Frames where the flux peaks: a maximum within 30 ms that stands out of the second around it."""
    reach = max(1, round(0.03 * frames_a_second))
    peak = maximum_filter1d(flux_values, 2 * reach + 1, mode="nearest")
    around = uniform_filter1d(flux_values, max(3, round(frames_a_second)), mode="nearest")
    found = np.flatnonzero((flux_values >= peak) & (flux_values > 1.2 * around + 0.5))
    gaps = np.diff(found, prepend=-reach - 1)
    return found[gaps > reach].astype(np.int64)


def _comb(pulse: NDArray[np.float64], lags: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean autocorrelation at the first multiples of each lag, those that the window still measures well."""
    total, count = np.zeros(len(lags)), np.zeros(len(lags))
    places = np.arange(len(pulse))
    for multiple in range(1, _MULTIPLES + 1):
        inside = lags * multiple < 0.6 * len(pulse)
        total += np.interp(lags * multiple, places, pulse) * inside
        count += inside
    return total / np.maximum(count, 1)
