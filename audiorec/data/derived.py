"""What can be made again: arrays below `derived/`, memory-mapped, each with the fingerprints of what it came from.

A folder holds `arrays.bin`, the arrays one after the other, and `index.json`, which says where each begins and what
they were made from. It appears whole or not at all. One that is torn, absent or of other inputs is no error: whoever
asked makes it again.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]
_ALIGNED = 64  # bytes
# How often a folder that a writer takes away while it is read is looked for again.
_TRIES = 5


def load(folder: Path) -> tuple[dict[str, Any], Arrays] | None:
    """What the arrays were made from and the arrays, memory-mapped; None when they are absent or torn."""
    for _ in range(_TRIES):
        found = _load(folder)
        if found is not None or not folder.exists():
            return found
    return None


def _load(folder: Path) -> tuple[dict[str, Any], Arrays] | None:
    try:
        index, whole = _opened(folder)
        if len(whole) != index["size"]:
            return None
        # Plain views of the map: a memmap makes itself anew for every number that is read (5 ms of a list).
        plain = whole.view(np.ndarray)
        arrays = {
            name: plain[start : start + size].view(kind).reshape(shape)
            for name, (start, size, kind, shape) in index["arrays"].items()
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return dict(index["made_from"]), arrays


def _opened(folder: Path) -> tuple[dict[str, Any], NDArray[np.uint8]]:
    """The index and the bytes of one and the same folder, though a writer may put another in its place meanwhile."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with open(os.open("index.json", os.O_RDONLY, dir_fd=place), encoding="utf-8") as text:
            index: dict[str, Any] = json.load(text)
        if not index["size"]:
            return index, np.zeros(0, np.uint8)
        with open(os.open("arrays.bin", os.O_RDONLY, dir_fd=place), "rb") as file:
            return index, np.memmap(file, dtype=np.uint8, mode="r")
    finally:
        os.close(place)


def save(folder: Path, made_from: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bool:
    """Write the arrays in the place of older ones; False where the disk does not take them, which costs only time."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError:
        return False
    try:
        index = _write(made / "arrays.bin", arrays) | {"made_from": dict(made_from)}
        (made / "index.json").write_text(json.dumps(index), encoding="utf-8")
        if folder.exists():
            # A reader that holds the old file mapped keeps it; a rename over a folder that is not empty is refused.
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
            os.replace(folder, old / "was")
            os.replace(made, folder)
            shutil.rmtree(old, ignore_errors=True)
        else:
            os.replace(made, folder)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        return False
    return True


def _write(path: Path, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    places: dict[str, tuple[int, int, str, list[int]]] = {}
    with path.open("wb") as file:
        for name, array in arrays.items():
            plain = np.ascontiguousarray(array)
            file.write(b"\0" * (-file.tell() % _ALIGNED))
            places[name] = (file.tell(), plain.nbytes, plain.dtype.str, list(plain.shape))
            file.write(plain.data)  # without a copy: there are arrays of gigabytes
        size = file.tell()
        file.flush()
        os.fsync(file.fileno())
    return {"size": size, "arrays": places}
