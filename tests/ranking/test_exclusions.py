"""What a list must not hold is not in it, and the rest is as before."""

from pathlib import Path

import numpy as np
import pytest

from audiorec.data.tracks import Track
from audiorec.errors import InputError
from audiorec.ranking.exclusions import Exclusions
from audiorec.ranking.song_columns import SongColumns, pack_songs


def track(n: int, artist: str, genre: str, year: int | None, seconds: float) -> Track:
    return Track(n, f"/m/{artist}/{n}.mp3".encode(), f"s{n}", (artist,), "", year, genre, seconds, "ok", "")


TRACKS = [
    track(1, "Ann", "Rock; Indie", 1999, 200.0),
    track(2, "Bo", "christmas", 2005, 180.0),
    track(3, "Cy", "", None, 30.0),
    track(4, "The Ann", "Jazz", 2010, 900.0),
]


@pytest.mark.parametrize(
    ("without", "left"),
    [
        (Exclusions(), [1, 2, 3, 4]),
        (Exclusions(genres=("Christmas", "indie")), [3, 4]),
        (Exclusions(artists=("ANN",)), [2, 3]),
        (Exclusions(folders=(Path("/m/Bo"), Path("/m/C"))), [1, 3, 4]),
        (Exclusions(shortest=60.0, longest=600.0), [1, 2]),
        (Exclusions(since=2000), [2, 4]),
        (Exclusions(only_genres=("JAZZ", "rock")), [1, 4]),
        (Exclusions(until=2005), [1, 2]),
        (Exclusions(genres=("jazz",), since=1990, longest=300.0), [1, 2]),
    ],
)
def test_what_is_left(without: Exclusions, left: list[int]) -> None:
    allowed = without.allowed(SongColumns(pack_songs(TRACKS)))
    assert [song.id for song, fits in zip(TRACKS, allowed, strict=True) if fits] == left
    assert allowed.dtype == np.bool_


def test_songs_come_back_as_they_were_one_by_one() -> None:
    songs = SongColumns(pack_songs(TRACKS))
    assert list(songs) == TRACKS
    assert (songs[-1], songs[1:3]) == (TRACKS[-1], TRACKS[1:3])
    assert len(SongColumns(pack_songs([]))) == 0


@pytest.mark.parametrize(
    "asked",
    [{"shortest": 300.0, "longest": 60.0}, {"since": 2000, "until": 1990}, {"shortest": float("nan"), "longest": 1.0}],
)
def test_bounds_the_wrong_way_round_are_a_mistake(asked: dict[str, float]) -> None:
    with pytest.raises(InputError, match="lower bound first"):
        Exclusions(**asked)  # type: ignore[arg-type]
