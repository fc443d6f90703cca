"""Recipes that a search has chosen for a workspace: `recipes/MODEL.toml`, for trainings that are given none.

It does not know what recipes hold.
"""

import hashlib
import os
from pathlib import Path

from audiorec.data.disk import flush_file, flush_folder, unwritable
from audiorec.errors import WorkspaceError


def file_of(root: Path, model: str) -> Path:
    """Where the recipe of a model lies; it need not be there."""
    return root / "recipes" / f"{model}.toml"


def kept_or(root: Path, model: str, shipped: str) -> str | Path:
    """The recipe that was chosen for this workspace, else the shipped one."""
    file = file_of(root, model)
    return file if file.is_file() else shipped


def keep(root: Path, model: str, text: str) -> Path:
    """Store a recipe, whole or not at all; raises WorkspaceError when the disk does not take it."""
    file = file_of(root, model)
    temporary = file.with_suffix(".tmp")
    try:
        file.parent.mkdir(exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        flush_file(temporary)
        os.replace(temporary, file)
        flush_folder(file.parent)
    except OSError as error:
        raise WorkspaceError(unwritable(file, error.strerror)) from error
    return file


def fingerprints(root: Path) -> dict[str, str]:
    """`recipe MODEL` and a digest of each recipe that was chosen."""
    files = sorted((root / "recipes").glob("*.toml"))
    return {f"recipe {file.stem}": hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in files}
