"""Sketches of the songs' spectrograms, kept beside the hybrid's weights so that a list need not read every patch again.

Songs that came later are sketched when they are asked for. It does not know what the numbers are used for.
"""

import numpy as np
from numpy.typing import NDArray

from audiorec.cold_start.spectrogram_sketch import sketch
from audiorec.data.tables import FeatureTable
from audiorec.data.workspace import Workspace
from audiorec.learning import checkpoint

KIND = "hybrid"
# Songs whose patches are in memory at once.
_SONGS_AT_ONCE = 256


def spectra(table: FeatureTable, track_ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """Sketches of some songs, float32 [N, .], a few hundred songs at a time."""
    layout, found = table.layout, [np.zeros((0, 0), dtype=np.float32)]
    for start in range(0, len(track_ids), _SONGS_AT_ONCE):
        ids = track_ids[start : start + _SONGS_AT_ONCE]
        patches = table.logmel(ids)
        found.append(sketch(patches.values, patches.owner, len(ids), layout.logmel_scale, layout.logmel_offset))
    return np.concatenate(found[1:]) if len(found) > 1 else found[0]


def kept_spectra(space: Workspace, table: FeatureTable) -> NDArray[np.float32]:
    """Sketches of every song of the table: from the latest hybrid model where it has them, else made now."""
    ids, sketches = _kept(space, table.layout.digest)
    new = table.track_ids[~np.isin(table.track_ids, ids)]
    if len(new):
        fresh = spectra(table, new)
        sketches = np.concatenate([sketches, fresh]) if len(ids) else fresh
        ids = np.concatenate([ids, new])
    order = np.argsort(ids)
    return np.asarray(sketches[order[np.searchsorted(ids[order], table.track_ids)]], dtype=np.float32)


def _kept(space: Workspace, digest: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    nothing = np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32)
    if not space.has_model(KIND):
        return nothing
    folder = space.model(KIND)
    if checkpoint.read_header(folder, KIND).feature_digest != digest:
        return nothing
    _, arrays = checkpoint.load(folder, KIND)
    return (arrays["track_ids"], arrays["spectra"]) if "spectra" in arrays else nothing
