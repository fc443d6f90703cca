"""Recommendation by groups, as seed 003 has it: for each song of a user, the likest song of its own group.

The pool is grouped once, so that a song is compared with its group only. Songs of the user that are not in the pool
are skipped, nothing is recommended twice, and an exhausted group gives nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.models.network_embedding import unit


@dataclass(frozen=True)
class Found:
    """A recommended song, the song of the user that it stands beside, and how alike they are."""

    song: int
    beside: int
    likeness: float


def by_groups(
    vectors: NDArray[np.floating], labels: NDArray[np.int64], own: Sequence[int], barred: Iterable[int] = ()
) -> list[Found]:
    """At most one song for each of the user's songs, in the order of `own`.

    vectors [N, d] and labels int64 [N] (-1: not in the pool) of all songs; `own` and `barred` are rows, the user's
    songs and others that may not be recommended.
    """
    directions = unit(np.asarray(vectors, dtype=np.float64))
    free = labels >= 0
    free[[*own, *barred]] = False
    found = []
    for song in own:
        group = np.flatnonzero(free & (labels == labels[song]) & (labels[song] >= 0))
        if len(group):
            likeness = directions[group] @ directions[song]
            best = int(np.argmax(likeness))
            found.append(Found(int(group[best]), song, float(likeness[best])))
            free[group[best]] = False
    return found


def artists_of(found: Sequence[Found], credits: NDArray[np.bool_], own: Sequence[int]) -> list[int]:
    """Artists of recommended songs that the user has no song of, in order; credits bool [N, A]."""
    mine = credits[list(own)].any(axis=0)
    order = [int(artist) for one in found for artist in np.flatnonzero(credits[one.song] & ~mine)]
    return list(dict.fromkeys(order))
