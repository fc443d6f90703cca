"""How the bands of a song move together, from its stored log-mel patches.

Correlations between 32 groups of bands (the median over stretches of about six seconds), and the covariance of how the
cepstrum changes, as a matrix logarithm, in which distances between covariances are Euclidean. Sources: Seyerlehner et
al. 2010, "Fusing block-level features" (correlation pattern); Arsigny et al. 2006 (log-Euclidean metric).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_GROUPS, _CEPSTRA = 32, 20
_STRETCH, _HOP = 256, 128
# Frames between the two levels whose difference is a change: about 0.1 s.
_LAG = 4


def relations(
    patches: NDArray[np.uint8], owner: NDArray[np.int64], scale: float, offset: float
) -> tuple[Floats, Floats]:
    """Correlations [N, 496] and covariances of change [N, 210] of songs 0..N-1.

    patches [P, bands, T] with dB = offset + scale * value; owner [P] rises, every song has a patch.
    """
    parts = np.split(patches, np.flatnonzero(np.diff(owner)) + 1)
    # A song at a time: as float64 all of them would take eight times their bytes.
    songs = (np.concatenate(list(offset + scale * part.astype(np.float64)), axis=1) for part in parts)
    found = [(correlations(song), changes(song)) for song in songs]
    return np.stack([one for one, _ in found]), np.stack([other for _, other in found])


def correlations(level: Floats) -> Floats:
    """Median correlation of every pair of band groups of levels [bands, T], flat; a silent group goes with nothing."""
    groups = np.stack([part.mean(axis=0) for part in np.array_split(level, _GROUPS)])
    starts = range(0, max(groups.shape[1] - _STRETCH, 0) + 1, _HOP)
    tables = [_correlation(groups[:, start : start + _STRETCH]) for start in starts]
    return np.asarray(np.median(tables, axis=0)[np.triu_indices(_GROUPS, 1)])


def changes(level: Floats) -> Floats:
    """Matrix logarithm of the covariance of cepstral changes of levels [bands, T], its upper triangle, flat."""
    bands = len(level)
    angles = np.pi / bands * (np.arange(bands) + 0.5)[None] * np.arange(_CEPSTRA)[:, None]
    cepstrum = np.cos(angles) @ level / bands
    moved = cepstrum[:, _LAG:] - cepstrum[:, :-_LAG]
    values, vectors = np.linalg.eigh(np.cov(moved) + 0.01 * np.eye(_CEPSTRA))
    logarithm = (vectors * np.log(values)) @ vectors.T
    rows, columns = np.triu_indices(_CEPSTRA)
    # Twice off the diagonal in the full matrix: the root keeps its Euclidean distances.
    return np.asarray(logarithm[rows, columns] * np.where(rows == columns, 1.0, np.sqrt(2.0)))


def _correlation(groups: Floats) -> Floats:
    moved = groups - groups.mean(axis=1, keepdims=True)
    # 0.1 dB of deviation is rounding of the stored steps; below it nothing can be said to move together.
    return np.asarray(moved @ moved.T / groups.shape[1] / np.outer(*[moved.std(axis=1) + 0.1] * 2))
