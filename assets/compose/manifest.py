"""The list of everything that ships in the demo: size, sha256, origin, and each song's digest before encoding."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

ORIGIN = "composed and rendered by assets/compose, MIT"
WRITTEN = "written by hand for assets/compose, MIT"


def _quote(text: str) -> str:
    """A TOML basic string (the names of the library hold neither backslashes nor control letters)."""
    return '"' + text.replace('"', '\\"') + '"'


def write_manifest(path: Path, folder: Path, samples: Mapping[str, str]) -> None:
    """One [[file]] table for every file under `folder`, sorted; samples: digest of the samples by the song's path."""
    lines = ["# Every file of the demo library. Written by `python -m assets.compose`; do not edit.", ""]
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        name = file.relative_to(path.parent).as_posix()
        content = file.read_bytes()
        lines += ["[[file]]", f"path = {_quote(name)}", f"size = {len(content)}"]
        lines += [f"sha256 = {_quote(hashlib.sha256(content).hexdigest())}"]
        lines += [f"origin = {_quote(WRITTEN if file.suffix in ('.lrc', '.txt') else ORIGIN)}"]
        song = file.relative_to(folder / "library").as_posix() if file.is_relative_to(folder / "library") else ""
        if song in samples:
            lines.append(f"samples_sha256 = {_quote(samples[song])}")
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")
