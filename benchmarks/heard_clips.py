"""What an encoder hears in the clips of `cold_start.py`, kept beside the encoder so that it is heard once.

The blocks are the mean penultimate layer of an artist's clips; which patches are heard is chosen by nothing.
"""

from pathlib import Path

import numpy as np

from audiorec.content import encoder_shelf
from audiorec.content.hearing import hear
from audiorec.content.onnx_encoder import load

NAMES = {"mtt": "musicnn", "msd": "musicnn-msd"}


def heard(encoder: str, paths: list[Path], patches: int = 3) -> np.ndarray:
    """Embeddings float64 [N, d] of clips by `mtt` or `msd`."""
    shelf = encoder_shelf.folder()
    kept = shelf / f"clips-{NAMES[encoder]}-{patches}.npz"
    if kept.is_file():
        with np.load(kept) as file:
            if file["names"].tolist() == [path.name for path in paths]:
                return np.asarray(file["vectors"], dtype=np.float64)
    opened = load(encoder_shelf.find(shelf, NAMES[encoder]).path)
    vectors = np.stack([hear(path, opened, patches).mean for path in paths])
    np.savez(kept, vectors=vectors, names=[path.name for path in paths])
    return vectors.astype(np.float64)
