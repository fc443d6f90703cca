"""What every reader of a source yields: one row for each play, like, rating or playlist entry, or a word why not.

A reader is a generator, so that an export of any length is read in bounded memory. It knows its format and nothing
else: which song of the library a row means is found in `matching.py`, what is stored is decided in `importing.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Kind = Literal["play", "like", "dislike", "skip", "never", "playlist", "star", "rating", "comment"]
_NO_IDS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class WrittenSong:
    """A song as a source writes it; everything may be empty.

    artists: as the source separates them, a credit such as "A feat. B" is one entry; path: as written, of whatever
    machine; ids: by kind (`mbid`, `isrc`, `spotify`, `subsonic`, `jellyfin`, `track` for a track id of this library,
    ...); seconds: how long the song is.
    """

    artists: tuple[str, ...] = ()
    title: str = ""
    album: str = ""
    path: str = ""
    ids: Mapping[str, str] = field(default_factory=lambda: _NO_IDS)
    seconds: float | None = None

    def __hash__(self) -> int:
        """Songs are keys: the next row of the same song costs nothing."""
        return hash((self.artists, self.title, self.album, self.path, self.seconds, *self.ids.values()))


class Row(NamedTuple):
    """One event of a user and a song; a tuple, since there are millions, and it is made in a third of the time.

    user: empty where the source has none (the person who imports says whose it is); time: UTC, seconds since 1970, the
    start of a play; seconds: how much was heard; weight: plays that the row stands for, or stars of a rating; row:
    number of the line or entry in the source, from 1.
    """

    user: str
    song: WrittenSong
    time: float | None = None
    seconds: float | None = None
    kind: Kind = "play"
    weight: float = 1.0
    row: int = 0


@dataclass(frozen=True, slots=True)
class Unread:
    """An entry that gives no row, and why; `skipped` is meant so (a podcast), otherwise it could not be read."""

    row: int
    reason: str
    skipped: bool = False
