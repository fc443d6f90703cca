"""Drums: sweeps for skins, filtered noise for metal and shells.

Every function is an Instrument whose frequency is not a pitch but ignored (or scales the drum's size).
"""

import numpy as np

from assets.compose import tones


def _noise(rng: np.random.Generator, seconds: float, life: float) -> np.ndarray:
    """White noise dying with the time constant `life`."""
    size = tones.count(seconds)
    return rng.standard_normal(size) * np.exp(-np.arange(size) / (life * tones.RATE))


def kick(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A dance kick: a sine falling from 190 to 48 Hz."""
    time = np.arange(tones.count(0.32)) / tones.RATE
    sweep = 48.0 + 142.0 * np.exp(-time / 0.035)
    click = np.zeros(len(time))
    click[:300] = 0.3 * rng.standard_normal(300) * np.linspace(1, 0, 300)
    return velocity * (tones.sine(sweep, len(time)) * np.exp(-time / 0.11) + tones.lowpass(click, 5000.0))


def metal_kick(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A tight kick with a hard beater, clear at two hundred beats a minute."""
    time = np.arange(tones.count(0.16)) / tones.RATE
    skin = tones.sine(58.0 + 110.0 * np.exp(-time / 0.012), len(time)) * np.exp(-time / 0.05)
    beater = tones.bandpass(_noise(rng, 0.16, 0.006), 2000.0, 6000.0)
    return velocity * (skin + 0.9 * beater)


def snare(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A snare: two modes of the skin and the rattle of the wires."""
    time = np.arange(tones.count(0.26)) / tones.RATE
    skin = (np.sin(2 * np.pi * 185 * time) + 0.6 * np.sin(2 * np.pi * 330 * time)) * np.exp(-time / 0.05)
    wires = tones.bandpass(_noise(rng, 0.26, 0.08), 900.0, 8000.0)
    return velocity * (0.6 * skin + 0.8 * wires)


def clap(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A clap: three short bursts and a tail."""
    sound = _noise(rng, 0.25, 0.06)
    time = np.arange(len(sound)) / tones.RATE
    gate = np.where(time < 0.03, (np.sin(2 * np.pi * 100.0 * time) > 0).astype(float), 0.8)
    return 1.1 * velocity * tones.bandpass(sound * gate, 900.0, 4500.0)


def hat(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A closed hi-hat."""
    return 0.8 * velocity * tones.highpass(_noise(rng, 0.09, 0.022), 6000.0, 4)


def open_hat(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """An open hi-hat."""
    return 0.7 * velocity * tones.highpass(_noise(rng, 0.35, 0.1), 5500.0, 4)


def crash(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A crash cymbal that takes two seconds to die."""
    return 0.7 * velocity * tones.highpass(_noise(rng, 2.2, 0.6), 3000.0)


def tom(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A tom tuned to `frequency`."""
    time = np.arange(tones.count(0.4)) / tones.RATE
    return velocity * tones.sine(frequency * (1 + 0.5 * np.exp(-time / 0.03)), len(time)) * np.exp(-time / 0.13)


def chip_snare(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """Noise held for eight samples at a time, as a sound chip makes it."""
    size = tones.count(0.16)
    held = np.repeat(rng.choice([-1.0, 1.0], size=size // 8 + 1), 8)[:size]
    return 0.5 * velocity * held * np.exp(-np.arange(size) / (0.05 * tones.RATE))


def chip_hat(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """Short chip noise, held for two samples."""
    size = tones.count(0.05)
    held = np.repeat(rng.choice([-1.0, 1.0], size=size // 2 + 1), 2)[:size]
    return 0.4 * velocity * tones.highpass(held * np.exp(-np.arange(size) / (0.012 * tones.RATE)), 3000.0)


def frame_drum(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """A frame drum struck by hand: a low mode and a soft slap."""
    time = np.arange(tones.count(0.5)) / tones.RATE
    skin = tones.sine(82.0 + 18.0 * np.exp(-time / 0.04), len(time)) * np.exp(-time / 0.16)
    slap = tones.lowpass(_noise(rng, 0.5, 0.015), 1800.0)
    return velocity * (skin + 0.35 * slap)


def shaker(frequency: float, seconds: float, velocity: float, rng: np.random.Generator) -> np.ndarray:
    """Seeds in a gourd: noise that swells and dies."""
    size = tones.count(0.11)
    shape = np.sin(np.pi * np.linspace(0, 1, size)) ** 2
    return 0.5 * velocity * tones.bandpass(rng.standard_normal(size) * shape, 3500.0, 9000.0)
