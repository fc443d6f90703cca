"""Lists beside a writer, and after it: songs come and go while others ask, and every list is one of a single state."""

import multiprocessing
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
import pytest

from audiorec.data.catalogue import FileRecord
from audiorec.data.tables import TrackFeatures
from audiorec.data.workspace import Workspace
from audiorec.library import Library
from tests.cli.test_content_commands import LAYOUT, SONGS, call, fill

pytestmark = pytest.mark.slow  # training takes most of it

PATCH, NOTHING = np.zeros((2, 128, 140), np.uint8), np.zeros((1, 1, 4), np.uint8)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beside") / "ws"
    fill(folder)
    call(folder, "train-network", changes=("dims=[4]",))
    call(folder, "train-hybrid")
    return folder


def write_on(root: Path, begun: Event, end: Event) -> None:
    """Extraction in another process: new songs, songs described again, songs that go and come back."""
    rng = np.random.default_rng(0)
    number = SONGS
    while not end.is_set():
        number += 1
        with Workspace.open(root, write=True) as space:
            space.add_paths([f"/m/{number}.mp3".encode()])
            ids = (max(track.id for track in space.tracks()), 1 + number % SONGS)
            rows = [(track, TrackFeatures(PATCH, NOTHING, rng.normal(size=6).astype(np.float32))) for track in ids]
            named = [
                FileRecord(track, 1, 1, "ok", title=f"song {track}", artists=(f"artist {track % 9}",), seconds=3.0)
                for track in ids
            ]
            space.commit_shard(rows, named, LAYOUT)
            space.set_absent([1 + (7 * number) % SONGS])
            space.add_paths([f"/m/{1 + (7 * number - 70) % SONGS:02d}.mp3".encode()])
        begun.set()
        time.sleep(0.01)


def test_lists_while_another_process_extracts(trained: Path) -> None:
    context = multiprocessing.get_context("spawn")
    begun, end = context.Event(), context.Event()
    process = context.Process(target=write_on, args=(trained, begun, end))
    process.start()
    try:
        assert begun.wait(300)
        until = time.monotonic() + 3.0
        while time.monotonic() < until:
            assert len(Library(trained).recommend("user 0", 5)) == 5
            assert Library(trained).similar(user="user 0")
        assert process.is_alive()
    finally:
        end.set()
        process.join(300)
    assert process.exitcode == 0


def test_a_song_whose_file_went_leaves_lists(trained: Path) -> None:
    first = Library(trained).recommend("user 1", 3)
    with Workspace.open(trained, write=True) as space:
        space.set_absent([first[0]["track_id"]])
    then = Library(trained).recommend("user 1", 20)
    assert first[0]["track_id"] not in {song["track_id"] for song in then}
