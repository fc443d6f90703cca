"""Groups of songs that belong together by one modality, and recommendation by groups.

How many groups there are is chosen by `clusters.py`. For each song of a user, the most similar song of its own group is
recommended: songs of the user that are not in the pool are skipped, nothing is recommended twice, and an exhausted
group gives nothing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiorec.data.workspace import Workspace
from audiorec.errors import InputError, WorkspaceError
from audiorec.learning.directions import unit
from audiorec.ranking.clusters import Clusters, kept_clusters
from audiorec.ranking.neighbours import Block
from audiorec.ranking.similarity import Library, gather


@dataclass(frozen=True)
class Group:
    """A group of songs: rows of the library, those nearest to the middle first, and its artists, most songs first."""

    rows: tuple[int, ...]
    artists: tuple[str, ...]


def song_groups(library: Library, by: str) -> tuple[list[Group], Clusters]:
    """Groups of the library's songs, largest first, and how their number was chosen.

    Raises InputError when nothing is known of the songs by that modality, or too little to group them.
    """
    if by not in library.blocks:
        maker = "train-network" if by == "network" else "extract"
        raise InputError(f"nothing to group songs by {by} yet: run audiorec {maker} first")
    block = library.blocks[by]
    found = kept_clusters(library.kept / by, library.made_of[by], block.vectors, block.known)
    groups = [
        _group(library, block, np.flatnonzero(found.labels == label), centre)
        for label, centre in enumerate(found.centres)
    ]
    return sorted((group for group in groups if group.rows), key=lambda group: -len(group.rows)), found


def make_ready(root: Path) -> None:
    """Make what songs are compared by, and the network's groups, where they do not lie ready and there are any."""
    with Workspace.open(root) as space, suppress(WorkspaceError, InputError):
        song_groups(gather(space), "network")


def _group(library: Library, block: Block, rows: NDArray[np.int64], centre: NDArray[np.float64]) -> Group:
    nearness = unit(np.asarray(block.vectors[rows], dtype=np.float64)) @ centre
    central = rows[np.argsort(-nearness, kind="stable")]
    artists = Counter(library.first[central].tolist())
    names = tuple(library.artists[artist] for artist, _ in artists.most_common() if artist >= 0)
    return Group(tuple(central.tolist()), names)


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
