"""The table of `scale.py`: every figure in its row, what was missed in bold, and nothing measured twice."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def scale(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("scale_table")


def test_figures_stand_in_their_rows(scale: ModuleType) -> None:
    found = {scale.LARGE: ({"import_s": 30.04, "import_cpu_s": 28.9, "import_mb": 1600.0, "recommend_s": 1.0}, True)}
    lines = scale.table(found).splitlines()
    assert "| import of 5 million listens | 60 s, 1500 MB | 20 s | 30 s (28.9), **1,600 MB** |" in lines
    assert next(line for line in lines if line.startswith("| the same, 100,000 songs, 50")).endswith(
        "| 1 s, no recommend_mb |"
    )
    assert lines[2].endswith("| not run |")
    lists = {scale.SMALL: ({"list_p50_ms": 9.0, "list_p95_ms": 11.0, "list_cpu_p50_ms": 7.0}, False)}
    row = next(line for line in scale.table(lists).splitlines() if line.startswith("| a list in an open library"))
    assert row.endswith("| **9 ms** (7), 11 ms (in part of earlier code) |")


def test_growth_is_read_from_the_runs_of_three_sizes(scale: ModuleType) -> None:
    runs = [scale.Run("made", songs) for songs in scale.GROWTH_OVER]
    found = {run: ({"import_cpu_s": run.songs**1.5, "status_cpu_s": 2.0}, True) for run in runs}
    last = scale.table(found).splitlines()[-1]
    assert "**1.5** import_cpu_s" in last
    assert "status_cpu_s" in last


def test_training_is_summed_only_when_all_models_were_trained(scale: ModuleType) -> None:
    each = {f"train_{model}_{part}": 2.0 for model in ("network", "svm", "hybrid") for part in ("s", "cpu_s", "mb")}
    whole = scale.with_totals(scale.LARGE, each)
    assert (whole["train_s"], whole["train_cpu_s"], whole["train_mb"]) == (6.0, 6.0, 2.0)
    del each["train_svm_s"]
    assert "train_s" not in scale.with_totals(scale.LARGE, each)


def test_a_table_runs_what_is_small_enough_and_once(scale: ModuleType) -> None:
    wanted = scale.runs(20_000)
    assert len(wanted) == len(set(wanted)) == len({run.name for run in wanted})
    assert max(run.songs for run in wanted) == 20_000
    assert {run.part for run in scale.runs()} == {"made", "shapes", "peer", "scan", "neumf", "disk"}
    assert {run for _, run, _ in scale.ROWS} <= set(scale.runs())


def test_steps_are_not_measured_twice_and_other_code_measures_anew(scale: ModuleType, tmp_path: Path) -> None:
    kept_lines = importlib.import_module("kept_lines")
    kept, other = (kept_lines.KeptLines(tmp_path / "lines", code) for code in ("one", "two"))
    calls: list[float] = []

    def measure() -> Iterator[tuple[str, float]]:
        calls.append(1.0)
        yield "first_s", float(len(calls))
        if len(calls) == 1:
            raise KeyboardInterrupt
        yield "second_s", 5.0

    with pytest.raises(KeyboardInterrupt):
        dict(kept.run("import", measure))
    assert kept.measured() == {}
    for _ in range(2):
        assert dict(kept.run("import", measure)) == {"first_s": 2.0, "second_s": 5.0}
    assert other.measured() == {}
    assert other.latest() == ({"first_s": 2.0, "second_s": 5.0}, False)
    assert dict(other.run("import", measure))["first_s"] == 3.0
    assert other.latest() == ({"first_s": 3.0, "second_s": 5.0}, True)


def test_other_code_has_another_digest(scale: ModuleType, tmp_path: Path) -> None:
    digest = importlib.import_module("kept_lines").code_digest
    file = tmp_path / "audiorec" / "deep" / "one.py"
    file.parent.mkdir(parents=True)
    file.write_text("a = 1")
    before = digest(tmp_path)
    file.write_text("a = 2")
    assert digest(tmp_path) != before
    assert digest(tmp_path, file) != digest(tmp_path)


def test_one_command_prints_the_table() -> None:
    command = [sys.executable, str(FOLDER / "scale.py"), "--songs", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("| what | must | aim | measured |")
    assert len(done.stdout.splitlines()) > 20


def test_a_step_that_was_done_is_taken_from_the_folder(tmp_path: Path) -> None:
    command = [sys.executable, str(FOLDER / "scale.py"), "--part", "made", "--songs", "160", "--keep", str(tmp_path)]
    runs = [subprocess.run([*command, "--only", "make", "import"], capture_output=True, text=True, check=True)]
    (tmp_path / "workspace").rename(tmp_path / "elsewhere")
    runs.append(subprocess.run([*command, "--only", "import"], capture_output=True, text=True, check=True))
    assert '"metric": "import_mb"' in runs[1].stdout
    assert set(runs[1].stdout.splitlines()) < set(runs[0].stdout.splitlines())
