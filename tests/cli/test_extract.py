"""`audiorec extract` as a person runs it: the table, the reasons, the exit codes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from audiorec.data.workspace import Workspace
from tests import signals


def extract(space: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "audiorec", "--workspace", str(space), "extract", "--jobs", "1", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_failures_are_listed_and_only_strict_minds(tmp_path: Path) -> None:
    music = tmp_path / "music"
    music.mkdir()
    (music / "good.wav").write_bytes(signals.wav(1.0))
    (music / "bad.mp3").write_bytes(b"#EXTM3U\n")
    done = extract(tmp_path / "space", str(music))
    assert done.returncode == 0
    assert "bad.mp3 is not sound" in done.stdout
    again = extract(tmp_path / "space", "--strict", str(music))
    assert again.returncode == 1
    assert "unchanged since an earlier run" in again.stdout
    assert "Traceback" not in done.stderr + again.stderr


def test_an_empty_folder_has_no_table(tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    done = extract(tmp_path / "space", str(tmp_path / "music"))
    assert done.returncode == 0
    assert "give a folder of music" in done.stderr
    assert not done.stdout


def test_what_is_left_for_another_run_is_said(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav", "c.wav"):
        (tmp_path / name).write_bytes(signals.wav(1.0))
    done = extract(tmp_path / "space", "--limit", "1", str(tmp_path))
    assert "1 file to look at, 0 as before, 2 left for another run (--since, --limit)" in done.stderr


def test_another_recipe_is_said_to_describe_anew(tmp_path: Path) -> None:
    (tmp_path / "good.wav").write_bytes(signals.wav(1.0))
    first, second = (extract(tmp_path / "space", *more, str(tmp_path)) for more in ((), ("--set", "mfcc=13")))
    assert "1 file to look at, 0 as before" in first.stderr + first.stdout
    assert "1 file to look at (another recipe or version has described 1 of them)" in second.stderr + second.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such-folder"], "does not exist"),
        (["--address", "127.0.0.1:1", "."], "add --engine ray"),
        (["--engine", "ray", "."], "leave out --jobs"),
        (["--shards", "somewhere", "."], "give a URL such as s3://bucket/folder"),
        (["--recipe", "features/none", "."], "no recipe features/none"),
        (["--set", "hopp=3", "."], "unknown key 'hopp'"),
    ],
)
def test_mistakes(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = extract(tmp_path / "space", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_interruption_keeps_what_was_done(tmp_path: Path) -> None:
    music = tmp_path / "music"
    music.mkdir()
    for number in range(30):
        (music / f"{number:02d}.wav").write_bytes(signals.wav(30.0))
    command = [sys.executable, "-m", "audiorec", "--workspace", str(tmp_path / "space"), "extract", str(music)]
    running = subprocess.Popen([*command, "--jobs", "1"], stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("Extracting"):
            break
    running.send_signal(signal.SIGINT)
    rest = running.communicate(timeout=300)[1]
    # By the signal itself where it came when all was done and Python was leaving.
    assert running.returncode in (0, 130, -signal.SIGINT), rest
    assert "Traceback" not in rest
    assert extract(tmp_path / "space", str(music)).returncode == 0
    with Workspace.open(tmp_path / "space") as space:
        assert len(space.features()) == 30


def _odd_audio() -> Path:
    return Path(os.environ.get("AUDIOREC_DATA", "../shared/data")) / "odd-audio"


@pytest.mark.skipif(not _odd_audio().is_dir(), reason="the folder of odd audio files is not here")
def test_every_odd_file_ends_with_a_reason(tmp_path: Path) -> None:
    done = extract(tmp_path / "space", str(_odd_audio()))
    assert done.returncode == 0, done.stderr
    with Workspace.open(tmp_path / "space") as space:
        tracks = space.tracks()
        usable = space.features().track_ids.tolist()
    assert len(tracks) > 90
    for track in tracks:
        assert track.status in ("ok", "partial", "failed")
        assert bool(track.reason) == (track.status != "ok" or track.is_silent)
        assert (track.id in usable) == (track.status != "failed")
        assert "could not be described" not in track.reason, track.reason
