"""Fingerprints: the same sound in another dress is found again, other sounds are not, silence is like nothing."""

import io

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from audiorec.features.describe import Describer
from audiorec.features.fingerprint import LIKE, same_recordings
from audiorec.features.recipe import FeatureRecipe

Float = NDArray[np.float32]
RATE = 44_100


def song(seed: int, seconds: float = 20.0) -> Float:
    """Noise bursts and chords that change every half second [n, 2]."""
    rng = np.random.default_rng(seed)
    steps = np.arange(RATE // 2) / RATE
    parts = []
    for _ in range(round(2 * seconds)):
        chord = sum(np.sin(2 * np.pi * hz * steps) for hz in rng.uniform(80, 5000, 5))
        parts.append(0.1 * chord * np.exp(-steps * rng.uniform(0, 8)) + 0.02 * rng.standard_normal(len(steps)))
    one = np.concatenate(parts)
    return np.stack([one, 0.8 * one], axis=1).astype(np.float32)


def fingerprint(sound: Float, rate: int = RATE) -> NDArray[np.uint8]:
    describer = Describer(FeatureRecipe(), rate, sound.shape[1])
    for piece in np.array_split(sound, 3):
        describer.push(piece)
    return describer.finish().fingerprint


def coded(sound: Float, kind: str, level: float) -> Float:
    file = io.BytesIO()
    soundfile.write(file, sound, RATE, format=kind, compression_level=level)
    file.seek(0)
    return np.asarray(soundfile.read(file, dtype="float32", always_2d=True)[0])


def differing(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    return int(np.unpackbits(one ^ other).sum())


@pytest.fixture(scope="module")
def original() -> NDArray[np.uint8]:
    return fingerprint(song(0))


@pytest.mark.parametrize(("kind", "level"), [("MP3", 0.2), ("MP3", 0.8), ("OGG", 0.7)])
def test_another_coding_is_the_same_recording(original: NDArray[np.uint8], kind: str, level: float) -> None:
    assert differing(original, fingerprint(coded(0.6 * song(0), kind, level))) <= LIKE


def test_another_rate_and_one_channel_are_the_same_recording(original: NDArray[np.uint8]) -> None:
    mono = soxr.resample(song(0).mean(axis=1, keepdims=True), RATE, 22_050)
    assert differing(original, fingerprint(mono, 22_050)) <= LIKE // 2


def test_other_songs_are_not(original: NDArray[np.uint8]) -> None:
    assert min(differing(original, fingerprint(song(seed))) for seed in range(1, 9)) > 1.3 * LIKE


@pytest.mark.parametrize("seconds", [1.0, 20.0])
def test_steady_tones_are_like_nothing(seconds: float) -> None:
    steps = np.arange(round(seconds * RATE)) / RATE
    tones = [fingerprint((0.2 * np.sin(2 * np.pi * hz * steps)).astype(np.float32)[:, None]) for hz in (110, 440, 1500)]
    assert same_recordings(np.stack(tones), np.full(3, seconds)) == []


def test_songs_that_end_in_silence_are_not_one(original: NDArray[np.uint8]) -> None:
    quiet = np.zeros((20 * RATE, 2), np.float32)
    found = np.stack([fingerprint(np.concatenate([song(seed, 20.0), quiet])) for seed in (0, 1)])
    assert same_recordings(found, np.full(2, 40.0)) == []


def test_silence_is_like_nothing() -> None:
    silence = fingerprint(np.zeros((5 * RATE, 1), np.float32))
    assert not silence.any()
    assert same_recordings(np.stack([silence, silence]), np.array([5.0, 5.0])) == []


def test_pairs_need_the_same_length(original: NDArray[np.uint8]) -> None:
    codes = np.stack([original, original, fingerprint(song(1)), original])
    assert same_recordings(codes, np.array([20.0, 90.0, 20.0, 21.0])) == [(0, 3)]


def test_pairs_across_blocks_are_found() -> None:
    codes = np.random.default_rng(0).integers(0, 256, (1300, 64), dtype=np.uint8)
    codes[1290], codes[700] = codes[3], codes[699]
    assert same_recordings(codes, np.full(1300, 30.0)) == [(3, 1290), (699, 700)]
