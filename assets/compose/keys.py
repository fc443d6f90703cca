"""Struck and blown instruments by addition and frequency modulation: pianos, bells, glass, a sung vowel.

Every function is an Instrument (see score).
"""

import numpy as np
from scipy import signal

from assets.compose import tones


def _struck(frequency: float, seconds: float, partials: int, tilt: float, stiff: float) -> np.ndarray:
    """Inharmonic decaying partials f_k = k f sqrt(1 + B k^2) (Fletcher 1964)."""
    release = 0.35
    size = tones.count(seconds + release)
    time = np.arange(size) / tones.RATE
    sound = np.zeros(size)
    life = 3.2 * (220.0 / frequency) ** 0.55
    for k in range(1, partials + 1):
        place = k * frequency * np.sqrt(1.0 + stiff * k * k)
        if place > 10_000.0:
            break
        decay = np.exp(-time * (1.0 + 0.35 * (k - 1)) / life)
        sound += k**-tilt * decay * np.sin(2.0 * np.pi * place * time + 0.7 * k)
    fall = tones.count(release)
    sound[-fall:] *= np.linspace(1.0, 0.0, fall) ** 2
    return sound


def piano(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A piano: eighteen stiff partials, brighter when struck hard, with the knock of the hammer."""
    sound = _struck(frequency, seconds, 18, 1.9 - 0.7 * velocity, 3e-4)
    knock = tones.bandpass(rng.standard_normal(tones.count(0.03)), 300.0, 2500.0)
    sound[: len(knock)] += 0.12 * knock * np.linspace(1.0, 0.0, len(knock))
    sound[:90] *= np.linspace(0.0, 1.0, 90)
    return 0.4 * velocity * sound


def felt(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A piano with felt on the strings: few partials, a soft start."""
    sound = _struck(frequency, seconds, 8, 2.3, 2e-4)
    start = tones.count(0.012)
    sound[:start] *= np.linspace(0.0, 1.0, start)
    noise = tones.lowpass(rng.standard_normal(tones.count(0.06)), 500.0)
    sound[: len(noise)] += 0.15 * noise * np.linspace(1.0, 0.0, len(noise))
    return 0.55 * velocity * sound


def bell(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A bell by frequency modulation, ratio 3.5 (Chowning 1973)."""
    size = tones.count(seconds + 2.0)
    time = np.arange(size) / tones.RATE
    index = 2.2 * velocity * np.exp(-time / 0.5)
    inner = index * np.sin(2.0 * np.pi * 3.5 * frequency * time)
    fade = np.linspace(1.0, 0.0, size)
    return 0.5 * velocity * np.exp(-time / 1.3) * fade * np.sin(2.0 * np.pi * frequency * time + inner)


def electric_piano(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """The tine piano: a 1:1 body and a 14:1 click, both modulated."""
    env = tones.envelope(seconds, 0.003, 0.9, 0.25, 0.2)
    time = np.arange(len(env)) / tones.RATE
    body = np.sin(2 * np.pi * frequency * time + 1.4 * velocity * np.exp(-time / 0.6) * tones.sine(frequency, len(env)))
    click = np.exp(-time / 0.05) * np.sin(2 * np.pi * min(14.0 * frequency, 9000.0) * time)
    return 0.6 * velocity * env * (body + 0.12 * click)


def glass(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A rubbed glass: odd partials that beat slowly."""
    env = tones.envelope(seconds, min(0.7, 0.4 * seconds), 3.0, 0.9, 1.6)
    time = np.arange(len(env)) / tones.RATE
    sound = np.zeros(len(env))
    for k, weight in ((1, 1.0), (2, 0.25), (3, 0.3), (5, 0.1)):
        beat = 1.0 + 0.3 * np.sin(2 * np.pi * (0.13 * k + 0.1) * time + float(rng.random()) * 6.0)
        sound += weight * beat * np.sin(2 * np.pi * k * frequency * time)
    return 0.4 * velocity * env * sound


def sung(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A wordless voice: a saw with vibrato through three formants of 'ah' or 'oh' (Peterson and Barney 1952)."""
    env = tones.envelope(seconds, 0.06, 1.0, 0.85, 0.14)
    size = len(env)
    source = tones.saw(tones.vibrato(frequency, size, 5.3, 28.0, 0.18), size)
    source += 0.05 * rng.standard_normal(size)
    formants = ((730, 1090, 2440), (570, 840, 2410))[int(rng.integers(2))]
    voice = np.zeros(size)
    for place, weight in zip(formants, (1.0, 0.6, 0.25), strict=True):
        top, bottom = signal.iirpeak(place, place / 110.0, fs=tones.RATE)
        voice += weight * signal.lfilter(top, bottom, source)
    return 1.6 * velocity * env * tones.lowpass(voice, 5000.0)
