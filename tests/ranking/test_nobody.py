"""Various Artists and Unknown Artist are nobody: no cap on their songs, nobody is "already played", radio plays on."""

import numpy as np
import pytest

import audiorec
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.ranking.radio import Tuning, next_songs
from tests.ranking.small_library import COLD, SONGS, build

# The artist of the songs that nobody plays, and another; four songs each.
WITHOUT = {"artist 7": "Various Artists", "artist 5": "[unknown]"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> audiorec.Library:
    root = tmp_path_factory.mktemp("nobody") / "w"
    build(root)
    with Workspace.open(root, write=True) as space, space.transaction() as db:
        for name, nobody in WITHOUT.items():
            db.execute("UPDATE track SET artists = ? WHERE artists = ?", (f'["{nobody}"]', f'["{name}"]'))
    found = audiorec.Library(root)
    found.train(["hybrid"])
    return found


def test_nobody_is_no_artist_who_is_already_played(library: audiorec.Library) -> None:
    with library:
        found = [song for user in (1, 3) for song in library.recommend(f"user {user}", top=SONGS)]
    theirs = [song for song in found if song["track_id"] in COLD]
    assert theirs, "songs without artist are recommended"
    for song in theirs:
        assert song["artist"] == ""
        assert song["why"].get("artist", 0.0) == 0.0
        assert "Various" not in str(song)


def test_songs_of_nobody_are_not_capped_as_if_they_were_of_one(library: audiorec.Library) -> None:
    with Workspace.open(library.path) as space:
        nameless = {track.id for track in space.tracks() if not track.artist}
        played = {row[0] for row in space.db.execute("SELECT track_id FROM listen WHERE user = 'user 1'")}
    with library:
        found = {song["track_id"] for song in library.recommend("user 1", top=SONGS)}
    assert len(nameless) == 8
    assert nameless - played <= found


def test_the_radio_plays_songs_of_nobody_one_after_the_other() -> None:
    tracks = [Track(n, b"", f"song {n}", (), "", None, "", 60.0, "ok", "") for n in range(6)]
    points = np.eye(6, dtype=np.float32) + 1.0
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    rows = next_songs(points, tracks, Tuning((0,)), (), 5, np.random.default_rng(0))
    assert sorted(rows) == [1, 2, 3, 4, 5]


def test_the_workspace_counts_nobody_out(library: audiorec.Library) -> None:
    assert library.status()["artists"] == 6
