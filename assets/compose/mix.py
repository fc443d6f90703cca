"""From parts to a stereo recording: notes into buses, amplifier, ducking, reverb, limiter, level.

It does not know what the parts play. Levels are in dB relative to full scale.
"""

from functools import cache

import numpy as np
from scipy import ndimage, signal

from assets.compose import tones
from assets.compose.score import RATE, Part, Plan

OUT_RATE = 22_050
PEAK = 0.72
TAIL_SECONDS = 1.6
LOUDNESS = {"electronic": -17.0, "ambient": -22.5, "folk": -21.0, "metal": -15.5}
"""Root mean square of the finished recording, the mean of both channels."""
ROOM = {"electronic": 0.9, "ambient": 3.2, "folk": 1.1, "metal": 0.8}
"""Reverb time in seconds."""


def frequency(pitch: int) -> float:
    """Equal temperament, A4 = MIDI 69 = 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12.0))


def bus(part: Part, plan: Plan, size: int, seed: int) -> np.ndarray:
    """One part alone, mono [size]. Notes alike in pitch, length and velocity share one rendering."""
    rng = np.random.default_rng(seed)
    sound, made = np.zeros(size), {}
    for note in part.notes:
        key = (note.pitch, round(note.length, 3), note.velocity)
        if key not in made:
            made[key] = part.instrument(frequency(note.pitch), plan.seconds(note.length), note.velocity, rng)
        start = round(plan.seconds(note.start) * RATE)
        piece = made[key][: max(0, size - start)]
        sound[start : start + len(piece)] += piece
    return amplify(sound, part.drive) if part.drive > 0 else sound


def amplify(sound: np.ndarray, drive: float) -> np.ndarray:
    """A guitar amplifier: two stages of soft clipping, then the cabinet's narrow band."""
    tight = tones.highpass(sound, 110.0)
    hot = np.tanh(drive * tight)
    hot = np.tanh(2.0 * tones.highpass(hot, 60.0) + 0.1) - np.tanh(0.1)
    cabinet = tones.lowpass(hot, 4600.0, 4)
    presence = tones.bandpass(hot, 1800.0, 4200.0, 1)
    return 0.5 * (cabinet + 0.6 * presence)


def ducking(parts: tuple[Part, ...], plan: Plan, size: int) -> np.ndarray:
    """The gain that falls at every kick and climbs back within a third of a second."""
    kicks = [part for part in parts if part.duck < 0]
    gain = np.ones(size)
    shape = 1.0 - np.exp(-np.arange(round(0.3 * RATE)) / (0.09 * RATE))
    for note in (note for part in kicks for note in part.notes):
        start = round(plan.seconds(note.start) * RATE)
        piece = shape[: max(0, size - start)]
        gain[start : start + len(piece)] = np.minimum(gain[start : start + len(piece)], piece)
    return gain


@cache
def _room(seconds: float) -> np.ndarray:
    """A reverb's two impulse responses [2, samples]: darkening noise after a short gap."""
    rng = np.random.default_rng(7)
    size = round(seconds * RATE)
    noise = rng.standard_normal((2, size)) * 10.0 ** (-3.0 * np.arange(size) / size)
    noise = 0.5 * tones.lowpass(noise, 5500.0) + 0.5 * tones.lowpass(noise, 1800.0)
    noise = 0.75 * noise + 0.5 * noise[::-1]  # a little alike on both sides: a narrower room, kinder to joint stereo
    gap = np.zeros((2, round(0.018 * RATE)))
    room = np.concatenate([gap, noise], axis=1)
    return np.asarray(room / np.sqrt((room**2).sum(axis=1, keepdims=True)))


def _limit(stereo: np.ndarray) -> np.ndarray:
    """Hold the peaks under PEAK with a gain that moves slowly enough not to be heard."""
    window = round(0.008 * RATE)
    loud = ndimage.maximum_filter1d(np.abs(stereo).max(axis=0), 2 * window)
    gain = np.minimum(1.0, PEAK / np.maximum(loud, 1e-9))
    gain = ndimage.uniform_filter1d(ndimage.minimum_filter1d(gain, window), window)
    return np.clip(stereo * gain, -PEAK, PEAK)


def _level(stereo: np.ndarray, decibels: float) -> np.ndarray:
    """Bring the recording to a loudness; three rounds, as the limiter takes some of it away again."""
    for _ in range(3):
        now = np.sqrt((stereo**2).mean())
        stereo = _limit(stereo * (10.0 ** (decibels / 20.0) / now))
    return stereo


def master(parts: tuple[Part, ...], plan: Plan, seed: int) -> np.ndarray:
    """The finished recording, float64 [2, samples] at OUT_RATE."""
    style = plan.song.voice.style
    size = round((plan.seconds(plan.total_beats) + TAIL_SECONDS) * RATE)
    duck = ducking(parts, plan, size)
    dry, wet = np.zeros((2, size)), np.zeros((2, size))
    for number, part in enumerate(parts):
        sound = part.gain * bus(part, plan, size, seed + number)
        if part.duck > 0:
            sound = sound * (1.0 - part.duck * (1.0 - duck))
        angle = (part.pan + 1.0) * np.pi / 4.0
        placed = np.stack([np.cos(angle) * sound, np.sin(angle) * sound])
        dry += placed
        wet += part.send * placed
    echo = signal.oaconvolve(wet, _room(ROOM[style]), axes=1)[:, :size]
    stereo = tones.highpass(dry + echo, 32.0)
    fade = round(1.2 * RATE)
    stereo[:, -fade:] *= np.cos(np.linspace(0.0, np.pi / 2, fade)) ** 2
    halved = signal.resample_poly(_level(stereo, LOUDNESS[style]), 1, 2, axis=1)
    return np.asarray(halved - halved.mean(axis=1, keepdims=True))
