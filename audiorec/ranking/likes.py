"""What the content model says of songs: embeddings and like-probabilities, from stored features.

It does not train and does not rank; users that the model does not know get NaN.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiorec.data.tables import FeatureTable
from audiorec.models import like_model
from audiorec.models.like_model import LikeModel
from audiorec.models.network_embedding import song_vectors
from audiorec.training.like_model import known_parts, view_patches

# Songs whose patches are in memory at once: 2,000 songs are about 2 GB of patches of both views.
BATCH_SONGS = 2000


def embed_tracks(
    folder: Path, table: FeatureTable, track_ids: NDArray[np.int64], artists: Sequence[Sequence[str]]
) -> NDArray[np.float32]:
    """Song embeddings float32 [N, dim] of the content model in `folder`."""
    return _embed(like_model.load(folder, table.layout.digest), table, track_ids, artists)


def like_scores(
    folder: Path,
    table: FeatureTable,
    track_ids: NDArray[np.int64],
    artists: Sequence[Sequence[str]],
    users: Sequence[str],
) -> NDArray[np.float32]:
    """Like-probabilities float32 [users, N]; a row of NaN for a user whom the model has not seen."""
    model = like_model.load(folder, table.layout.digest)
    likes = model.likes(_embed(model, table, track_ids, artists))
    column = {name: row for row, name in enumerate(model.names)}
    unknown = np.full(len(track_ids), np.nan, dtype=np.float32)
    rows = [likes[column[user]] if user in column else unknown for user in users]
    return np.stack(rows) if rows else np.zeros((0, len(track_ids)), dtype=np.float32)


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
    vectors, known = song_vectors(model.network, track_ids, artists)
    vectors[~known] = np.nan
    return {**blocks, "network": vectors}
