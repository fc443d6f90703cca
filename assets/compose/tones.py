"""Oscillators, envelopes and filters: the raw material of the subtractive instruments.

All arrays are float64 at score.RATE. It does not know notes, only frequencies and lengths.
"""

import numpy as np
from scipy import signal

from assets.compose.score import RATE


def count(seconds: float) -> int:
    """How many samples a time lasts; at least one."""
    return max(1, round(seconds * RATE))


def envelope(seconds: float, attack: float, decay: float, sustain: float, release: float) -> np.ndarray:
    """Linear attack, exponential decay to `sustain`, exponential release after `seconds`."""
    held, tail = count(seconds), count(release)
    time = np.arange(held) / RATE
    body = np.minimum(1.0, time / max(attack, 1e-4))
    after = np.maximum(0.0, time - attack)
    body *= sustain + (1.0 - sustain) * np.exp(-after / max(decay, 1e-4))
    fall = body[-1] * np.exp(-5.0 * np.arange(tail) / tail)
    return np.concatenate([body, fall * np.linspace(1.0, 0.0, tail)])


def phase(frequency: float | np.ndarray, samples: int) -> np.ndarray:
    """The phase in turns, from 0 on, of a constant or moving frequency."""
    steps = np.broadcast_to(np.asarray(frequency, dtype=float) / RATE, (samples,))
    return np.cumsum(steps) - steps[0]


def sine(frequency: float | np.ndarray, samples: int) -> np.ndarray:
    """A sine wave."""
    return np.sin(2.0 * np.pi * phase(frequency, samples))


def _blep(turns: np.ndarray, step: np.ndarray) -> np.ndarray:
    """The polynomial that rounds off a jump at each turn's start, so that a saw does not alias."""
    low = turns < step
    high = turns > 1.0 - step
    rise = turns / step
    fall = (turns - 1.0) / step
    return np.where(low, 2 * rise - rise**2 - 1.0, 0.0) + np.where(high, fall**2 + 2 * fall + 1.0, 0.0)


def saw(frequency: float | np.ndarray, samples: int, start: float = 0.0) -> np.ndarray:
    """A band-limited sawtooth (PolyBLEP, Valimaki and Huovilainen 2007)."""
    step = np.broadcast_to(np.asarray(frequency, dtype=float) / RATE, (samples,))
    turns = (phase(frequency, samples) + start) % 1.0
    return 2.0 * turns - 1.0 - _blep(turns, step)


def pulse(frequency: float | np.ndarray, samples: int, duty: float) -> np.ndarray:
    """A band-limited rectangle: the difference of two saws."""
    return 0.5 * (saw(frequency, samples) - saw(frequency, samples, 1.0 - duty))


def triangle(frequency: float, samples: int) -> np.ndarray:
    """A triangle in sixteen steps, as the sound chips of the eighties made it."""
    turns = phase(frequency, samples) % 1.0
    return np.round((4.0 * np.abs(turns - 0.5) - 1.0) * 8.0) / 8.0


def lowpass(sound: np.ndarray, cutoff: float, order: int = 2) -> np.ndarray:
    """Butterworth low-pass along the last axis, cutoff in Hz."""
    sections = signal.butter(order, min(cutoff, 0.45 * RATE), "low", fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sections, sound, axis=-1))


def highpass(sound: np.ndarray, cutoff: float, order: int = 2) -> np.ndarray:
    """Butterworth high-pass along the last axis, cutoff in Hz."""
    sections = signal.butter(order, cutoff, "high", fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sections, sound, axis=-1))


def bandpass(sound: np.ndarray, low: float, high: float, order: int = 2) -> np.ndarray:
    """Butterworth band-pass along the last axis, edges in Hz."""
    sections = signal.butter(order, (low, min(high, 0.45 * RATE)), "band", fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sections, sound, axis=-1))


def vibrato(frequency: float, samples: int, rate: float, cents: float, delay: float) -> np.ndarray:
    """A frequency that begins to waver after `delay` seconds; rate in Hz, depth in cents."""
    time = np.arange(samples) / RATE
    depth = cents * np.clip((time - delay) / 0.3, 0.0, 1.0)
    return np.asarray(frequency * 2.0 ** (depth * np.sin(2.0 * np.pi * rate * time) / 1200.0))
