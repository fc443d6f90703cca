"""Which track a name means: the usual ways of writing one song must end at one track, and no other."""

import os
from pathlib import Path

import pytest

from audiorec.data.tracks import Track
from audiorec.errors import UnknownNameError
from audiorec.sources.matching import Matcher, SongName, find_artist, find_song, parse_song
from audiorec.sources.names import normalise, normalise_loosely, split_artists


def track(number: int, path: str, title: str = "", *artists: str, status: str = "ok") -> Track:
    return Track(number, os.fsencode(path), title, artists, "", None, "", 3.0, status, "")


LIBRARY = [
    track(1, "/m/AC_DC/Thunderstruck.mp3", "Thunderstruck", "AC/DC"),
    track(2, "/m/周杰伦/晴天.mp3", "晴天", "周杰伦"),
    track(3, "/m/nelly/01 dilemma.mp3", "Dilemma (Album Version)", "Nelly", "Kelly Rowland"),
    track(4, "/n/nelly/01 dilemma.mp3", "Dilemma", "Nelly", status="failed"),
    track(5, "/m/Beyoncé/Halo.mp3", "Halo", "Beyoncé"),
    track(6, "/m/Untagged/Lonely Road.ogg"),
    track(7, "/m/Mono - Signs.ogg"),
    track(8, "/m/x/one.mp3", "???", "Who"),
    track(9, "/m/x/two.mp3", "!!!", "Who"),
]


@pytest.mark.parametrize(
    ("name", "expected", "how"),
    [
        (SongName(track_id=2), 2, "id"),
        (SongName(path="/m/nelly/01 dilemma.mp3"), 3, "path"),
        (SongName(path="AC_DC/Thunderstruck.mp3"), 1, "path"),
        (SongName(path="..\\music\\..\\Beyoncé\\HALO.MP3"), 5, "path"),
        (SongName(path="file:///m/%E5%91%A8%E6%9D%B0%E4%BC%A6/%E6%99%B4%E5%A4%A9.mp3"), 2, "path"),
        (SongName(path="Beyonce\u0301/Halo.mp3"), 5, "path"),
        (SongName(artist="周杰倫", title="晴天"), 2, "name"),
        (SongName(artist="beyonce", title="HALO!"), 5, "name"),
        (SongName(artist="Kelly Rowland", title="Dilemma (Album Version)"), 3, "name"),
        (SongName(artist="Nelly feat. Kelly Rowland", title="Dilemma [Explicit]"), 3, "name"),
        (SongName(artist="untagged", title="lonely road"), 6, "name"),
        (SongName(artist="Mono", title="Signs"), 7, "name"),
        (SongName(artist="ＡＣ／ＤＣ", title="Ｔｈｕｎｄｅｒｓｔｒｕｃｋ"), 1, "name"),
        (SongName(title="thunderstruck"), 1, "name"),
        (SongName(path="gone.mp3", artist="Who", title="!!!"), 9, "name"),
        (parse_song("AC/DC - Thunderstruck"), 1, "name"),
    ],
)
def test_names_that_mean_one_track(name: SongName, expected: int, how: str) -> None:
    found = Matcher(LIBRARY).match(name)
    assert (found.track_id, found.how) == (expected, how)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (SongName(track_id=77), "no such song"),
        (SongName(path="nelly/01 dilemma.mp3"), "2 files of the library end so"),
        (SongName(path="lly/01 dilemma.mp3"), "no such song"),
        (SongName(artist="Nelly", title="Hot in Herre"), "no such song"),
        (SongName(artist="Who", title="..."), "no such song"),
        (SongName(title="dilemma"), "no such song"),
        (SongName(), "no such song"),
    ],
)
def test_names_that_mean_none(name: SongName, reason: str) -> None:
    found = Matcher(LIBRARY).match(name)
    assert found.track_id is None
    assert reason in found.reason


def test_a_relative_path_starts_at_its_list(tmp_path: Path) -> None:
    library = [track(1, "/a/x/song.mp3"), track(2, "/b/x/song.mp3")]
    assert Matcher(library).match(SongName(path="../x/song.mp3"), Path("/b/lists")).track_id == 2


def test_undecodable_paths_are_found() -> None:
    library = [Track(1, b"/m/\xff\xfe.mp3", "", (), "", None, "", 1.0, "ok", "")]
    assert Matcher(library).match(SongName(path=os.fsdecode(b"\xff\xfe.mp3"))).track_id == 1


def test_songs_known_by_name_only_are_found_by_their_foreign_id() -> None:
    library = [*LIBRARY, track(10, "song:3", "Elsewhere", "Far")]
    assert Matcher(library).match(parse_song("3")).track_id == 10


def test_find_song_and_artist_name_what_is_near() -> None:
    assert find_song(LIBRARY, "beyonce - halo").id == 5
    with pytest.raises(UnknownNameError, match="AC/DC - Thunderstruck"):
        find_song(LIBRARY, "AC/DC - Thunderstuck!")
    assert find_artist(["Beyoncé", "AC/DC"], "BEYONCE") == "Beyoncé"
    with pytest.raises(UnknownNameError, match="did you mean AC/DC"):
        find_artist(["AC/DC"], "AC DX")


def test_normal_forms() -> None:
    assert normalise("The Beatles") == normalise("beatles") == "beatles"
    assert normalise("Don’t Stop") == normalise("Dont stop")
    assert normalise("が") != normalise("か")
    assert normalise_loosely("晴天（Live）") == "晴天"
    assert normalise_loosely("(untitled)") == "untitled"
    assert split_artists("A、B/C & D feat. E") == ("A", "B", "C", "D", "E")
