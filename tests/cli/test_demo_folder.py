"""`audiorec demo FOLDER`: whatever is in the folder, it ends with a page."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize(
    ("songs", "playlist"),
    [(1, None), (3, "1.wav\n2.wav\n"), (2, "elsewhere.wav\n")],
    ids=["one song", "three", "unknown"],
)
def test_a_small_folder_ends_with_a_page(tmp_path: Path, songs: int, playlist: str | None) -> None:
    music, out = tmp_path / "music", tmp_path / "out"
    music.mkdir()
    for number in range(1, songs + 1):
        tone = 0.2 * np.sin(2 * np.pi * 110.0 * number * np.arange(22050 * 3) / 22050)
        soundfile.write(music / f"{number}.wav", tone, 22050)
    if playlist is not None:
        (music / "mine.m3u8").write_text(playlist, encoding="utf-8")
    command = [sys.executable, "-m", "audiorec", "demo", str(music), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr[-2000:]
    assert (out / "report.html").is_file()
    # The longest step shows its progress also where the output goes to a file.
    assert f"{songs} of {songs}" in done.stdout + done.stderr
    for word in ("Traceback", "Warning", " nan"):
        assert word not in done.stdout + done.stderr


@pytest.mark.parametrize("files", [{}, {"a.mp3": b"no sound", "mine.m3u8": b"a.mp3\n"}], ids=["nothing", "no sound"])
def test_a_folder_without_music_ends_with_a_line(tmp_path: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    command = [sys.executable, "-m", "audiorec", "demo", str(tmp_path), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, "there is no music in" in done.stderr) == (2, True), done.stderr
