"""Sounds with known answers, and files made of them. Everything is float32 in [-1, 1], one column a channel."""

import io
from pathlib import Path

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

Float = NDArray[np.float32]
RATE = 22_050


def tone(hz: float, seconds: float, rate: int = RATE, amplitude: float = 0.5) -> Float:
    steps = np.arange(round(seconds * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * hz * steps)).astype(np.float32)


def chirp(low: float, high: float, seconds: float, rate: int = RATE) -> Float:
    steps = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * (low * steps + (high - low) * steps**2 / (2 * seconds))
    return (0.5 * np.sin(phase)).astype(np.float32)


def noise(seconds: float, rate: int = RATE, seed: int = 0) -> Float:
    return (0.2 * np.random.default_rng(seed).standard_normal(round(seconds * rate))).astype(np.float32)


def clicks(bpm: float, seconds: float, rate: int = RATE) -> Float:
    """A short burst on every beat, as a metronome."""
    out = np.zeros(round(seconds * rate), np.float32)
    burst = tone(1500, 0.02, rate) * np.hanning(round(0.02 * rate)).astype(np.float32) * 2
    for start in (np.arange(0, seconds - 0.05, 60 / bpm) * rate).astype(int):
        out[start : start + len(burst)] += burst
    return out


def chord(midi: list[int], seconds: float, rate: int = RATE) -> Float:
    """Notes with four falling partials each."""
    sound = np.zeros(round(seconds * rate), np.float32)
    for note in midi:
        for partial in range(1, 5):
            sound += tone(440 * 2 ** ((note - 69) / 12) * partial, seconds, rate, 0.1 / partial)
    return sound


def cadence(tonic: int, is_minor: bool) -> Float:
    """I - IV - V - I, with the major dominant that minor keys have."""
    third = 3 if is_minor else 4
    root = 60 + tonic
    one, four = [root, root + third, root + 7], [root + 5, root + 5 + third, root + 12]
    five = [root + 7, root + 11, root + 14]
    return np.concatenate([chord(notes, 1.0) for notes in (one, four, five, one, one)])


def music(seconds: float = 4.0, rate: int = RATE) -> Float:
    """Something of everything: chords, clicks, a little noise."""
    parts = [chord([57 + 3 * step, 61 + 3 * step, 64 + 3 * step], seconds / 4, rate) for step in range(4)]
    sound = np.concatenate(parts)
    length = min(len(sound), round(seconds * rate))
    sound = sound[:length] + 0.3 * clicks(120, seconds, rate)[:length] + 0.02 * noise(seconds, rate)[:length]
    return np.clip(sound, -1, 1).astype(np.float32)


def encoded(sound: Float, rate: int, container: str, subtype: str | None = None) -> bytes:
    """A file's bytes, written by libsndfile."""
    out = io.BytesIO()
    soundfile.write(out, sound, rate, format=container, subtype=subtype)
    return out.getvalue()


def mp3(seconds: float = 4.0, rate: int = 44_100) -> bytes:
    return encoded(music(seconds, rate), rate, "MP3", "MPEG_LAYER_III")


def wav(seconds: float = 2.0, rate: int = RATE, subtype: str = "PCM_16") -> bytes:
    return encoded(music(seconds, rate), rate, "WAV", subtype)


def m4a(path: Path, seconds: float = 3.0, rate: int = 44_100) -> Path:
    """An AAC file, written by FFmpeg."""
    sound = music(seconds, rate)
    with av.open(str(path), "w", format="ipod") as out:
        stream = out.add_stream("aac", rate=rate, layout="mono")
        for start in range(0, len(sound) - 1023, 1024):
            frame = av.AudioFrame.from_ndarray(sound[None, start : start + 1024], format="fltp", layout="mono")
            frame.sample_rate = rate
            frame.pts = start
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path
