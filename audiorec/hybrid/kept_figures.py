"""The latest evaluation of a workspace, kept below `derived/` with the models that it was of."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiorec.data.workspace import Workspace

FILE = "evaluation.json"


@dataclass(frozen=True)
class Figures:
    """Rows as `evaluate --json` gives them; when they were measured, in seconds since 1970; of which models."""

    rows: list[dict[str, Any]]
    measured: float
    models: dict[str, int]


def keep(space: Workspace, rows: Sequence[Mapping[str, object]]) -> None:
    """Keep an evaluation in the place of an earlier one; a disk that does not take it loses the copy alone."""
    path = space.root / "derived" / FILE
    text = json.dumps({"rows": list(rows), "measured": time.time(), "models": space.models()})
    temporary = path.with_name(f".{FILE}.{os.getpid()}.tmp")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)


def kept(root: Path) -> Figures | None:
    """The evaluation that was kept; None where there is none that can be read."""
    try:
        found = json.loads((root / "derived" / FILE).read_text(encoding="utf-8"))
        return Figures(found["rows"], found["measured"], found["models"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
