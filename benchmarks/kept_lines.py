"""What the steps of a long measurement gave, kept in a file, so that it can be filled in several sittings.

One JSON line a step that came to its end. A step counts as measured while the code is the same to the byte.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

Lines = Iterator[tuple[str, float]]
Values = dict[str, float]


def code_digest(root: Path, *files: Path) -> str:
    """Of all Python files and recipes of the package under `root`, and of these files."""
    folders = (root / name for name in ("audiorec", "features", "training"))
    package = (path for folder in folders for suffix in ("py", "toml") for path in sorted(folder.rglob(f"*.{suffix}")))
    found = hashlib.sha256()
    for path in (*package, *files):
        found.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    return found.hexdigest()[:16]


@dataclass(frozen=True)
class KeptLines:
    """The file and the code whose lines count as measured."""

    path: Path
    code: str

    def measured(self) -> dict[str, Values]:
        """Metrics of each step that this code has done."""
        return {step: values for step, (values, code) in self._all().items() if code == self.code}

    def latest(self) -> tuple[Values, bool]:
        """The latest value of each metric of any code, and whether all of them are of this one."""
        steps = self._all()
        joined = {metric: value for values, _ in steps.values() for metric, value in values.items()}
        return joined, all(code == self.code for _, code in steps.values())

    def run(self, step: str, measure: Callable[[], Lines]) -> Lines:
        """Lines of a step, from the file if this code has done it; kept once all of them are there."""
        done = self.measured().get(step)
        if done is not None:
            yield from done.items()
            return
        values = {}
        for metric, value in measure():
            values[metric] = value
            yield metric, value
        if not values:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, "code": self.code, "values": values}) + "\n")

    def _all(self) -> dict[str, tuple[Values, str]]:
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.is_file() else []
        return {line["step"]: (line["values"], line["code"]) for line in map(json.loads, lines)}
