"""One table of malformed files over every reader of `audiorec import --list`: refused with a reason, or the good rows.

Each reader runs in a process of its own, which reads every kind of damage and says what it took.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sources.malformed import NAMES

XML = ("itunes", "rhythmbox", "foobar2000", "plex")
# Of a table of names any text is a row, and of a list of paths any line.
ANY_TEXT = ("friends", "songs", "listens", "playlists")
# A text of lines that was cut behind one of them is whole.
OF_LINES = (*ANY_TEXT, "scrobbler-log")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_damage_is_told_in_bounded_memory_and_time(name: str, tmp_path: Path) -> None:
    found = {one["kind"]: one for one in read_all(name, tmp_path)}
    whole = found.pop("good")
    assert whole["rows"] > 0
    assert whole["refusal"] == ""
    for kind, said in found.items():
        assert said["seconds"] < 10, kind
        assert said["megabytes"] < 300, kind
        assert said["longest"] < 1000, kind
        is_told = bool(said["reasons"] or said["refusal"]) or said["skipped"] > whole["skipped"]
        may_not_show = (kind == "cut" and name in OF_LINES) or (kind == "another type" and name in ANY_TEXT)
        assert is_told or may_not_show or said["rows"] >= whole["rows"], (kind, said)
    for kind in ("empty", "NUL", "a zip bomb", "a picture", "another type"):
        assert not found[kind]["rows"] or (name in ANY_TEXT and kind in ("another type", "a picture")), (kind, said)
    if name in XML:
        assert not found["entities"]["rows"]
        assert "entity" in " ".join([*found["entities"]["reasons"], found["entities"]["refusal"]])


def read_all(name: str, folder: Path) -> list[dict[str, Any]]:
    """What the reader says of each kind of damage."""
    words = [sys.executable, "-m", "tests.sources.malformed", name, str(folder)]
    root = Path(__file__).parents[2]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
