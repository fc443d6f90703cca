"""The table of `scale.py`: every figure in its row, what was missed in bold, what was not run said."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


def test_figures_stand_in_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    scale = importlib.import_module("scale_table")
    found = {scale.LARGE: {"import_s": 30.04, "import_mb": 1600.0, "recommend_s": 1.0}}
    lines = scale.table(found, [("import_cpu_s", 1.5)]).splitlines()
    assert "| import of 5 million listens | 60 s, 1500 MB | 20 s | 30 s, **1,600 MB** |" in lines
    assert next(line for line in lines if line.startswith("| the same, 100,000 songs, 50")).endswith(
        "| 1 s, no recommend_mb |"
    )
    assert lines[2].endswith("| not run |")
    assert lines[-1].endswith("| 1.1 | 1 | **1.5** import_cpu_s |")


def test_a_table_runs_what_is_small_enough_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    scale = importlib.import_module("scale_table")
    wanted = scale.runs(20_000)
    assert len(wanted) == len(set(wanted))
    assert max(run.songs for run in wanted) == 20_000
    assert {run.part for run in scale.runs(1_000_000)} == {"made", "shapes", "peer", "scan"}
    every = {run for _, run, _ in scale.ROWS}
    assert every <= set(scale.runs(1_000_000))


def test_one_command_prints_the_table() -> None:
    command = [sys.executable, str(FOLDER / "scale.py"), "--songs", "10"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("| what | must | aim | measured |")
    assert done.stdout.count("not run") == len(done.stdout.splitlines()) - 2
