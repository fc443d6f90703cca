"""Feature shards at a URL: the tables of a local run, whole objects only, and nothing twice."""

import hashlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.fs as pafs
import pyarrow.parquet as pq
import pytest

from audiorec.data import shard_places, stores
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError, WorkspaceError
from audiorec.features import extract as extract_module
from audiorec.features.extract import make_plan, run_plan
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.track import Task, describe_file
from audiorec.features.workers import Crew, Outcome
from audiorec.library import Library
from tests import signals
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PYTHON = Path(os.environ.get("AUDIOREC_PARTNERS", ROOT / "build" / "partners")).absolute() / "moto" / "bin" / "python"
RECIPE = FeatureRecipe(segments=1, segment_frames=64, waveform_segments=1)
SET = ("segments=1", "segment_frames=64", "waveform_segments=1")
SONGS = 7


class S3:
    """A server that can be killed at any moment and started again with what it held."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, free_port()
        self.start()

    def start(self) -> None:
        script = [str(Path(__file__).with_name("s3_server.py")), str(self.port), str(self._folder)]
        self._process = subprocess.Popen([str(PYTHON), *script], stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while not answers(self.port):
            assert self._process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def url(self, folder: str) -> str:
        return f"s3://music/{folder}?endpoint_override=127.0.0.1:{self.port}&scheme=http&region=us-east-1"

    def files(self) -> Any:
        return pafs.FileSystem.from_uri(self.url("x"))[0]


def answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    if not PYTHON.exists():
        pytest.skip("no moto here: tests/sources/real/partners.sh installs it")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        server = S3(tmp_path_factory.mktemp("s3"))
        try:
            yield server
        finally:
            server.kill()


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    for number in range(SONGS):
        rate = 22_050 + 500 * number
        (folder / f"song {number}.wav").write_bytes(signals.encoded(signals.music(1.2, rate), rate, "WAV"))
    return folder


def here(tasks: Sequence[Task], crew: Crew) -> Iterator[Outcome]:
    yield from map(describe_file, tasks)


def extract(space: Path, music: Path, at: str, engine: Any = here) -> None:
    with Workspace.open(space, write=True) as opened, pytest.MonkeyPatch.context() as patch:
        patch.setattr(extract_module, "SHARD_ROWS", 2)
        plan = make_plan(opened, [os.fsencode(music)], RECIPE)
        run_plan(opened, plan, RECIPE, Crew(1), lambda size: None, engine, at)


def tables(space: Path) -> list[object]:
    with Workspace.open(space) as opened:
        table = opened.features()
        arrays = (table.track_ids, table.descriptors(), table.lyrics(), table.logmel().values, table.waveform().values)
        return [*(array.tobytes() for array in arrays), table.texts()]


@pytest.fixture(scope="module")
def quiet(music: Path, tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    space = tmp_path_factory.mktemp("quiet")
    extract(space, music, "")
    return tables(space)


@pytest.mark.slow
def test_a_store_killed_while_it_is_written_to_holds_whole_shards(
    s3: S3, music: Path, quiet: list[object], tmp_path: Path
) -> None:
    revival = threading.Timer(3.0, s3.start)

    def killing(tasks: Sequence[Task], crew: Crew) -> Iterator[Outcome]:
        for number, task in enumerate(tasks):
            if number == 3:
                s3.kill()
                revival.start()
            yield describe_file(task)

    extract(tmp_path / "space", music, s3.url("features"), killing)
    revival.join()
    assert tables(tmp_path / "space") == quiet
    files, listed = s3.files(), pafs.FileSelector("music/features", recursive=True)
    shards = {found.path: found.mtime for found in files.get_file_info(listed) if found.path.endswith(".parquet")}
    assert len(shards) == -(-SONGS // 2)
    for path in shards:
        with files.open_input_file(path) as opened:
            assert hashlib.blake2b(opened.read(), digest_size=16).hexdigest() == Path(path).stem
    extract(tmp_path / "other", music, s3.url("features"))
    assert {found.path: found.mtime for found in files.get_file_info(listed) if found.path in shards} == shards
    assert tables(tmp_path / "other") == quiet


def test_a_folder_takes_shards_as_well(music: Path, quiet: list[object], tmp_path: Path) -> None:
    extract(tmp_path / "space", music, (tmp_path / "store").as_uri())
    assert tables(tmp_path / "space") == quiet
    files = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".parquet"}
    assert all(pq.read_metadata(path).num_rows for path in files if path.suffix)
    next(path for path in files if path.suffix).unlink()
    with pytest.raises(WorkspaceError, match="is gone: extract again"):
        tables(tmp_path / "space")


def test_what_cannot_be_written_is_said_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "_PATIENCE", 0.0)
    (tmp_path / "file").write_text("")
    for url, said in (
        ("s3://key:secret@music/x", "keys in the environment"),
        ("music", "give a URL such as"),
        ("s3://", "give a URL such as"),
        ("s3:///features", "give a URL such as"),
        ("ftp://music/x", "no store is known"),
        ((tmp_path / "file" / "x").as_uri(), "see to"),
    ):
        with pytest.raises((InputError, WorkspaceError), match=said):
            shard_places.check(url)


@pytest.mark.slow
def test_music_at_a_url_gives_the_tables_of_a_folder(
    s3: S3, music: Path, quiet: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when a song of it goes, and nothing is looked at twice."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{s3.port}")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    stores.store.cache_clear()  # it was opened with the settings of another test
    files = s3.files()
    put = {f"library/{path.name}": path.read_bytes() for path in sorted(music.iterdir())}
    put |= {"library/.trash/song.wav": b"hidden", "library/cover.jpg": b"no sound", "library/old.mid": b"MThd"}
    for key, value in put.items():
        with files.open_output_stream(f"music/{key}") as opened:
            opened.write(value)
    library, options = Library(tmp_path / "ws"), {"jobs": 2, "overrides": SET}
    done = library.extract(["s3://music/library"], **options)
    assert (done.done, done.failed, dict(done.left_out)) == (SONGS, 0, {".mid": 1})
    assert tables(tmp_path / "ws") == quiet
    assert library.tracks()[0]["path"] == "s3://music/library/song 0.wav"
    again = library.extract(["s3://music/library/"], **options)
    assert (again.done, again.reused, again.gone) == (0, SONGS, 0)
    with files.open_output_stream("music/library/song 1.lrc") as opened:
        opened.write(b"[00:01.00]I love the morning light\n")
    files.delete_file("music/library/song 3.wav")
    changed = library.extract(["s3://music/library"], **options)
    assert (changed.done, changed.reused, changed.gone) == (1, SONGS - 2, 1)
    assert library.lyrics(2) == ["I love the morning light"]
    for url, said in (("s3://music/nothing", "there is nothing at"), ("s3://nobodys/x", "refuses .* rights and keys")):
        with pytest.raises((InputError, WorkspaceError), match=said):
            Library(tmp_path / "other").extract([url], **options)
    assert not (tmp_path / "other" / "features").exists()


@pytest.mark.slow
def test_a_bucket_that_refuses_is_named_at_once(s3: S3) -> None:
    begin = time.monotonic()
    with pytest.raises(WorkspaceError, match=r"refuses .*: see to its rights and keys"):
        shard_places.check(s3.url("x").replace("music", "nobodys"))
    assert time.monotonic() - begin < 30
