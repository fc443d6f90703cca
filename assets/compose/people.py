"""Writes what the listeners leave behind: listens.csv, friends.csv, tastes.csv and one playlist."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from assets.compose import listeners as model
from assets.compose.score import Song

PLAYLIST_USER = "mira"
PLAYLIST_LENGTH = 10


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV file in UTF-8 with Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def _playlist(path: Path, songs: Sequence[Song], seconds: dict[str, float]) -> None:
    """An extended m3u8 whose paths are relative to the playlist."""
    lines = ["#EXTM3U"]
    for song in songs:
        lines += [f"#EXTINF:{round(seconds[song.path])},{song.artist} - {song.title}", f"library/{song.path}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_people(folder: Path, songs: list[Song], seconds: dict[str, float]) -> None:
    """Draw the listeners and write their files. seconds: the length of each song by its path."""
    rng = np.random.default_rng(model.SEED)
    people = model.listeners(rng)
    taste = model.tastes(people, songs, rng)
    met = model.popularity(songs, rng)
    plays = model.listens(people, songs, taste, met, rng)
    _write(
        folder / "listens.csv", ("user", "path", "count", "time"), ((p.user, p.path, p.count, p.time) for p in plays)
    )
    _write(folder / "friends.csv", ("user", "friend"), model.friends(people, taste, rng))
    rows = ((p.name, s.path, f"{taste[i, j]:.3f}") for i, p in enumerate(people) for j, s in enumerate(songs))
    _write(folder / "tastes.csv", ("user", "path", "taste"), rows)
    row = next(i for i, person in enumerate(people) if person.name == PLAYLIST_USER)
    known = [j for j in np.argsort(-taste[row]) if met[j] > 0][:PLAYLIST_LENGTH]
    _playlist(folder / "playlist.m3u8", [songs[j] for j in known], seconds)
