"""Listening with numbers: levels of the shipped files, and styles that a computer can tell apart."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mutagen.id3 import ID3

from assets.compose.library import songs
from assets.compose.score import Song

LIBRARY = Path(__file__).parents[2] / "assets" / "demo" / "library"


@cache
def _sound(path: str) -> tuple[np.ndarray, int]:
    sound, rate = soundfile.read(LIBRARY / path, dtype="float32", always_2d=True)
    return sound, rate


def _spectra(song: Song) -> tuple[np.ndarray, np.ndarray]:
    """Magnitudes [frames, bins] of 1,024-sample windows every 512 samples, and the frequencies."""
    sound, rate = _sound(song.path)
    mono = sound.mean(axis=1)
    frames = np.lib.stride_tricks.sliding_window_view(mono, 1024)[::512] * np.hanning(1024).astype(np.float32)
    return np.abs(np.fft.rfft(frames)), np.fft.rfftfreq(1024, 1 / rate)


def _centroid(song: Song) -> float:
    spectra, places = _spectra(song)
    return float((spectra * places).sum() / spectra.sum())


def _onsets_a_second(song: Song) -> float:
    spectra, _ = _spectra(song)
    flux = np.maximum(np.diff(np.log1p(100 * spectra), axis=0), 0).mean(axis=1)
    peaks = (flux[1:-1] > flux[:-2]) & (flux[1:-1] >= flux[2:]) & (flux[1:-1] > 0.12)
    return float(peaks.sum() / (len(spectra) * 512 / 22_050))


@pytest.mark.parametrize("song", songs(), ids=lambda song: song.title)
def test_levels(song: Song) -> None:
    sound, rate = _sound(song.path)
    assert rate == 22_050
    assert sound.shape[1] == 2
    assert 20 <= len(sound) / rate <= 30
    assert np.abs(sound).max() < 0.99, "clips"
    assert np.abs(sound.mean(axis=0)).max() < 1e-3, "has a DC offset"
    assert -25 < 10 * np.log10((sound**2).mean()) < -13
    assert np.abs(sound[-rate // 20 :]).max() < 0.05, "does not end in silence"


def test_tags_are_those_of_the_library() -> None:
    for song in songs():
        tags = ID3(LIBRARY / song.path)
        assert (str(tags["TPE1"]), str(tags["TIT2"]), str(tags["TALB"])) == (song.artist, song.title, song.album)
        assert (str(tags["TDRC"]), str(tags["TCON"])) == (str(song.year), song.genre)


def test_styles_differ_in_brightness_and_in_how_much_happens() -> None:
    by_style: dict[str, list[tuple[float, float]]] = {}
    for song in songs():
        by_style.setdefault(song.voice.style, []).append((_centroid(song), _onsets_a_second(song)))
    centroid = {style: float(np.mean([c for c, _ in rows])) for style, rows in by_style.items()}
    onsets = {style: float(np.mean([o for _, o in rows])) for style, rows in by_style.items()}
    assert centroid["metal"] > 1.15 * centroid["folk"]
    assert centroid["folk"] > 1.5 * centroid["ambient"]
    assert centroid["electronic"] > 1.25 * centroid["ambient"]
    assert max(onsets["electronic"], onsets["metal"], onsets["folk"]) < 20, onsets
    assert min(onsets["electronic"], onsets["metal"], onsets["folk"]) > 2 * onsets["ambient"]
