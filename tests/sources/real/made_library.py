"""A small library of made sounds with tags, as real programs scan them, and where those programs are installed."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mutagen.flac import FLAC

ROOT = Path(__file__).parent.parent.parent.parent
PARTNERS = Path(os.environ.get("AUDIOREC_PARTNERS", ROOT / "build" / "partners")).absolute()
SONGS = (
    ("The Harbours", "Low Water", "Tin Boats"),
    ("Mo Ley", "Up & Away", "Möwen, 100%"),
    ("Mo Ley", "Up & Away", "Rain"),
)


def partner(*parts: str) -> Path:
    """The path of an installed partner; skips the test where it is not there."""
    path = PARTNERS.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{parts[0]} is not installed: run tests/sources/real/partners.sh")
    return path


def program(name: str) -> str:
    """The path of a program of this machine; skips the test where it is not there."""
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed on this machine")
    return found


def write_library(folder: Path) -> list[Path]:
    """Three songs of two seconds in folders by artist and album; returns their paths."""
    paths = []
    for number, (artist, album, title) in enumerate(SONGS, start=1):
        path = folder / artist / album / f"{number:02} {title}.flac"
        path.parent.mkdir(parents=True, exist_ok=True)
        sound = 0.1 * np.sin(np.arange(2 * 22_050) * (number / 20))
        soundfile.write(path, sound, 22_050)
        tags = FLAC(path)
        tags.update(
            {"artist": artist, "albumartist": artist, "album": album, "title": title, "tracknumber": str(number)}
        )
        tags.save()
        paths.append(path)
    return paths


@contextmanager
def running(command: Sequence[str | Path], port: int, cwd: Path, **environment: str) -> Iterator[None]:
    """A program while it listens on a port; fails where it ends before it does."""
    with (cwd / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, cwd=cwd, stdout=output, stderr=output, env={**os.environ, **environment})
        try:
            for _ in range(1200):
                assert process.poll() is None, (cwd / "output.txt").read_text(errors="replace")[-3000:]
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
