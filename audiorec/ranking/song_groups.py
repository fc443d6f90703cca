"""Groups of songs that belong together by one modality: their artists, and the songs that stand in the middle.

How many groups there are is chosen by `models.clusters`; what a group is about is left to the reader of its songs.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.errors import InputError
from audiorec.models.clusters import Clusters, find_clusters
from audiorec.models.network_embedding import unit
from audiorec.ranking.likeness import Library


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
    found = find_clusters(block.vectors, block.known)
    directions = unit(np.asarray(block.vectors, dtype=np.float64))
    groups = [
        _group(library, np.flatnonzero(found.labels == label), directions @ centre)
        for label, centre in enumerate(found.centres)
    ]
    return sorted((group for group in groups if group.rows), key=lambda group: -len(group.rows)), found


def _group(library: Library, rows: NDArray[np.int64], nearness: NDArray[np.float64]) -> Group:
    central = rows[np.argsort(-nearness[rows], kind="stable")]
    artists = Counter(library.tracks[row].artist for row in central.tolist() if library.tracks[row].artist)
    return Group(tuple(central.tolist()), tuple(name for name, _ in artists.most_common()))
