"""A workspace that may be read and not written (another user's, a mount): it answers, and what writes says so."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from audiorec.data.ledger import LEDGER, Ledger
from tests.circumstances.place import Place, named

# Root may write everywhere, so a command of root's gives that right away first.
AS_A_USER = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"] if os.geteuid() == 0 else []


@pytest.fixture
def closed(place: Place) -> Iterator[Path]:
    place.song("a.mp3", *named("Ann", "Tide"))
    place.extract()
    root = place.root / "ws"
    ledger = Ledger(root / LEDGER)
    ledger.add("ann", 1, "like")
    ledger.close()
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield root
    for folder in folders:
        folder.chmod(0o755)


def run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*AS_A_USER, sys.executable, "-m", "audiorec", "--workspace", str(root), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("words", [("status",), ("tracks",), ("users",), ("unmatched",)], ids=" ".join)
def test_what_reads_answers(closed: Path, words: tuple[str, ...]) -> None:
    done = run(closed, *words)
    assert done.returncode == 0, done.stderr


def test_what_was_said_is_read(closed: Path) -> None:
    done = run(closed, "users")
    assert "ann" in done.stdout


@pytest.mark.parametrize("words", [("feedback", "--user", "u", "--like", "1"), ("train",)], ids=" ".join)
def test_what_writes_says_so(closed: Path, words: tuple[str, ...]) -> None:
    done = run(closed, *words)
    assert done.returncode == 2
    assert "write" in done.stderr
    assert len(done.stderr.splitlines()) == 1
