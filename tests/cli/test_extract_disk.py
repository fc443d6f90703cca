"""`audiorec extract` on disks as they are: full, read-only, and killed at any moment."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from audiorec.data.workspace import Workspace
from tests import signals

SONGS = 40


def command(space: Path, music: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "audiorec",
        "--quiet",
        "--workspace",
        str(space),
        "extract",
        "--jobs",
        "1",
        str(music),
    ]


def extract(space: Path, music: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(space, music), capture_output=True, text=True)


def tables(space: Path) -> list[object]:
    with Workspace.open(space) as opened:
        table = opened.features()
        arrays = (table.track_ids, table.descriptors(), table.logmel().values, table.waveform().values)
        return [*(array.tobytes() for array in arrays), [(t.path, t.status, t.seconds) for t in opened.tracks()]]


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    for number in range(SONGS):
        noise = np.random.default_rng(number).standard_normal(22_050 * 3).astype(np.float32)
        (folder / f"{number:02d}.wav").write_bytes(signals.encoded(0.1 * noise[:, None], 22_050, "WAV"))
    return folder


@pytest.fixture(scope="module")
def quiet(music: Path, tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    space = tmp_path_factory.mktemp("quiet")
    assert extract(space, music).returncode == 0
    return tables(space)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB; making one needs rights that not every machine gives."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True)
    if done.returncode:
        pytest.skip("no right to mount a small disk here")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_is_named_and_nothing_is_lost(small_disk: Path, music: Path, quiet: list[object]) -> None:
    done = extract(small_disk / "space", music)
    assert done.returncode not in (0, 1)
    assert "space" in done.stderr or "full" in done.stderr
    assert "Traceback" not in done.stderr
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    again = extract(small_disk / "space", music)
    assert again.returncode == 0, again.stderr
    assert tables(small_disk / "space") == quiet


def test_a_disk_that_may_only_be_read_is_named(small_disk: Path, music: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    done = extract(small_disk / "space", music)
    assert done.returncode not in (0, 1)
    assert "cannot be written" in done.stderr or "Read-only" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_workspace_on_a_full_disk_answers_and_says_that_it_cannot_be_written(small_disk: Path, music: Path) -> None:
    space = small_disk / "space"
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    assert extract(space, music).returncode == 0
    used = sum(path.stat().st_blocks for path in small_disk.rglob("*")) // 2
    subprocess.run(["mount", "-o", f"remount,size={used + 40}k", small_disk], check=True)
    with suppress(OSError), (small_disk / "rest").open("wb", buffering=0) as rest:
        while rest.write(b"\0" * 512):
            pass
    words = [sys.executable, "-m", "audiorec", "--workspace", str(space)]
    read = subprocess.run([*words, "status"], capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")
    for writes in (["feedback", "--user", "ann", "--like", "1"], ["users", "rename", "ann", "bob"]):
        done = subprocess.run([*words, *writes], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "disk" in done.stderr


def test_music_on_a_disk_that_may_only_be_read_is_described(small_disk: Path, tmp_path: Path) -> None:
    (small_disk / "song.wav").write_bytes(signals.wav(1.0))
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert extract(tmp_path / "space", small_disk).returncode == 0


@pytest.mark.parametrize("kilobytes", [20, 100, 200])
def test_files_that_may_not_grow_are_named_and_nothing_is_lost(
    tmp_path: Path, music: Path, quiet: list[object], kilobytes: int
) -> None:
    """A quota or a limit of the system: the catalogue or a shard cannot be written to its end."""
    limited = ["sh", "-c", f'ulimit -f {kilobytes * 2}; exec "$@"', "sh", *command(tmp_path, music)]
    done = subprocess.run(limited, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert extract(tmp_path, music).returncode == 0
    assert tables(tmp_path) == quiet


@pytest.mark.slow
def test_thirty_kills_lose_nothing(tmp_path: Path, music: Path, quiet: list[object]) -> None:
    chance = random.Random(0)
    for kill in range(30):
        running = subprocess.Popen(command(tmp_path, music), stderr=subprocess.DEVNULL, start_new_session=True)
        # From before the workspace is there to after the last song.
        time.sleep(chance.uniform(0.2, 4.0))
        if kill % 3 == 0:
            _kill_a_worker(running.pid, chance)
            time.sleep(0.3)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        # Files that look changed are described again: there is always work left to be killed.
        for number in chance.sample(range(SONGS), 15):
            os.utime(music / f"{number:02d}.wav")
    assert extract(tmp_path, music).returncode == 0
    assert tables(tmp_path) == quiet


def _kill_a_worker(parent: int, chance: random.Random) -> None:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    if children:
        os.kill(int(chance.choice(children)), signal.SIGKILL)
