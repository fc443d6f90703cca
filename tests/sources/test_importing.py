"""Importing: a file counts once however often it comes, and what did not match waits for its song."""

import os
from pathlib import Path

import numpy as np

from audiorec.data.catalogue import FileRecord
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace
from audiorec.sources.importing import ImportReport, rematch, source_of, store_listens
from audiorec.sources.listens_tables import read_listens
from audiorec.sources.matching import Matcher

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
    found = read_listens(path)
    source = source_of(space, "listens", path)
    return store_listens(space, Matcher(space.tracks()), source, found.rows, found.problems)


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
