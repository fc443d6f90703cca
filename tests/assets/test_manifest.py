"""The shipped demo library is what its manifest says, small enough, complete, and made by the code beside it."""

import csv
import hashlib
import tomllib
from pathlib import Path

import pytest

from assets.compose.library import songs
from assets.compose.listeners import is_cold
from assets.compose.lyrics import lyrics
from assets.compose.render import digest, render

ASSETS = Path(__file__).parents[2] / "assets"
DEMO = ASSETS / "demo"
LIBRARY = DEMO / "library"
MANIFEST = tomllib.loads((ASSETS / "manifest.toml").read_text(encoding="utf-8"))["file"]


def _rows(name: str) -> list[dict[str, str]]:
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_manifest_names_every_file_and_no_other() -> None:
    on_disk = {file.relative_to(ASSETS).as_posix() for file in DEMO.rglob("*") if file.is_file()}
    assert on_disk == {entry["path"] for entry in MANIFEST}


def test_files_have_the_size_and_sha256_of_the_manifest() -> None:
    for entry in MANIFEST:
        content = (ASSETS / entry["path"]).read_bytes()
        assert len(content) == entry["size"], entry["path"]
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["path"]
        assert entry["origin"].endswith("MIT")


def test_the_demo_takes_at_most_five_megabytes() -> None:
    assert sum(entry["size"] for entry in MANIFEST) <= 5_000_000


def test_forty_eight_songs_by_twelve_artists_in_four_styles() -> None:
    library = songs()
    assert len(library) == len({song.path for song in library}) == 48
    assert len({song.artist for song in library}) == 12
    assert len({song.voice.style for song in library}) == 4
    assert {song.path for song in library} == {f.relative_to(LIBRARY).as_posix() for f in LIBRARY.rglob("*.mp3")}


def test_two_thirds_have_lyrics_in_two_languages_and_no_line_comes_twice() -> None:
    words = lyrics()
    assert set(words) <= {song.title for song in songs()}
    assert len(words) == 32
    chinese = [lyric for lyric in words.values() if any("\u4e00" <= letter <= "\u9fff" for letter in lyric.lines[0])]
    assert 12 <= len(chinese) <= 18
    lines = [line for lyric in words.values() for line in lyric.lines]
    assert len(lines) == len(set(lines))
    assert sum(lyric.form == "lrc" for lyric in words.values()) == len(list(LIBRARY.rglob("*.lrc")))
    assert sum(lyric.form == "txt" for lyric in words.values()) == len(list(LIBRARY.rglob("*.txt")))


@pytest.mark.parametrize("number", [0, 21, 33, 44])
def test_rendering_a_song_again_gives_the_stored_samples(number: int) -> None:
    song = songs()[number]
    stored = {entry["path"]: entry["samples_sha256"] for entry in MANIFEST if "samples_sha256" in entry}
    assert digest(render(song)) == stored[f"demo/library/{song.path}"]


def test_listens_name_songs_that_exist_and_cold_songs_have_none() -> None:
    rows = _rows("listens.csv")
    played = {row["path"] for row in rows}
    cold = {song.path for song in songs() if is_cold(song)}
    assert played == {song.path for song in songs()} - cold
    assert len(cold) >= 10
    assert len({row["user"] for row in rows}) == 40
    assert all(int(row["count"]) >= 1 for row in rows)


def test_some_artists_are_wholly_cold_and_some_only_in_part() -> None:
    shares: dict[str, list[bool]] = {}
    for song in songs():
        shares.setdefault(song.artist, []).append(is_cold(song))
    assert sum(all(cold) for cold in shares.values()) == 2
    assert sum(any(cold) and not all(cold) for cold in shares.values()) == 6


def test_friends_and_playlist_point_at_what_exists() -> None:
    users = {row["user"] for row in _rows("listens.csv")}
    pairs = _rows("friends.csv")
    assert all(row["user"] in users and row["friend"] in users and row["user"] != row["friend"] for row in pairs)
    lines = (DEMO / "playlist.m3u8").read_text(encoding="utf-8").splitlines()
    paths = [line for line in lines if not line.startswith("#")]
    assert len(paths) == 10
    assert all((DEMO / path).is_file() for path in paths)


def test_every_user_has_a_true_taste_for_every_song() -> None:
    rows = _rows("tastes.csv")
    assert len(rows) == 40 * 48
    assert all(0.0 <= float(row["taste"]) <= 1.0 for row in rows)
    counts = {(row["user"], row["path"]): int(row["count"]) for row in _rows("listens.csv")}
    liked = [float(row["taste"]) for row in rows if (row["user"], row["path"]) in counts]
    assert sum(liked) / len(liked) > 0.5, "people mostly play what they like"
