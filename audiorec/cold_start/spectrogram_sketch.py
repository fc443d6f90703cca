"""A song's stored log-mel patches in a few hundred numbers: level and movement of every band, and its rhythm of change.

For each band the mean and the deviation over time in dB; for sixteen groups of bands how strongly the level swings at
seven speeds (log magnitude of its spectrum over time, octave by octave). It reads stored patches, never the file, and
does not know what the numbers are for.
"""

import numpy as np
from numpy.typing import NDArray

# Groups of bands whose swings are described, and the octaves of speed: edges in cycles a patch.
GROUPS = 16
EDGES = (1, 2, 4, 8, 16, 32, 64, 128)


def sketch(
    patches: NDArray[np.uint8], owner: NDArray[np.int64], songs: int, scale: float, offset: float
) -> NDArray[np.float32]:
    """Numbers of each song, float32 [songs, 2 * bands + groups * octaves]; NaN for a song without patches.

    patches [P, bands, frames] with dB = offset + scale * value; owner [P], the song of each patch.
    """
    bands = patches.shape[1]
    groups = min(GROUPS, bands)
    total = np.zeros((songs, 2 * bands + groups * (len(EDGES) - 1)))
    for patch, song in zip(patches, owner, strict=True):
        level = offset + scale * patch.astype(np.float32)
        total[song] += np.concatenate([level.mean(axis=1), level.std(axis=1), _swings(level, groups)])
    count = np.bincount(owner, minlength=songs)[:, None]
    mean = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return np.asarray(mean, dtype=np.float32)


def _swings(level: NDArray[np.floating], groups: int) -> NDArray[np.floating]:
    """Log magnitude by group and octave of speed, flat; octaves that the patch is too short for are silent."""
    joined = np.stack([part.mean(axis=0) for part in np.array_split(level, groups)])
    window = np.hanning(level.shape[1])
    spectrum = np.abs(np.fft.rfft((joined - joined.mean(axis=1, keepdims=True)) * window, axis=1)) / level.shape[1]
    octaves = [spectrum[:, low:high] for low, high in zip(EDGES[:-1], EDGES[1:], strict=True)]
    means = [part.mean(axis=1) if part.shape[1] else np.zeros(groups) for part in octaves]
    return np.log(np.stack(means, axis=1) + 1e-3).ravel()
