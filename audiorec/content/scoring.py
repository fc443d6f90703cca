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
from audiorec.data.tables import FeatureTable
from audiorec.network.embedding import song_vectors

# Songs whose patches are in memory at once: 2,000 songs are about 2 GB of patches of both views.
BATCH_SONGS = 2000


def embed_tracks(
    folder: Path, table: FeatureTable, track_ids: NDArray[np.int64], artists: Sequence[Sequence[str]]
) -> NDArray[np.float32]:
    """Song embeddings float32 [N, dim] of the content model in `folder`."""
    return _embed(like_model.load(folder, table.layout.digest), table, track_ids, artists)


def fused_songs(table: FeatureTable, track_ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """What the SVM sees of songs: descriptors, lyrics, and whether there are any; float32 [N, D], NaN: missing."""
    parts = known_parts(table, track_ids)
    has_lyrics = np.isfinite(parts["lyrics"]).all(axis=1, keepdims=True).astype(np.float32)
    return np.concatenate([parts["descriptors"], parts["lyrics"], has_lyrics], axis=1)


def _embed(
    model: LikeModel, table: FeatureTable, track_ids: NDArray[np.int64], artists: Sequence[Sequence[str]]
) -> NDArray[np.float32]:
    parts = []
    for start in range(0, len(track_ids), BATCH_SONGS):
        chosen = slice(start, start + BATCH_SONGS)
        parts.append(model.embed(_blocks(model, table, track_ids[chosen], artists[chosen])))
    return np.concatenate(parts) if parts else np.zeros((0, model.parts.dim), dtype=np.float32)


def _blocks(
    model: LikeModel, table: FeatureTable, track_ids: NDArray[np.int64], artists: Sequence[Sequence[str]]
) -> dict[str, NDArray[np.float32]]:
    blocks = known_parts(table, track_ids)
    for view in model.encoders:
        patches = view_patches(table, view, track_ids)
        blocks[view] = model.embed_view(view, patches.values, patches.owner, len(track_ids))
    if model.onnx is not None:
        blocks["encoder"] = encoder_block(model.onnx, table, track_ids)
    vectors, known = song_vectors(model.network, track_ids, artists)
    vectors[~known] = np.nan
    return {**blocks, "network": vectors}
