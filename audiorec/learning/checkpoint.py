"""Checkpoints: arrays as safetensors or a scikit-learn model as skops, beside a JSON header. No pickle is ever loaded.

It does not know workspaces: it fills and reads a folder.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
from numpy.typing import NDArray
from safetensors.numpy import load_file
from safetensors.numpy import save as save_bytes

from audiorec.errors import CheckpointError

FORMAT = 1
_LIBRARIES = ("audiorec", "numpy", "scikit-learn", "torch")


@dataclass(frozen=True)
class Header:
    """What a checkpoint says of itself.

    kind: which loader reads it; config: the numbers that rebuild the model; feature_digest and recipe_digest: what
    made its inputs and itself ("" where it uses no features); labels: names behind its rows (users, classes);
    score: what was measured on the validation part.
    """

    kind: str
    config: dict[str, Any]
    feature_digest: str = ""
    recipe_digest: str = ""
    labels: list[str] = field(default_factory=list)
    score: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=lambda: {name: version(name) for name in _LIBRARIES})
    format: int = FORMAT


def save(folder: Path, header: Header, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write `arrays.safetensors` and `header.json` into an existing folder; raises OSError."""
    write_arrays(folder / "arrays.safetensors", arrays)
    _write_header(folder, header)


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a safetensors file; raises OSError when the disk does not take it, which the library's own writer hides."""
    path.write_bytes(save_bytes({name: np.ascontiguousarray(array) for name, array in arrays.items()}))


def load(folder: Path, kind: str, feature_digest: str | None = None) -> tuple[Header, dict[str, NDArray[Any]]]:
    """Read a checkpoint; raises CheckpointError when it is absent, broken, of another kind or for other features."""
    header = read_header(folder, kind, feature_digest)
    try:
        return header, load_file(folder / "arrays.safetensors")
    except (OSError, safetensors.SafetensorError) as error:
        raise CheckpointError(f"{folder} is broken ({error}): train it again") from error


def save_skops(folder: Path, header: Header, model: object) -> None:
    """Write a scikit-learn model as `model.skops`, with its header."""
    import skops.io  # brings scikit-learn, a second that only some models need

    skops.io.dump(model, folder / "model.skops")
    _write_header(folder, header)


def load_skops(
    folder: Path, kind: str, trusted: Sequence[str], feature_digest: str | None = None
) -> tuple[Header, Any]:
    """Read a scikit-learn model; only types of scikit-learn, NumPy and the literal list `trusted` are ever built."""
    import skops.io  # brings scikit-learn, a second that only some models need

    header = read_header(folder, kind, feature_digest)
    try:
        return header, skops.io.load(folder / "model.skops", trusted=list(trusted))
    except (
        OSError,
        ValueError,
        TypeError,
        KeyError,
        skops.io.exceptions.UntrustedTypesFoundException,
    ) as error:
        raise CheckpointError(f"{folder} is broken or holds foreign types ({error}): train it again") from error


def read_header(folder: Path, kind: str, feature_digest: str | None = None) -> Header:
    """Read and check the header alone; `feature_digest=None` skips the check against the features at hand."""
    try:
        values = json.loads((folder / "header.json").read_text(encoding="utf-8"))
        header = Header(**values)
    except (OSError, ValueError, TypeError) as error:
        raise CheckpointError(f"{folder} holds no readable checkpoint ({error}): train it again") from error
    if header.format > FORMAT:
        raise CheckpointError(f"{folder} is of format {header.format}, this audiorec knows {FORMAT}: update audiorec")
    if header.kind != kind:
        raise CheckpointError(f"{folder} holds a {header.kind} model, not {kind}")
    if feature_digest is not None and header.feature_digest != feature_digest:
        raise CheckpointError(f"{folder} was trained on features of another recipe: train it again")
    return header


def _write_header(folder: Path, header: Header) -> None:
    text = json.dumps(asdict(header), ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "header.json").write_text(text, encoding="utf-8")
