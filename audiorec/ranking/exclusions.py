"""What a list must not hold, said at the moment of asking: genres, folders, artists, lengths, years."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiorec.data.genres import genre_names
from audiorec.data.names import artist_key
from audiorec.data.tracks import Track


@dataclass(frozen=True)
class Exclusions:
    """Nothing is excluded by default.

    genres, artists: names in any case; folders: everything below them; shortest, longest: seconds; since, until: years,
    and songs without a year are left out when one of them is given.
    """

    genres: tuple[str, ...] = ()
    artists: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    shortest: float | None = None
    longest: float | None = None
    since: int | None = None
    until: int | None = None

    def allowed(self, tracks: Sequence[Track]) -> NDArray[np.bool_]:
        """Which songs may be listed, bool [I]."""
        if self == Exclusions():
            return np.ones(len(tracks), dtype=bool)
        genres, artists = {name.casefold() for name in self.genres}, {artist_key(name) for name in self.artists}
        folders = tuple(os.fsencode(folder.absolute()).rstrip(b"/") + b"/" for folder in self.folders)
        return np.array([self._fits(track, genres, artists, folders) for track in tracks], dtype=bool)

    def _fits(self, track: Track, genres: set[str], artists: set[str], folders: tuple[bytes, ...]) -> bool:
        if genres & set(genre_names(track.genre)) or artists & {artist_key(name) for name in track.artists}:
            return False
        if folders and track.path.startswith(folders):
            return False
        if (self.shortest or 0.0) > track.seconds or (self.longest or np.inf) < track.seconds:
            return False
        if self.since is None and self.until is None:
            return True
        return track.year is not None and (self.since or 0) <= track.year <= (self.until or 9999)


NOTHING = Exclusions()
