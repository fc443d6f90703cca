"""Plucked strings: a burst of noise in a loop that loses its brightness (Karplus and Strong 1983).

Every public function but `string` is an Instrument (see score).
"""

import numpy as np

from assets.compose import tones


def string(frequency: float, samples: int, burst: np.ndarray, loss: float, blend: float) -> np.ndarray:
    """A loop of the string's period. burst: the first period's noise; loss: gain a turn; blend: 0 bright, 0.5 dark."""
    period = tones.RATE / frequency
    whole = int(period - blend - 1e-9)
    fraction = period - blend - whole
    taps = loss * np.convolve([1.0 - blend, blend], [1.0 - fraction, fraction])
    sound = np.zeros(samples + whole + 2)
    head = np.resize(burst, whole)
    sound[2 : 2 + whole] = head - head.mean()
    for start in range(2 + whole, len(sound), whole):
        stop = min(start + whole, len(sound))
        width = stop - start
        for delay, tap in enumerate(taps):
            origin = start - whole - delay
            sound[start:stop] += tap * sound[origin : origin + width]
    return sound[2 : 2 + samples]


def _pluck(
    frequency: float, seconds: float, rng: np.random.Generator, colour: float, life: float, blend: float = 0.5
) -> np.ndarray:
    """A plucked note: noise darkened to `colour` Hz, dying to a thousandth in `life` seconds, damped at the end."""
    release = 0.12
    size = tones.count(seconds + release)
    burst = tones.lowpass(rng.standard_normal(2048), colour)[-tones.count(1.0 / frequency) :]
    burst = burst / (np.abs(burst).max() + 1e-9)
    sound = string(frequency, size, burst, 10.0 ** (-3.0 / (life * frequency)), blend)
    fall = tones.count(release)
    sound[-fall:] *= np.linspace(1.0, 0.0, fall)
    return sound


def nylon(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A classical guitar: round, with a wooden body."""
    sound = _pluck(frequency, seconds, rng, 2200.0 + 1500.0 * velocity, 3.0)
    body = tones.bandpass(sound, 90.0, 260.0)
    return 0.75 * velocity * (sound + 0.5 * body)


def steel(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A steel-string guitar: brighter and longer."""
    return 0.7 * velocity * _pluck(frequency, seconds, rng, 6000.0, 5.0, 0.35)


def dulcimer(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A hammered dulcimer: two strings a course, a hair apart."""
    first = _pluck(frequency * 1.0012, seconds, rng, 5000.0, 3.0, 0.4)
    second = _pluck(frequency * 0.9988, seconds, rng, 5000.0, 3.0, 0.4)
    return 0.5 * velocity * (first + second)


def zheng(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A zither on silk: bright, its pitch pressed sharp and let go, by reading the string at a moving speed."""
    sound = _pluck(frequency, seconds + 0.1, rng, 7000.0, 4.0, 0.3)
    time = np.arange(len(sound)) / tones.RATE
    wander = 0.004 * np.sin(2 * np.pi * 5.0 * time) * np.clip((time - 0.25) / 0.3, 0, 1) / (2 * np.pi * 5.0)
    wander = wander + 0.00035 * np.exp(-time / 0.05)
    return 1.2 * velocity * np.interp(time + wander, time, sound)


def bass_string(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """An upright bass: dark and short."""
    sound = _pluck(frequency, seconds, rng, 900.0, 2.0)
    return 0.9 * velocity * (sound + 0.4 * tones.sine(frequency, len(sound)) * np.exp(-np.arange(len(sound)) / 15_000))


def guitar(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """An electric guitar before its amplifier: long when loud, muted by the palm when soft (velocity under 0.6)."""
    if velocity < 0.6:
        sound = _pluck(frequency, min(seconds, 0.16), rng, 2500.0, 0.35)
    else:
        sound = _pluck(frequency, seconds, rng, 5000.0, 6.0, 0.4)
    return sound


def guitar_lead(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A singing lead guitar before its amplifier: a steady string with vibrato."""
    env = tones.envelope(seconds, 0.008, 2.0, 0.8, 0.05)
    moving = tones.vibrato(frequency, len(env), 5.6, 35.0, 0.12)
    return velocity * env * tones.lowpass(tones.saw(moving, len(env)), 3500.0)
