"""Failures that may pass are tried again and cost nothing; only the file's own fault is a verdict."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from pebble import ProcessFuture, ProcessPool

from audiorec.data.workspace import Workspace
from audiorec.features import ray_engine, track, workers
from audiorec.features.decoding.decode import Decoding, Float, open_decoding
from audiorec.features.decoding.sniff import Container
from audiorec.features.extract import make_plan, run_plan
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.scan import FoundFile, scan
from audiorec.features.workers import Crew
from tests import made_audio, signals

RECIPE = FeatureRecipe()


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    folder.mkdir()
    for n in range(3):
        (folder / f"{n}.wav").write_bytes(signals.wav(1.0 + n / 10))
    return folder


def extract(root: Path, music: Path, retry: bool = False, least: float = 0.0) -> tuple[int, list[str]]:
    """Files looked at, and the reasons of what failed."""
    with Workspace.open(root, write=True) as space:
        plan = make_plan(space, [os.fsencode(music)], RECIPE, retry=retry, least=least)
        outcomes = run_plan(space, plan, RECIPE, Crew(1), lambda size: None)
    return len(plan.tasks), [reason for _, _, reason in outcomes.reasons]


def songs(root: Path) -> int:
    with Workspace.open(root) as space:
        return len(space.features().track_ids)


def test_an_unreadable_moment_keeps_the_features_and_is_tried_again(
    tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "ws"
    extract(root, music)
    os.utime(music / "1.wav", ns=(1, 1))  # changed, so that it is looked at

    def worker(task: track.Task) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("builtins.open", lambda *a, **k: (_ for _ in ()).throw(OSError(5, "Input/output error")))
            return track.describe_file(task)

    monkeypatch.setattr("audiorec.features.extract.describe_all", lambda tasks, crew: [worker(task) for task in tasks])
    looked, reasons = extract(root, music)
    assert looked == 1
    assert "tried again at the next run" in reasons[0]
    assert songs(root) == 3
    monkeypatch.undo()
    assert extract(root, music) == (1, [])
    assert extract(root, music) == (0, [])


@pytest.mark.parametrize("name", ["x.wav", "x.mp3", "x.m4a"])
def test_a_disk_that_fails_in_the_middle_is_no_end_of_the_sound(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel's own EIO: behind the first block, the file's number leads to memory that is not there."""
    path = tmp_path / name
    make = {"x.wav": lambda: signals.wav(6.0), "x.mp3": lambda: signals.mp3(20.0)}
    path.write_bytes(make[name]() if name in make else made_audio.coded("ipod", "aac", 20.0))
    status = path.stat()
    task = track.Task(1, FoundFile(os.fsencode(path), status.st_size, status.st_mtime_ns, ""), RECIPE)
    assert track.describe_file(task)[0].status == "ok"
    opened: list[int] = []

    class Failing(track.Describer):
        def push(self, block: Float) -> None:
            super().push(block)
            with open("/proc/self/mem", "rb") as nowhere:
                os.dup2(nowhere.fileno(), opened[0])

    def decoding(decoder: str, file: BinaryIO, container: Container) -> Decoding:
        opened.append(file.fileno())
        return open_decoding(decoder, file, container)

    monkeypatch.setattr(track, "Describer", Failing)
    monkeypatch.setattr(track, "open_decoding", decoding)
    monkeypatch.setattr("audiorec.features.decoding.decode.BLOCK_BYTES", 40_000)
    record, features = track.describe_file(task)
    assert record.may_pass, record
    assert features is None
    assert "tried again at the next run" in record.reason


def test_a_file_that_grows_while_it_is_read_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = signals.wav(2.0)
    path = tmp_path / "x.wav"
    path.write_bytes(whole[:40_000])
    status = path.stat()
    task = track.Task(1, FoundFile(os.fsencode(path), status.st_size, status.st_mtime_ns, ""), RECIPE)

    def decoding(decoder: str, file: BinaryIO, container: Container) -> Decoding:
        found = open_decoding(decoder, file, container)
        path.write_bytes(whole)
        return found

    monkeypatch.setattr(track, "open_decoding", decoding)
    record, _ = track.describe_file(task)
    assert record.may_pass
    assert "changed while it was read" in record.reason


def test_lyrics_on_a_disk_that_fails_are_not_taken_for_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(signals.wav(1.0))
    (tmp_path / "x.txt").write_text("la la la\n")
    monkeypatch.setattr("audiorec.features.lyrics.read.stat.S_ISREG", raises(OSError(5, "Input/output error")))
    status = path.stat()
    record, _ = track.describe_file(
        track.Task(1, FoundFile(os.fsencode(path), status.st_size, status.st_mtime_ns, ""), RECIPE)
    )
    assert record.may_pass


def raises(error: Exception) -> Callable[..., object]:
    def call(*args: object) -> object:
        raise error

    return call


def test_a_new_song_in_a_bad_moment_is_taken_at_the_next_run(
    tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "ws"

    def fails(tasks: list[track.Task], crew: Crew) -> list[object]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("builtins.open", lambda *a, **k: (_ for _ in ()).throw(OSError(116, "Stale file handle")))
            return [track.describe_file(task) for task in tasks]

    monkeypatch.setattr("audiorec.features.extract.describe_all", fails)
    assert len(extract(root, music)[1]) == 3
    monkeypatch.undo()
    assert extract(root, music) == (3, [])
    assert songs(root) == 3


def test_a_share_that_is_away_loses_nothing(tmp_path: Path, music: Path) -> None:
    root = tmp_path / "ws"
    extract(root, music)
    shutil.move(music, tmp_path / "elsewhere")
    music.mkdir()
    _, reasons = extract(root, music)
    assert "is it mounted?" in reasons[0]
    assert songs(root) == 3
    music.rmdir()
    shutil.move(tmp_path / "elsewhere", music)
    assert extract(root, music) == (0, [])
    (music / "0.wav").unlink()
    extract(root, music)
    assert songs(root) == 2


class Lost(ProcessPool):
    """Processes that are killed while they start, before or behind the taking of a task."""

    def __init__(self, takes: bool, ends: Exception | None = None) -> None:
        super().__init__(1)
        self.takes, self.ends = takes, ends

    active = False

    def schedule(self, *args: Any, **how: Any) -> "ProcessFuture[Any]":
        if not self.takes:
            raise RuntimeError("Unexpected error within the Pool")
        future: ProcessFuture[Any] = ProcessFuture()
        if self.ends:
            future.set_exception(self.ends)
        return future


LOSSES: dict[str, Callable[[], Lost]] = {
    "takes no task": lambda: Lost(takes=False),
    "never answers": lambda: Lost(takes=True),
    "says so": lambda: Lost(takes=True, ends=BrokenProcessPool("All workers expired")),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_processes_that_are_killed_while_they_start_cost_no_song(
    tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    monkeypatch.setattr(workers, "_LOOK_SECONDS", 0.1)
    opened, good = [LOSSES[loss](), LOSSES[loss]()], workers.open_pool
    monkeypatch.setattr(workers, "open_pool", lambda crew: opened.pop() if opened else good(crew))
    assert extract(tmp_path / "ws", music) == (3, [])
    opened += [LOSSES[loss]() for _ in range(10)]
    os.utime(music / "0.wav", (1, 1))
    _, reasons = extract(tmp_path / "ws", music)
    assert "tried again at the next run" in reasons[0]
    assert songs(tmp_path / "ws") == 3


class Stuck(Lost):
    """A pool whose worker waits for a share and cannot be ended."""

    active = True


def test_a_share_that_does_not_answer_holds_nobody_for_ever(
    tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_LOOK_SECONDS", "_STUCK_SECONDS", "_LIMIT_SECONDS"):
        monkeypatch.setattr(workers, name, 0.05)
    opened, good = [Stuck(takes=True)], workers.open_pool

    def open_pool(crew: Crew) -> ProcessPool:
        if opened:
            return opened.pop()
        monkeypatch.setattr(workers, "_LIMIT_SECONDS", 120.0)
        return good(crew)

    monkeypatch.setattr(workers, "open_pool", open_pool)
    assert extract(tmp_path / "ws", music) == (3, ["the disk or share does not answer; tried again at the next run"])
    assert songs(tmp_path / "ws") == 2
    monkeypatch.setattr(workers, "_LIMIT_SECONDS", 0.05)
    opened += [Stuck(takes=True), Stuck(takes=True)]
    for name in ("0.wav", "1.wav", "2.wav"):
        os.utime(music / name, (1, 1))
    looked, reasons = extract(tmp_path / "ws", music)
    assert (looked, len(reasons), songs(tmp_path / "ws")) == (3, 3, 2)
    assert extract(tmp_path / "ws", music) == (3, [])
    assert songs(tmp_path / "ws") == 3


def test_a_node_that_loses_its_pool_twice_loses_no_song(music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_LOOK_SECONDS", 0.1)
    opened, good = [LOSSES["says so"](), LOSSES["takes no task"]()], workers.open_pool
    monkeypatch.setattr(workers, "open_pool", lambda crew: opened.pop() if opened else good(crew))
    tasks = [track.Task(number, file, RECIPE) for number, file in enumerate(scan([os.fsencode(music)]).files)]
    found = ray_engine._describe_unit(tasks, Crew(1), track.describe_file, ray_engine._version(RECIPE))
    ray_engine._standing_pool.cache_clear()
    assert [record.status for record, _ in found] == ["ok"] * 3


def test_retry_looks_again_at_files_that_failed(tmp_path: Path, music: Path) -> None:
    root = tmp_path / "ws"
    (music / "broken.mp3").write_bytes(b"no sound at all")
    assert extract(root, music)[0] == 4
    assert extract(root, music)[0] == 0
    assert extract(root, music, retry=True)[0] == 1


def test_what_is_shorter_than_asked_for_is_left_out_and_taken_again(tmp_path: Path, music: Path) -> None:
    root = tmp_path / "ws"
    assert extract(root, music) == (3, [])
    looked, reasons = extract(root, music, least=1.05)
    assert (looked, songs(root)) == (1, 2)
    assert reasons == ["lasts less than the 1.05 s of --min-length"]
    assert extract(root, music, least=1.05)[0] == 0
    assert extract(root, music)[0] == 1
    assert songs(root) == 3


@pytest.mark.parametrize(
    "place",
    [
        "@eaDir/x.mp3",
        "#recycle/x.mp3",
        "$RECYCLE.BIN/x.mp3",
        "__MACOSX/x.mp3",
        ".Trash-1000/x.mp3",
        ".hidden.mp3",
        "._x.mp3",
    ],
)
def test_folders_and_files_that_are_no_music_are_left_out(tmp_path: Path, place: str) -> None:
    (tmp_path / "album").mkdir()
    (tmp_path / "album" / "song.mp3").write_bytes(b"x")
    path = tmp_path / "album" / place
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    assert [os.path.basename(file.path) for file in scan([os.fsencode(tmp_path)]).files] == [b"song.mp3"]


@pytest.mark.parametrize("place", ["...Baby One More Time.mp3", ".38 Special/x.mp3", "...And Justice for All/x.mp3"])
def test_names_that_begin_with_dots_are_names(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_bytes(b"x")
    assert len(scan([os.fsencode(tmp_path)]).files) == 1


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("", []),
        ("*.ogg\n", ["a.mp3", "deep/c.mp3"]),
        ("# all but\ndeep\n", ["a.mp3", "b.ogg"]),
        ("deep/c*", ["a.mp3", "b.ogg"]),
    ],
)
def test_patterns_of_what_a_folder_leaves_out(tmp_path: Path, words: str, kept: list[str]) -> None:
    folder = tmp_path / "album"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.mp3", "b.ogg", "deep/c.mp3"):
        (folder / name).write_bytes(b"x")
    (folder / ".ndignore").write_text(words)
    found = scan([os.fsencode(tmp_path)]).files
    assert [os.fsdecode(file.path).removeprefix(f"{folder}/") for file in found] == kept


def test_endings_that_nothing_reads_are_counted(tmp_path: Path) -> None:
    for name in ("a.mid", "b.MID", "c.ofr", "d.txt", "e.mp3"):
        (tmp_path / name).write_bytes(b"x")
    found = scan([os.fsencode(tmp_path)])
    assert (len(found.files), found.left_out) == (1, {".mid": 2, ".ofr": 1})


def test_lyrics_that_lead_nowhere_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(b"x")
    (tmp_path / "a.lrc").symlink_to("nowhere.lrc")
    assert len(scan([os.fsencode(tmp_path)]).files) == 1


def test_a_song_has_one_stamp_by_its_folder_and_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "Song.mp3").write_bytes(b"x")
    (tmp_path / "song.LRC").write_text("[00:01.00]la")
    by_folder, by_name = (scan([os.fsencode(path)]).files for path in (tmp_path, tmp_path / "Song.mp3"))
    assert by_folder == by_name
    assert by_folder[0].sidecar


@pytest.mark.parametrize("name", [".nomedia", ".ndignore"])
def test_a_folder_that_asks_to_be_left_out_is(tmp_path: Path, name: str) -> None:
    (tmp_path / "ringtones").mkdir()
    (tmp_path / "ringtones" / "x.mp3").write_bytes(b"x")
    (tmp_path / "ringtones" / name).touch()
    (tmp_path / "y.mp3").write_bytes(b"x")
    assert [os.path.basename(file.path) for file in scan([os.fsencode(tmp_path)]).files] == [b"y.mp3"]
