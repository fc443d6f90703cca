"""Embeddings of songs by the content model's ONNX version, where it lies in the workspace: faster than torch.

It is taken when onnxruntime is there and the file is of this model and of these features; else torch embeds, so that a
model that was trained anew never waits for its export. It does not write such files (`export.py`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiorec.content.onnx_encoder import open_session
from audiorec.content.song_encoder import View
from audiorec.data.tables import Patches
from audiorec.data.workspace import Workspace

Floats = NDArray[np.float32]
_BATCH = 16  # songs


@dataclass(frozen=True)
class OnnxSongs:
    """A session that embeds songs, and the digest of its file."""

    session: Any
    file_digest: str

    def embed(self, blocks: Mapping[str, Floats], patches: Mapping[View, Patches], songs: int) -> Floats:
        """Embeddings float32 [songs, dim] from blocks [songs, d] (NaN: absent) and stored patches of each view.

        Songs with equally many patches go together; every song has at least one of each view.
        """
        counts = np.array([np.bincount(found.owner, minlength=songs) for found in patches.values()])
        starts = np.cumsum(counts, axis=1) - counts
        out: Floats | None = None
        for alike in np.unique(counts, axis=1).T:
            rows = np.flatnonzero((counts == alike[:, None]).all(axis=0))
            for chosen in np.split(rows, range(_BATCH, len(rows), _BATCH)):
                given: dict[str, NDArray[Any]] = {name: block[chosen] for name, block in blocks.items()}
                for number, (view, found) in enumerate(patches.items()):
                    given[view] = found.values[starts[number, chosen][:, None] + np.arange(alike[number])]
                embedded = self.session.run(None, given)[0]
                out = np.empty((songs, embedded.shape[1]), dtype=np.float32) if out is None else out
                out[chosen] = embedded
        assert out is not None
        return out


def served(space: Workspace) -> Path:
    """Where the export of the content model lies."""
    return space.derived("cnn.onnx")


def fingerprint(folder: Path) -> str:
    """Of a model's weights."""
    return _digest(folder / "arrays.safetensors")


def of_model(space: Workspace, feature_digest: str) -> OnnxSongs | None:
    """The export of the workspace's content model; None where there is none that fits, or nothing to run it."""
    path = served(space)
    if not path.is_file() or find_spec("onnxruntime") is None:
        return None
    session = open_session(path)
    notes = session.get_modelmeta().custom_metadata_map
    fits = notes.get("model") == fingerprint(space.model("cnn")) and notes.get("feature_digest") == feature_digest
    return OnnxSongs(session, _digest(path)) if fits else None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
