"""Importing: a file counts once however often it comes, and what did not match waits for its song."""

import os
from pathlib import Path

import numpy as np
import pytest

from audiorec.data.catalogue import FileRecord
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.sources.importing import ImportReport, Owner, import_rows, pack, rematch, source_of, unpack, waiting_songs
from audiorec.sources.matching.matcher import Matcher
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.tables.listens_tables import read

LAYOUT = Layout("d" * 16, ("loudness",), (), 0.5, -80.0, 11025)


def add_songs(space: Workspace, *paths: str) -> None:
    space.add_paths([os.fsencode(path) for path in paths])
    ids = {track.path: track.id for track in space.tracks()}
    empty = np.zeros((0, 1, 1), dtype=np.uint8)
    songs = [ids[os.fsencode(path)] for path in paths]
    rows = [(song, TrackFeatures(empty, empty, np.zeros(1, dtype=np.float32))) for song in songs]
    records = [FileRecord(song, 1, 1, "ok", title=f"song {song}", artists=("Ada",)) for song in songs]
    space.commit_shard(rows, records, LAYOUT)
    space.use_features(LAYOUT.digest)


def take(space: Workspace, path: Path) -> ImportReport:
    return import_rows(space, Matcher(space.tracks()), source_of(space, "listens", path), read(path), Owner())


def total(space: Workspace) -> float:
    return float(space.interactions().counts.sum())


def test_a_file_counts_once_also_when_copied_and_the_newest_text_wins(tmp_path: Path) -> None:
    file, copy = tmp_path / "listens.csv", tmp_path / "copy.csv"
    file.write_text("user,path,count,time\nann,a.mp3,2,10\nann,a.mp3,1,5\nbob,b.mp3,1,\nbob,gone.mp3,4,\n")
    with Workspace.open(tmp_path / "w", write=True) as space:
        add_songs(space, "/m/a.mp3", "/m/b.mp3")
        report = take(space, file)
        assert (report.rows, report.listens, report.users, report.songs, report.by) == (4, 4.0, 2, 2, {"path": 3})
        assert [(row.line, row.song) for row in report.unmatched] == [(5, "gone.mp3")]
        times = space.interactions().times
        assert times is not None
        assert times.max() == 10
        copy.write_bytes(file.read_bytes())
        for path in (file, copy):
            take(space, path)
            assert total(space) == 4
        file.write_text("user,path\nann,a.mp3\n")
        take(space, file)
        assert total(space) == 1
        assert space.db.execute("SELECT count(*) FROM unmatched").fetchone() == (0,)


def test_listens_wait_for_their_songs(tmp_path: Path) -> None:
    file = tmp_path / "listens.csv"
    file.write_text("user,song\nann,late.mp3\nann,Ada - song 2\nann,never.mp3\n")
    with Workspace.open(tmp_path / "w", write=True) as space:
        assert len(take(space, file).unmatched) == 3
        assert rematch(space) == 0
        add_songs(space, str(tmp_path / "late.mp3"), "/m/other.mp3")
        assert rematch(space) == 2
        assert rematch(space) == 0
        assert total(space) == 2
        take(space, file)
        assert total(space) == 2


def test_a_later_log_of_another_name_adds_what_is_new_and_finds_songs_late(tmp_path: Path) -> None:
    plays = [Row("ann", WrittenSong(("Ada",), f"song {1 + n % 2}"), time=100.0 + n) for n in range(6)]
    with Workspace.open(tmp_path / "w", write=True) as space:
        add_songs(space, "/m/a.mp3")
        for name, end in (("old", 4), ("old", 4), ("new", 6)):
            report = import_rows(space, Matcher(space.tracks()), f"lastfm:/{name}", plays[:end], Owner())
            assert report.rows == end
        assert total(space) == 3
        assert space.db.execute("SELECT count(*) FROM unmatched").fetchone() == (3,)
        add_songs(space, "/m/b.mp3")
        assert (rematch(space), total(space)) == (3, 6)
        import_rows(space, Matcher(space.tracks()), "lastfm:/newest", plays, Owner())
        assert total(space) == 6


def test_old_and_new_songs_as_written_are_read() -> None:
    song = WrittenSong(("Ann", "Bob"), "One", "Sun", "/m/a.mp3", {"mbid": "x"}, 12.5)
    assert unpack(pack(song)) == song
    assert unpack(pack(WrittenSong(title="One"))) == WrittenSong(title="One")
    old = unpack('{"track_id": 3, "path": "a.mp3", "artist": "Ann", "title": "One"}')
    assert (old.artists, old.title, old.path, old.ids["track"]) == (("Ann",), "One", "a.mp3", "3")


def test_nobodys_rows_are_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w", write=True) as space:
        add_songs(space, "/m/a.mp3")
        rows = [Row("ann", WrittenSong(path="a.mp3")), Row("", WrittenSong(path="a.mp3"))]
        with pytest.raises(InputError, match="--user NAME"):
            import_rows(space, Matcher(space.tracks()), "x:/x", rows, Owner())
        assert not space.has_listens()
        import_rows(space, Matcher(space.tracks()), "x:/x", rows, Owner(user="bob"))
        assert space.interactions().users == ("ann", "bob")
        import_rows(space, Matcher(space.tracks()), "x:/x", rows, Owner(instead="Zoe\u0308 "))
        assert space.interactions().users == ("Zo\u00eb",)


def test_rows_that_know_an_id_alone_find_their_song_by_the_others(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w", write=True) as space:
        add_songs(space, "/m/a.mp3")
        rows = [
            Row("ann", WrittenSong(ids={"mbid": "x"}), kind="like"),
            Row("ann", WrittenSong(("Ada",), "song 1", ids={"mbid": "x"})),
        ]
        report = import_rows(space, Matcher(space.tracks()), "x:/x", rows, Owner())
        assert (report.by, report.waiting) == ({"name": 1, "id": 1}, 0)


def test_a_report_counts_every_row(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w", write=True) as space:
        add_songs(space, "/m/x/a.mp3", "/n/y/a.mp3")
        rows = [
            Row("ann", WrittenSong(path="/m/x/a.mp3"), kind="skip", row=1),
            Row("ann", WrittenSong(path="/m/x/a.mp3"), weight=3.0, time=5.0, row=2),
            Row("ann", WrittenSong(path="Q:/a.mp3"), row=3),
            Row("ann", WrittenSong(title="gone"), row=4),
            Row("ann", WrittenSong(title="gone"), row=5),
            Unread(6, "a podcast", skipped=True),
            Unread(7, "torn"),
        ]
        report = import_rows(space, Matcher(space.tracks()), "x:/x", rows, Owner())
        assert (report.rows, report.listens, report.by) == (5, 3.0, {"path": 2})
        assert (report.waiting, report.ambiguous, report.skipped, report.unread) == (2, 1, {"a podcast": 1}, 1)
        assert [(row.line, row.song) for row in report.unmatched] == [(3, "Q:/a.mp3"), (4, "gone"), (5, "gone")]
        assert space.interactions().counts.sum() == 3
        assert [(song.title or song.path, rows) for _, song, rows in waiting_songs(space)] == [
            ("gone", 2),
            ("Q:/a.mp3", 1),
        ]
