"""What can be made again: arrays below `derived/`, memory-mapped, each with the fingerprints of what it came from.

A folder holds `arrays.bin`, the arrays one after the other, and `index.json`, which says where each begins and what
they were made from. It appears whole or not at all. One that is torn, absent or of other inputs is no error: whoever
asked makes it again.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

# NumPy is imported with the first array: what is only counted (`status`) starts without it.
if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]

Read = TypeVar("Read")
_ALIGNED = 64  # bytes
# How often a folder that a writer takes away while it is read is looked for again.
_TRIES = 5


def load(folder: Path) -> "tuple[dict[str, Any], Arrays] | None":
    """What the arrays were made from and the arrays, memory-mapped; None when they are absent or torn."""
    return _read(folder, lambda index, file: (_about(index), _mapped_all(index, file)))


def made_from(folder: Path) -> dict[str, Any] | None:
    """What the arrays were made from, without opening them; None when they are absent or torn."""
    return _read(folder, lambda index, file: _about(index))


def _read(folder: Path, read: Callable[[dict[str, Any], BinaryIO], Read]) -> Read | None:
    for _ in range(_TRIES):
        try:
            return _read_once(folder, read)
        except (OSError, ValueError, KeyError, TypeError):
            if not folder.exists():
                return None
    return None


def _read_once(folder: Path, read: Callable[[dict[str, Any], BinaryIO], Read]) -> Read:
    """The index and the arrays of one and the same folder, though a writer may put another in its place meanwhile."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with open(os.open("index.json", os.O_RDONLY, dir_fd=place), encoding="utf-8") as text:
            index: dict[str, Any] = json.load(text)
        with open(os.open("arrays.bin", os.O_RDONLY, dir_fd=place), "rb") as file:
            if os.fstat(file.fileno()).st_size != index["size"]:
                raise ValueError(f"{folder} is torn")
            return read(index, file)
    finally:
        os.close(place)


def _about(index: dict[str, Any]) -> dict[str, Any]:
    return dict(index["made_from"])


def _mapped_all(index: dict[str, Any], file: BinaryIO) -> "Arrays":
    return {name: _mapped(file, *where) for name, where in index["arrays"].items()}


def _mapped(file: BinaryIO, start: int, size: int, kind: str, shape: Sequence[int]) -> "NDArray[Any]":
    """One array, as a map of its own: SciPy copies what is a small part of another array (250 MB of a list).

    A plain view of the map: a memmap makes itself anew for every number that is read (5 ms of a list).
    """
    import numpy as np

    if not size:
        return np.zeros(tuple(shape), dtype=kind)
    return np.memmap(file, dtype=kind, mode="r", offset=start, shape=tuple(shape)).view(np.ndarray)


def save(folder: Path, made_from: Mapping[str, Any], arrays: "Mapping[str, NDArray[Any]]") -> bool:
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


def _write(path: Path, arrays: "Mapping[str, NDArray[Any]]") -> dict[str, Any]:
    import numpy as np

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
