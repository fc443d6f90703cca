"""Every benchmark can be imported: what one takes from the package or from another is still there."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "benchmarks"


def test_what_benchmarks_import_is_there() -> None:
    names = sorted(path.stem for path in FOLDER.glob("*.py"))
    assert len(names) > 20
    done = subprocess.run(
        [sys.executable, "-c", "; ".join(f"import {name}" for name in names)],
        cwd=FOLDER, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-800:]
