"""One vector a song from all modalities, so that a single product compares everything: for lists made while one waits.

The cosine of two vectors is the weighted mean of the cosines of the modalities that `neighbours.py` compares one by
one; a modality that a song lacks adds nothing to it. It does not know where vectors come from.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from audiorec.errors import InputError
from audiorec.learning.directions import unit
from audiorec.ranking.neighbours import WEIGHTS, Block

Vectors = NDArray[np.float32]


def joint_vectors(blocks: Mapping[str, Block]) -> Vectors:
    """Unit rows float32 [N, D] of blocks with N rows each; a row of zeros is a song of which nothing is known.

    Raises InputError when there is no block at all.
    """
    if not blocks:
        raise InputError("nothing to compare songs by yet: run audiorec extract or train-network first")
    parts = []
    for name, block in sorted(blocks.items()):
        rows = unit(np.asarray(block.vectors, dtype=np.float32)) * np.float32(np.sqrt(WEIGHTS[name]))
        parts.append(np.where(block.known[:, None], rows, np.float32(0.0)))
    return unit(np.hstack(parts)).astype(np.float32)


def likeness(vectors: Vectors, rows: NDArray[np.integer] | list[int]) -> Vectors:
    """Mean cosine [N] of every song to the given ones; zeros when none are given."""
    if not len(rows):
        return np.zeros(len(vectors), dtype=np.float32)
    return np.asarray(vectors @ vectors[np.asarray(rows)].mean(axis=0), dtype=np.float32)


def known_rows(vectors: Vectors) -> NDArray[np.bool_]:
    """Which songs anything is known of, bool [N]."""
    return np.asarray(vectors.any(axis=1))
