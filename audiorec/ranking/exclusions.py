"""What a list must not hold, said at the moment of asking: genres, folders, artists, lengths, years."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiorec.data.names import artist_key
from audiorec.ranking.song_columns import SongColumns


@dataclass(frozen=True)
class Exclusions:
    """Nothing is excluded by default but the user's own songs (`own`).

    genres, artists: names in any case; folders: everything below them; shortest, longest: seconds; since, until: years,
    and songs without a year are left out when one of them is given; only_genres: all but songs of these.
    """

    genres: tuple[str, ...] = ()
    artists: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    shortest: float | None = None
    longest: float | None = None
    since: int | None = None
    until: int | None = None
    only_genres: tuple[str, ...] = ()
    own: bool = True

    def allowed(self, songs: SongColumns) -> NDArray[np.bool_]:
        """Which songs may be listed, whoever has them, bool [I]."""
        found = np.ones(len(songs), dtype=bool)
        if self.only_genres:
            found &= songs.of_genres({name.casefold() for name in self.only_genres})
        if self.genres:
            found &= ~songs.of_genres({name.casefold() for name in self.genres})
        if self.artists:
            found &= ~songs.by_artists({artist_key(name) for name in self.artists})
        for folder in self.folders:
            found &= ~songs.below(os.fsencode(folder.absolute()).rstrip(b"/") + b"/")
        if self.shortest is not None:
            found &= songs.seconds >= self.shortest
        if self.longest is not None:
            found &= songs.seconds <= self.longest
        if self.since is not None or self.until is not None:
            found &= (songs.year >= (self.since or 0)) & (songs.year <= (self.until or 9999))
        return found


NOTHING = Exclusions()
