"""The recipes and the data that come with audiorec: where they lie, and whether a recipe is what it was.

It does not check what recipes hold (`recipes.py`); so it imports nothing heavy.
"""

import hashlib
import json
import tomllib
from pathlib import Path

_PACKAGE = Path(__file__).parent


def shipped() -> dict[str, Path]:
    """Names and paths of the recipes that come with audiorec: `features/...` and `training/...`."""
    return {
        f"{folder}/{path.stem}": path
        for folder in ("features", "training")
        for path in sorted(shipped_folder(folder).glob("*.toml"))
    }


def shipped_folder(name: str) -> Path:
    """Where `features`, `training` or `assets` lies: inside an installed wheel, or at the root of a checkout."""
    installed = _PACKAGE / "shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def is_outdated(origins: str) -> bool:
    """Whether a shipped recipe is another one than it was, by what `origin` said then; several are divided by ";"."""
    known = shipped()
    named = (one.split() for one in origins.split(";") if one)
    return any(name not in known or file_digest(name) != then for name, then in named)


def file_digest(name: str) -> str:
    """Fingerprint of the values in a shipped file, found without the classes that check them."""
    values = tomllib.loads(shipped()[name].read_text(encoding="utf-8"))
    text = json.dumps({key: value for key, value in values.items() if key != "reference"}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
