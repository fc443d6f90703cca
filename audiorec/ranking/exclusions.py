"""What a list must not hold, said at the moment of asking: genres, folders, artists, lengths, years."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiorec.data.names import artist_key
from audiorec.errors import InputError
from audiorec.ranking.song_columns import SongColumns


@dataclass(frozen=True)
class Exclusions:
    """Nothing is excluded by default but the user's own songs (`own`).

    genres, artists: names in any case; folders: everything below them; shortest, longest: seconds; since, until: years,
    and songs without a year are left out when one of them is given; only_genres: all but songs of these.
    Raises InputError where a lower bound lies above its upper one, or is no number.
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

    def __post_init__(self) -> None:
        _check("seconds", self.shortest, self.longest)
        _check("years", self.since, self.until)

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


def _check(what: str, low: float | None, high: float | None) -> None:
    if low is not None and high is not None and not low <= high:
        raise InputError(f"no song has {what} from {low:g} to {high:g}: give the lower bound first, then the upper one")


NOTHING = Exclusions()
