"""Later exports of a service that names artists only at times: every play counts once, and finds its song late."""

import json
from pathlib import Path

import pytest

from audiorec.data.catalogue import FileRecord, write_record
from audiorec.data.workspace import Workspace
from audiorec.sources.importing import ImportReport, Owner, import_rows, source_of
from audiorec.sources.matching.matcher import Matcher
from audiorec.sources.services import apple_music
from tests.sources.made_exports import write_zip

PLAYS = """"Album Name","Artist Name","End Reason Type","Event End Timestamp","Event Type","Media Duration In Milliseconds","Play Duration Milliseconds","Song Name"
"","","NATURAL_END_OF_TRACK","2024-01-31T12:37:00Z","PLAY_END","181000","180000","Tide"
"","","NATURAL_END_OF_TRACK","2024-02-01T12:37:00Z","PLAY_END","181000","180000","Tide"
"","","NATURAL_END_OF_TRACK","2024-02-01T13:37:00Z","PLAY_END","90000","90000","Gulls"
"""  # noqa: E501


def library(**counts: int) -> str:
    """The list of a library's songs, with their plays in all."""
    artists = {"Tide": "Ann", "Low": "Mo Ley"}
    songs = [
        {"Content Type": "Song", "Track Identifier": place, "Title": title, "Artist": artists[title],
         "Track Play Count": count, "Last Played Date": f"2024-02-0{count}T12:37:00Z"}
        for place, (title, count) in enumerate(counts.items())
    ]  # fmt: skip
    return json.dumps(songs)


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """A library of three songs, two of which have one title."""
    opened = Workspace.open(tmp_path / "w", write=True)
    opened.add_paths([b"/m/a.mp3", b"/m/b.mp3", b"/m/c.mp3"])
    with opened.transaction() as db:
        for number, (artist, title) in enumerate((("Ann", "Tide"), ("Bo", "Tide"), ("Mo Ley", "Low")), start=1):
            write_record(db, FileRecord(number, 1, 1, "ok", title=title, artists=(artist,)))
    return opened


def take(space: Workspace, path: Path, files: dict[str, str], user: str = "me") -> ImportReport:
    write_zip(path, files)
    source = source_of(space, "apple-music", path)
    return import_rows(space, Matcher(space.tracks()), source, apple_music.read(path), Owner(user))


def listens(space: Workspace) -> dict[int, float]:
    return dict(space.db.execute("SELECT track_id, sum(count) FROM listen GROUP BY track_id"))


def waiting(space: Workspace) -> int:
    return int(space.db.execute("SELECT count(*) FROM unmatched").fetchone()[0])


def test_plays_whose_artist_a_later_export_names_count_once_and_find_their_song(
    space: Workspace, tmp_path: Path
) -> None:
    report = take(space, tmp_path / "one.zip", {"Apple Music Play Activity.csv": PLAYS})
    assert (report.ambiguous, report.waiting, listens(space)) == (2, 1, {})
    later = PLAYS + PLAYS.splitlines()[1].replace("01-31", "03-01") + "\n"
    days = "Date Played,Track Description\n20240131,Ann - Tide\n20240131,Mo Ley - Gulls\n"
    files = {"Apple Music Play Activity.csv": later, "Apple Music - Play History Daily Tracks.csv": days}
    for name in ("two.zip", "three.zip"):
        take(space, tmp_path / name, files)
        assert listens(space) == {1: 3.0}
        assert waiting(space) == 1
    take(space, tmp_path / "one.zip", {"Apple Music Play Activity.csv": PLAYS})
    assert (listens(space), waiting(space)) == ({1: 3.0}, 1)


def test_totals_of_a_later_export_take_the_place_of_earlier_ones(space: Workspace, tmp_path: Path) -> None:
    take(space, tmp_path / "bo.zip", {"Apple Music Library Tracks.json": library(Low=2)}, user="bo")
    for name, count in (("one.zip", 4), ("two.zip", 6), ("two.zip", 6)):
        take(space, tmp_path / name, {"Apple Music Library Tracks.json": library(Low=count)})
    assert listens(space) == {3: 8.0}
    assert dict(space.db.execute("SELECT user, count FROM listen")) == {"bo": 2.0, "me": 6.0}
