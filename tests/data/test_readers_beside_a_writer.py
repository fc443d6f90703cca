"""Readers beside a writer see one state of the workspace until they close it, and never a file that is not there."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from audiorec.data import derived
from audiorec.data.catalogue import FileRecord
from audiorec.data.events import SCHEMA
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace
from audiorec.errors import WorkspaceError
from audiorec.library import Library

LAYOUT = Layout("e" * 16, ("loudness", "tempo"), ("joy",), 0.5, -80.0, 11025)
SECONDS = 2.0


def features(value: int) -> TrackFeatures:
    patch = np.full((1, 4, 3), value % 256, dtype=np.uint8)
    numbers = np.full(2, value, dtype=np.float32)
    return TrackFeatures(patch, patch[:, :2], numbers, numbers[:1], f"line {value}", "en")


def commit(space: Workspace, number: int, songs: int = 8) -> None:
    """One more shard: some songs that are new and one that was described before, all with the number of the shard."""
    space.add_paths([f"/m/{number * songs + song:06d}.mp3".encode() for song in range(songs)])
    new = range(number * songs + 1, (number + 1) * songs + 1)
    rows = [(track, features(number)) for track in {*new, max(1, new[0] - 1)}]
    records = [FileRecord(track, 1, 1, "ok", title=f"{number}", artists=("Ada",), seconds=3.0) for track, _ in rows]
    space.commit_shard(rows, records, LAYOUT)


def write_on(root: Path, begun: Event, end: Event) -> None:
    """A second process that extracts, imports and opens the workspace anew, until it is told to end."""
    number = 1
    while not end.is_set():
        with Workspace.open(root, write=True) as space:
            for _ in range(5):
                commit(space, number)
                number += 1
            space.add_listens("test", [("u", track, 1.0, None) for track in range(1, number)])
        derived.save(root / "derived" / "x", {"n": number}, {"a": np.full(number % 7 + 1, number)})
        begun.set()


@contextmanager
def a_writer(root: Path) -> Iterator[None]:
    with Workspace.open(root, write=True) as space:
        commit(space, 0)
        space.use_features(LAYOUT.digest)
        space.add_listens("test", [("u", 1, 1.0, None)])
    context = multiprocessing.get_context("spawn")
    begun, end = context.Event(), context.Event()
    process = context.Process(target=write_on, args=(root, begun, end))
    process.start()
    try:
        assert begun.wait(60)
        yield
        assert process.is_alive(), "the writer must not be disturbed by readers"
    finally:
        end.set()
        process.join(60)
    assert process.exitcode == 0


def feature_tables(root: Path) -> None:
    with Workspace.open(root) as space:
        before, table = [t for t in space.tracks() if t.status == "ok"], space.features()
        numbers = table.descriptors()[:, 0]
        assert [track.id for track in before] == table.track_ids.tolist()
        assert [float(track.title) for track in before] == numbers.tolist()
        assert [f"line {value:.0f}" for value in numbers] == table.texts()
        assert table.logmel().values[:, 0, 0].tolist() == [value % 256 for value in numbers.tolist()]
        after = space.features()
        np.testing.assert_array_equal(after.track_ids, table.track_ids)
        assert space.interactions().items.tolist() == table.track_ids.tolist()
        assert space.inputs() == space.inputs()


def lists_of_tracks(root: Path) -> None:
    found = [track for track in Library(root).tracks() if track["status"] != "new"]  # `new` waits for its shard
    assert all(track["has_lyrics"] for track in found)
    assert len(found) % 8 == 0


def status(root: Path) -> None:
    facts = Library(root).status()
    assert facts["tracks"]["ok"] % 8 == 0


def derived_arrays(root: Path) -> None:
    found = derived.load(root / "derived" / "x")
    if found is not None:
        number = found[0]["n"]
        assert found[1]["a"].tolist() == [number] * (number % 7 + 1)


@pytest.mark.parametrize("read", [feature_tables, lists_of_tracks, status, derived_arrays])
def test_a_reader_sees_one_state(tmp_path: Path, read: Callable[[Path], None]) -> None:
    rounds, states = 0, set()
    with a_writer(tmp_path):
        start = time.monotonic()
        # On a busy machine it takes longer until both have come a way.
        while (seconds := time.monotonic() - start) < SECONDS or (len(states) < 3 and seconds < 300):
            read(tmp_path)
            rounds += 1
            with Workspace.open(tmp_path) as space:
                states.add(space.inputs()["features"])
    assert rounds > 2
    assert len(states) > 2, "nothing was written beside the reader"


def test_a_reader_that_stays_open_keeps_its_state_and_its_files(tmp_path: Path) -> None:
    with Workspace.open(tmp_path, write=True) as space:
        commit(space, 0)
        space.use_features(LAYOUT.digest)
    with Workspace.open(tmp_path) as reader:
        table = reader.features()
        for number in range(1, 4):
            with Workspace.open(tmp_path, write=True) as space:
                commit(space, number)
        assert len(reader.tracks()) == len(reader.features()) == 8
        assert set(table.descriptors()[:, 0].tolist()) == {0.0}
    with Workspace.open(tmp_path) as reader:
        assert len(reader.tracks()) == len(reader.features()) == 32


def test_the_first_writer_is_not_disturbed_by_readers_that_look_for_it(tmp_path: Path) -> None:
    complaints, ended = set[str](), threading.Event()
    roots = [tmp_path / f"{number}" for number in range(20)]

    def look() -> None:
        while not ended.is_set():
            for root in roots:
                try:
                    Workspace.open(root).close()
                except WorkspaceError as error:
                    complaints.add(str(error).replace(str(root), "ROOT"))

    readers = [threading.Thread(target=look) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        for root in roots:
            Workspace.open(root, write=True).close()
    finally:
        ended.set()
        for reader in readers:
            reader.join()
    assert all(text.startswith("no workspace at ROOT") for text in complaints), complaints


def test_a_list_without_times_may_be_imported_again_and_again(tmp_path: Path) -> None:
    """SQLite gives the id of a shard anew once its row is gone; its file must not go with the older one."""
    for times in range(1, 5):
        row = {"user": "u", "song": "x", "kind": "play", "weight": float(times)}
        batch = pa.RecordBatch.from_pylist([row], schema=SCHEMA)
        with Workspace.open(tmp_path, write=True) as space:
            space.add_events("listens:x", [batch])
            files = [tmp_path / file for (file,) in space.db.execute("SELECT file FROM event_shard")]
        assert [file.is_file() for file in files] == [True]
