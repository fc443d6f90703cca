"""Extraction as a whole: what is looked at again, what is kept, and that nothing depends on jobs or interruptions."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from audiorec.data.workspace import Workspace
from audiorec.features import recipe as recipe_module
from audiorec.features import workers
from audiorec.features.extract import Outcomes, make_plan, run_plan
from audiorec.features.recipe import FeatureRecipe, feature_digest
from audiorec.features.scan import FoundFile
from audiorec.features.track import Task
from audiorec.features.workers import Crew
from tests import signals

RECIPE = FeatureRecipe(segments=1, segment_frames=64, waveform_segments=1)
LYRICS = "[00:01.00]I love the morning light\n[00:05.00]I cry all night\n"


def make_library(folder: Path, songs: int = 3) -> Path:
    for number in range(songs):
        place = folder / f"Artist {number % 2}"
        place.mkdir(parents=True, exist_ok=True)
        rate = 22_050 + 2_000 * number
        (place / f"song {number}.wav").write_bytes(signals.encoded(signals.music(1.5, rate), rate, "WAV"))
    (folder / "Artist 0" / "song 0.lrc").write_text(LYRICS, encoding="utf-8")
    return folder


def extract(space: Path, folder: Path, jobs: int = 1, limit: int | None = None) -> Outcomes:
    with Workspace.open(space, write=True) as opened:
        plan = make_plan(opened, [os.fsencode(folder)], RECIPE, limit)
        return run_plan(opened, plan, RECIPE, Crew(jobs), lambda size: None)


def tables(space: Path) -> list[object]:
    with Workspace.open(space) as opened:
        table = opened.features()
        patches, sounds = table.logmel(), table.waveform()
        arrays = (table.track_ids, table.descriptors(), table.lyrics(), patches.values, sounds.values)
        return [*(array.tobytes() for array in arrays), table.texts(), [t.path for t in opened.tracks()]]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("extract")
    library = make_library(root / "music")
    assert extract(root / "space", library).done == 3
    return root / "space", library


def test_lyrics_come_from_the_sidecar(done: tuple[Path, Path]) -> None:
    with Workspace.open(done[0]) as space:
        assert space.features().texts() == ["I love the morning light\nI cry all night", None, None]
        assert space.features().languages()[0] == "en"


def test_a_second_run_touches_nothing(done: tuple[Path, Path]) -> None:
    before = tables(done[0])
    outcomes = extract(*done)
    assert (outcomes.done, outcomes.reused) == (0, 3)
    assert tables(done[0]) == before


def test_jobs_and_interruptions_change_nothing(done: tuple[Path, Path], tmp_path: Path) -> None:
    for limit in (1, None):
        extract(tmp_path / "space", done[1], jobs=2, limit=limit)
    assert tables(tmp_path / "space") == tables(done[0])


def test_only_what_changed_is_looked_at(tmp_path: Path) -> None:
    library, space = make_library(tmp_path / "music", songs=5), tmp_path / "space"
    extract(space, library)
    (library / "Artist 0" / "song 0.lrc").write_text("[00:01.00]rain\n", encoding="utf-8")
    (library / "Artist 1" / "song 1.wav").write_bytes(signals.wav(1.0))
    (library / "Artist 0" / "song 2.wav").rename(library / "moved.wav")
    (library / "Artist 1" / "song 3.wav").unlink()
    (library / "new.wav").write_bytes(signals.wav(1.2))
    with Workspace.open(space) as opened:
        ids = {os.path.basename(track.path): track.id for track in opened.tracks()}
    outcomes = extract(space, library)
    assert (outcomes.done, outcomes.reused, outcomes.gone) == (3, 2, 1)
    with Workspace.open(space) as opened:
        now = {os.path.basename(track.path): track.id for track in opened.tracks()}
        assert opened.features().texts()[0] == "rain"
        assert len(opened.features()) == 5
    assert now[b"moved.wav"] == ids[b"song 2.wav"]
    assert b"song 3.wav" not in now


def test_a_file_that_comes_back_has_its_features(tmp_path: Path) -> None:
    library, space = make_library(tmp_path / "music", songs=2), tmp_path / "space"
    extract(space, library)
    before = tables(space)
    song = library / "Artist 1" / "song 1.wav"
    stamp, data = song.stat(), song.read_bytes()
    song.unlink()
    assert extract(space, library).gone == 1
    song.write_bytes(data)
    os.utime(song, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert extract(space, library).done == 0
    assert tables(space) == before


def test_failed_files_are_told_again_but_not_read_again(tmp_path: Path) -> None:
    library = make_library(tmp_path / "music", songs=1)
    (library / "bad.mp3").write_bytes(b"no music here")
    first = extract(tmp_path / "space", library)
    again = extract(tmp_path / "space", library)
    assert (first.done, first.failed) == (1, 1)
    assert (again.done, again.reused, again.failed) == (0, 1, 1)
    assert again.reasons == first.reasons
    assert "first bytes" in again.reasons[0][2]


def test_two_recipes_live_side_by_side(done: tuple[Path, Path], tmp_path: Path) -> None:
    library, space = done[1], tmp_path / "space"
    extract(space, library)
    other = RECIPE.model_copy(update={"mfcc": 13})
    with Workspace.open(space, write=True) as opened:
        run_plan(opened, make_plan(opened, [os.fsencode(library)], other), other, Crew(1), lambda size: None)
        assert opened.feature_digest() == feature_digest(other)
        assert opened.features().descriptors().shape[1] < 300
    outcomes = extract(space, library)
    assert (outcomes.done, outcomes.reused) == (0, 3)


def test_other_numbers_under_the_same_recipe_have_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    before = feature_digest(RECIPE)
    assert feature_digest(RECIPE) == before
    monkeypatch.setattr(recipe_module, "VERSION", recipe_module.VERSION + 1)
    assert feature_digest(RECIPE) != before


def crash(task: Task) -> workers.Outcome:
    """What a decoder with a bug in C does to the worker, and one that hangs for ever."""
    name = os.path.basename(task.file.path)
    if name == b"crash.wav":
        os._exit(139)
    if name == b"hang.wav":
        time.sleep(600)
    if name == b"memory.wav":
        np.ones(2**28)  # 2 GB
    return workers.describe_file(task)


def test_a_crash_a_hang_and_a_full_memory_cost_one_file_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Long enough for a slow machine to start a worker, which counts as a part of its first file.
    monkeypatch.setattr(workers, "_LIMIT_SECONDS", 15.0)
    files = []
    for number, name in enumerate(["a.wav", "crash.wav", "b.wav", "hang.wav", "memory.wav"], start=1):
        path = tmp_path / name
        path.write_bytes(signals.wav(1.0))
        files.append(Task(number, FoundFile(os.fsencode(path), path.stat().st_size, 0, ""), RECIPE))
    found = list(workers.describe_all(files, Crew(2, megabytes=700), work=crash))
    reasons = {record.track_id: record.reason for record, _ in found}
    assert list(reasons) == [1, 2, 3, 4, 5]
    assert [record.status for record, _ in found] == ["ok", "failed", "ok", "failed", "failed"], reasons
    assert "crashed the decoder 2 times" in reasons[2]
    assert found[1][0].crashes == workers.MOST_CRASHES
    assert "took too long" in reasons[4]
    assert "more memory" in reasons[5]


def slowly(task: Task) -> workers.Outcome:
    Path(os.fsdecode(task.file.path) + ".begun").touch()
    for _ in range(10):
        time.sleep(0.1)  # in pieces: one long sleep is over when the process goes on
    return workers.describe_file(task)


# A run whose files may take 4 s once its worker stands.
STOPPED = """
import sys
from audiorec.features import workers
from audiorec.features.scan import scan
from audiorec.features.track import Task
from tests.features.test_extract import RECIPE, slowly
first, *others = [Task(number, file, RECIPE) for number, file in enumerate(scan([sys.argv[1].encode()]).files)]
workers._LOOK_SECONDS, workers._PAUSE_SECONDS = 0.2, 3.0
with workers.open_pool(workers.Crew(1)) as pool:
    for tasks in [first], others:
        for record, _ in workers.describe_in(pool, tasks, slowly, window=4):
            print(record.status, record.reason, flush=True)
        workers._LIMIT_SECONDS = 4.0
"""


def test_a_run_that_is_stopped_for_longer_than_a_file_may_take_loses_none(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.wav").write_bytes(signals.wav(0.5 + number / 10))
    command = [sys.executable, "-c", STOPPED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as run:
        assert run.stdout is not None
        while not (tmp_path / "1.wav.begun").exists():
            assert run.poll() is None
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGSTOP)
        time.sleep(6.0)
        os.killpg(run.pid, signal.SIGCONT)
        told = run.stdout.readlines()
    assert [line.strip() for line in told] == ["ok"] * 4


def test_descriptors_are_named_and_finite(done: tuple[Path, Path]) -> None:
    with Workspace.open(done[0]) as space:
        table = space.features()
        names, values = table.layout.descriptor_names, table.descriptors()
    assert len(names) == len(set(names)) == values.shape[1]
    assert np.isfinite(values).all()
    tempo = values[:, names.index("tempo_bpm")]
    assert ((tempo == 0) | ((tempo > 30) & (tempo < 300))).all()
