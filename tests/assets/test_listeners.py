"""The made listeners: drawn again they are the same, and their tastes can be learned from sound."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import soundfile

from assets.compose import listeners as model
from assets.compose.library import songs
from assets.compose.people import write_people

DEMO = Path(__file__).parents[2] / "assets" / "demo"
LIBRARY = songs()


def _table(name: str, value: str) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = defaultdict(dict)
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["user"]][row["path"]] = float(row[value])
    return found


def _spectrum(path: str) -> np.ndarray:
    """Mean and spread of the log level in 24 bands, a very small description of how a song sounds."""
    sound, _ = soundfile.read(DEMO / "library" / path, dtype="float32", always_2d=True)
    frames = np.lib.stride_tricks.sliding_window_view(sound.mean(axis=1), 1024)[::1024]
    power = np.abs(np.fft.rfft(frames * np.hanning(1024))) ** 2
    edges = np.unique(np.geomspace(1, power.shape[1], 25).astype(int))[:-1]
    bands = np.log(np.add.reduceat(power, edges, axis=1) + 1e-4)
    return np.concatenate([bands.mean(axis=0), bands.std(axis=0)])


def test_drawing_again_gives_the_same_files(tmp_path: Path) -> None:
    write_people(tmp_path, LIBRARY, {song.path: 0.0 for song in LIBRARY})
    for name in ("listens.csv", "friends.csv", "tastes.csv"):
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes()


def test_first_love_is_liked_best_and_the_lean_decides_inside_a_style() -> None:
    rng = np.random.default_rng(0)
    people = model.listeners(rng)
    taste = model.tastes(people, LIBRARY, rng)
    for style in model.STYLES:
        rows = [row for row, person in enumerate(people) if person.first == style]
        inside = [column for column, song in enumerate(LIBRARY) if song.voice.style == style]
        assert len(rows) == 10
        assert taste[np.ix_(rows, inside)].mean() > 2 * np.delete(taste[rows], inside, axis=1).mean()
    bright = np.array([song.mood == "bright" for song in LIBRARY])
    happy = np.array([person.lean > 0 for person in people])
    assert taste[np.ix_(happy, bright)].mean() > taste[np.ix_(happy, ~bright)].mean() + 0.1
    assert taste[np.ix_(~happy, ~bright)].mean() > taste[np.ix_(~happy, bright)].mean() + 0.1


def test_tastes_for_cold_songs_can_be_learned_from_sound() -> None:
    """Likeness of mere spectra to what a user plays finds the liked cold songs."""
    numbers = np.array([_spectrum(song.path) for song in LIBRARY])
    numbers = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    numbers /= np.linalg.norm(numbers, axis=1, keepdims=True)
    taste, plays = _table("tastes.csv", "taste"), _table("listens.csv", "count")
    cold = np.array([model.is_cold(song) for song in LIBRARY])
    areas = []
    for user, liked in taste.items():
        weight = np.array([np.log1p(plays[user].get(song.path, 0.0)) for song in LIBRARY])
        score = (numbers @ numbers.T @ weight)[cold]
        wanted = np.array([liked[song.path] > 0.5 for song in LIBRARY])[cold]
        if wanted.any() and not wanted.all():
            areas.append((score[wanted][:, None] > score[~wanted]).mean())
    assert len(areas) > 30
    assert np.mean(areas) > 0.75
