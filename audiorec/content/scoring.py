"""What the content model and the SVM say of songs: embeddings and like-probabilities, from stored features.

It does not train and does not rank; users that the model does not know get NaN.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiorec.content import like_model
from audiorec.content.like_model import LikeModel
from audiorec.content.likes_training import encoder_block, known_parts, view_patches
from audiorec.content.onnx_songs import OnnxSongs
from audiorec.data.tables import FeatureTable
from audiorec.network.embedding import song_vectors

# Songs whose patches are in memory at once: 2,000 songs are about 2 GB of patches of both views.
BATCH_SONGS = 2000


def embed_tracks(
    folder: Path,
    table: FeatureTable,
    track_ids: NDArray[np.int64],
    artists: Sequence[Sequence[str]],
    exported: OnnxSongs | None = None,
) -> NDArray[np.float32]:
    """Song embeddings float32 [N, dim] of the content model in `folder`, by its ONNX version if there is one."""
    model = like_model.load(folder, table.layout.digest)
    parts = [np.zeros((0, model.parts.dim), dtype=np.float32)]
    for start in range(0, len(track_ids), BATCH_SONGS):
        ids, names = track_ids[start : start + BATCH_SONGS], artists[start : start + BATCH_SONGS]
        blocks = known_blocks(model, table, ids, names)
        patches = {view: view_patches(table, view, ids) for view in model.encoders}
        if exported is not None:
            parts.append(exported.embed(blocks, patches, len(ids)))
            continue
        encoded: dict[str, NDArray[np.float32]] = {
            view: model.embed_view(view, found.values, found.owner, len(ids)) for view, found in patches.items()
        }
        parts.append(model.embed({**blocks, **encoded}))
    return np.concatenate(parts)


def fused_songs(table: FeatureTable, track_ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """What the SVM sees of songs: descriptors, lyrics, and whether there are any; float32 [N, D], NaN: missing."""
    parts = known_parts(table, track_ids)
    has_lyrics = np.isfinite(parts["lyrics"]).all(axis=1, keepdims=True).astype(np.float32)
    return np.concatenate([parts["descriptors"], parts["lyrics"], has_lyrics], axis=1)


def known_blocks(
    model: LikeModel, table: FeatureTable, track_ids: NDArray[np.int64], artists: Sequence[Sequence[str]]
) -> dict[str, NDArray[np.float32]]:
    """All parts [N, d] that the model takes besides the views of the sound."""
    blocks = known_parts(table, track_ids)
    if model.onnx is not None:
        blocks["encoder"] = encoder_block(model.onnx, table, track_ids)
    vectors, known = song_vectors(model.network, track_ids, artists)
    vectors[~known] = np.nan
    return {**blocks, "network": vectors}
