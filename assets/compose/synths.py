"""Subtractive and chip instruments: leads, basses, arpeggios, wide pads.

Every function is an Instrument (see score). It does not know the mix.
"""

import numpy as np

from assets.compose import tones


def chip_lead(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A quarter-duty rectangle with late vibrato."""
    env = tones.envelope(seconds, 0.004, 0.25, 0.65, 0.05)
    moving = tones.vibrato(frequency, len(env), 6.0, 22.0, 0.15)
    return velocity * env * tones.pulse(moving, len(env), 0.25)


def chip_arp(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A thin eighth-duty rectangle, short."""
    env = tones.envelope(seconds, 0.002, 0.07, 0.25, 0.03)
    return velocity * env * tones.pulse(frequency, len(env), 0.125)


def chip_bass(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """The stepped triangle of the old consoles."""
    env = tones.envelope(seconds, 0.003, 0.3, 0.8, 0.03)
    return 1.2 * velocity * env * tones.triangle(frequency, len(env))


def soft_saw(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A mellow lead: two saws through a filter that closes."""
    env = tones.envelope(seconds, 0.012, 0.3, 0.7, 0.12)
    size = len(env)
    moving = tones.vibrato(frequency, size, 5.0, 14.0, 0.2)
    raw = 0.5 * tones.saw(moving * 0.9978, size) + 0.5 * tones.saw(moving * 1.0022, size, 0.3)
    bright, dark = tones.lowpass(raw, 3800.0), tones.lowpass(raw, 1100.0)
    closing = np.exp(-np.arange(size) / (0.25 * tones.RATE))
    return velocity * env * (dark + closing * (bright - dark))


def super_saw(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """Five detuned saws: the big lead of trance."""
    env = tones.envelope(seconds, 0.008, 0.5, 0.75, 0.15)
    cents = (-13.0, -6.0, 0.0, 7.0, 12.0)
    raw = sum(tones.saw(frequency * 2 ** (c / 1200), len(env), float(rng.random())) for c in cents)
    return 0.35 * velocity * env * tones.lowpass(np.asarray(raw), 7000.0)


def saw_bass(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A saw and its sub octave, plucked by the filter."""
    env = tones.envelope(seconds, 0.004, 0.2, 0.6, 0.04)
    size = len(env)
    raw = 0.7 * tones.saw(frequency, size) + 0.6 * tones.sine(frequency, size)
    bright, dark = tones.lowpass(raw, 1800.0), tones.lowpass(raw, 350.0)
    closing = np.exp(-np.arange(size) / (0.09 * tones.RATE))
    return velocity * env * (dark + closing * (bright - dark))


def warm_pad(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """Slow detuned saws under a low filter."""
    env = tones.envelope(seconds, min(0.9, 0.4 * seconds), 2.0, 0.9, 1.4)
    cents = (-7.0, 0.0, 6.0)
    raw = sum(tones.saw(frequency * 2 ** (c / 1200), len(env), float(rng.random())) for c in cents)
    return 0.3 * velocity * env * tones.lowpass(np.asarray(raw), min(900.0, 4.0 * frequency))


def gate_pad(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A brighter pad for dance chords, with a quick start."""
    env = tones.envelope(seconds, 0.01, 0.4, 0.7, 0.1)
    cents = (-9.0, 0.0, 9.0)
    raw = sum(tones.saw(frequency * 2 ** (c / 1200), len(env), float(rng.random())) for c in cents)
    return 0.3 * velocity * env * tones.lowpass(np.asarray(raw), 2600.0)
