"""Embeddings of all songs by the content network, kept below `derived/`: each song is embedded once a model.

New songs are added to what is there; another model or another feature recipe makes all anew, and so does an export
(`audiorec export --model cnn`), which embeds songs from then on.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audiorec.content import onnx_songs
from audiorec.content.scoring import embed_tracks
from audiorec.data import derived
from audiorec.data.tables import FeatureTable
from audiorec.data.workspace import Workspace


def embedded_songs(
    space: Workspace, table: FeatureTable, ids: NDArray[np.int64], artists: Sequence[Sequence[str]]
) -> NDArray[np.float32]:
    """Embeddings float32 [I, dim] of the songs with these ids in rising order, by the workspace's network."""
    exported = onnx_songs.of_model(space, table.layout.digest)
    folder, made_from = space.derived("cnn"), {"features": table.layout.digest, "model": str(space.model("cnn").name)}
    made_from["by"] = exported.file_digest if exported else "torch"
    kept = derived.load(folder)
    known = np.zeros(0, dtype=np.int64)
    if kept is not None and kept[0] == made_from:
        known = kept[1]["ids"]
    places = np.searchsorted(known, ids).clip(max=max(len(known) - 1, 0))
    here = known[places] == ids if len(known) else np.zeros(len(ids), dtype=bool)
    missing = np.flatnonzero(~here)
    if not len(missing) and kept is not None:
        return np.asarray(kept[1]["vectors"][places], dtype=np.float32)
    new = embed_tracks(space.model("cnn"), table, ids[missing], [artists[row] for row in missing.tolist()], exported)
    vectors = np.empty((len(ids), new.shape[1]), dtype=np.float32)
    vectors[missing] = new
    if kept is not None and here.any():
        vectors[here] = kept[1]["vectors"][places[here]]
    derived.save(folder, made_from, {"ids": ids, "vectors": vectors})
    return vectors
