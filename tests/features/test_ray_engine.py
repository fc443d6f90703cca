"""Extraction on a cluster: the tables of one machine, to the bit, whatever happens to nodes and workers."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.features import ray_engine, workers
from audiorec.features.extract import Outcomes, make_plan, run_plan
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.track import Task, describe_file
from audiorec.features.workers import Crew
from audiorec.library import Library
from tests import signals

RECIPE = FeatureRecipe(segments=1, segment_frames=64, waveform_segments=1)
STORE = 100_000_000


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head without processors, and two nodes of one processor each."""
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": STORE}
    made = Cluster(initialize_head=True, head_node_args=head)
    try:
        for _ in range(2):
            made.add_node(num_cpus=1, object_store_memory=STORE)
        yield made
    finally:
        made.shutdown()


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library") / "music"
    folder.mkdir()
    for number in range(12):
        rate = 22_050 + 500 * number
        (folder / f"song {number:02d}.wav").write_bytes(signals.encoded(signals.music(1.5, rate), rate, "WAV"))
    (folder / "song 03.lrc").write_text("[00:01.00]I love the morning light\n", encoding="utf-8")
    (folder / "song 05.wav").write_bytes(b"no music here")
    return folder


def extract(space: Path, music: Path, engine: Any = workers.describe_all) -> Outcomes:
    with Workspace.open(space, write=True) as opened:
        plan = make_plan(opened, [os.fsencode(music)], RECIPE)
        return run_plan(opened, plan, RECIPE, Crew(1), lambda size: None, engine)


def stored(space: Path) -> list[object]:
    """Everything that a run leaves: shards byte by byte, and every row of the catalogue that it writes."""
    with Workspace.open(space) as opened:
        rows = [
            list(opened.db.execute(f"SELECT * FROM {name} ORDER BY 1, 2")) for name in ("track", "feature", "shard")
        ]
    return [*rows, *(path.read_bytes() for path in sorted((space / "features").rglob("*.parquet")))]


def slow(task: Task) -> workers.Outcome:
    """Waits until the doomed node works, on which it never ends."""
    worker, folder = os.getppid(), Path(os.fsdecode(task.file.path)).parents[1]
    # This process is a child of Ray's worker, which is a child of the node.
    node = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1]
    at_work = folder / "at work"
    if (folder / "doomed").read_text() == node:
        at_work.touch()
        while os.getppid() == worker:
            time.sleep(0.05)
        os._exit(1)
    while not at_work.exists():
        time.sleep(0.05)
    return describe_file(task)


def poison(task: Task) -> workers.Outcome:
    """One file crashes the process that decodes it, another takes Ray's own worker with it."""
    if b"song 07" in task.file.path:
        os._exit(139)
    if b"song 09" in task.file.path:
        os.kill(os.getppid(), signal.SIGKILL)
        os._exit(1)
    return describe_file(task)


@pytest.mark.slow
def test_a_node_that_goes_costs_its_units_time_only(cluster: Any, music: Path, tmp_path: Path) -> None:
    quiet = extract(tmp_path / "quiet", music)
    node = cluster.add_node(num_cpus=1, object_store_memory=STORE)
    (raylet,) = node.all_processes["raylet"]
    (music.parent / "doomed").write_text(str(raylet.process.pid))

    def remove() -> None:
        while not (music.parent / "at work").exists():
            time.sleep(0.05)
        cluster.remove_node(node, allow_graceful=False)

    deaths = threading.Thread(target=remove, daemon=True)
    deaths.start()
    engine = partial(ray_engine.describe_all, work=slow, address=cluster.address)
    done = extract(tmp_path / "cluster", music, engine)
    deaths.join()
    assert (done.done, done.failed, done.reasons) == (quiet.done, quiet.failed, quiet.reasons)
    assert stored(tmp_path / "cluster") == stored(tmp_path / "quiet")


@pytest.mark.slow
def test_a_poison_file_is_named_and_left_alone(cluster: Any, music: Path, tmp_path: Path) -> None:
    engine = partial(ray_engine.describe_all, work=poison, address=cluster.address)
    done = extract(tmp_path / "space", music, engine)
    said = {os.path.basename(path): reason for path, _, reason in done.reasons}
    assert done.done == 9
    assert said[b"song 07.wav"] == "crashed the decoder 2 times (exit code 139)"
    assert said[b"song 09.wav"] == "ended the worker that described it 2 times"
    with Workspace.open(tmp_path / "space") as opened:
        crashes = {os.path.basename(path): record.crashes for path, record in opened.records().items()}
    assert {name: count for name, count in crashes.items() if count} == {b"song 07.wav": 2, b"song 09.wav": 2}
    again = extract(tmp_path / "space", music)
    assert (again.reused, again.failed) == (9, 3)


@pytest.mark.slow
def test_a_node_of_another_version_is_refused_by_name(
    cluster: Any, music: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_engine, "__version__", "0.0.1")
    said = r"node .* has audiorec .*, not audiorec 0\.0\.1 .*: install the same version there"
    with pytest.raises(InputError, match=said):
        extract(tmp_path / "space", music, partial(ray_engine.describe_all, address=cluster.address))


@pytest.mark.slow
def test_a_node_without_audiorec_is_refused(cluster: Any, music: Path, tmp_path: Path) -> None:
    import ray

    def bare() -> None:
        import sys

        class Absent:
            def find_spec(self, name: str, path: object = None, target: object = None) -> None:
                if name.partition(".")[0] == "audiorec":
                    raise ModuleNotFoundError(f"No module named {name!r}")

        sys.meta_path.insert(0, Absent())  # type: ignore[arg-type]

    ray.init(cluster.address, log_to_driver=False, runtime_env={"worker_process_setup_hook": bare})
    try:
        with pytest.raises(InputError, match=r"a node cannot import audiorec.*: install audiorec .* on every node"):
            extract(tmp_path / "space", music, partial(ray_engine.describe_all, address=cluster.address))
    finally:
        ray.shutdown()
    with Workspace.open(tmp_path / "space") as opened:
        assert not opened.has_features(opened.feature_digest())


def test_where_nobody_answers_one_line_says_so(music: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    with pytest.raises(InputError, match=r"no Ray cluster answers at 127\.0\.0\.1:1 .*: give HOST:PORT"):
        extract(tmp_path / "space", music, partial(ray_engine.describe_all, address="127.0.0.1:1"))
    with Workspace.open(tmp_path / "space") as opened:
        assert all(record.status != "ok" for record in opened.records().values())


def test_where_nobody_answers_no_workspace_is_begun(music: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    with pytest.raises(InputError, match="no Ray cluster answers"):
        Library(tmp_path / "space").extract([music], engine="ray", address="127.0.0.1:1")
    assert not (tmp_path / "space").exists()
