"""What an installed audiorec brings along: code, type marker, every recipe and asset of the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_code_and_type_marker(names: set[str]) -> None:
    assert {"audiorec/py.typed", "audiorec/cli/main.py"} <= names


@pytest.mark.parametrize("folder", ["features", "training", "assets"])
def test_recipes_and_assets_are_inside(names: set[str], folder: str) -> None:
    here = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert here, f"nothing in {folder}"
    assert {f"audiorec/shipped/{name}" for name in here} <= names


def test_nothing_else_is_installed(names: set[str]) -> None:
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"audiorec"}
