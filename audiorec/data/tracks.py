"""A track: one audio file of the library, with what its tags say."""

import os
from dataclasses import dataclass

# The reason of a file without a sound.
SILENT = "is silent from beginning to end"


@dataclass(frozen=True)
class Track:
    """One file. `path` is the operating system's own bytes; `seconds` is the length that was decoded;
    `status` is `ok`, `partial` (usable, but cut short) or `failed`, with the `reason` in words; `mbid` is MusicBrainz'
    id of the recording, `isrc` the industry's, empty where the tags have none."""

    id: int
    path: bytes
    title: str
    artists: tuple[str, ...]
    album: str
    year: int | None
    genre: str
    seconds: float
    status: str
    reason: str
    album_artist: str = ""
    mbid: str = ""
    isrc: str = ""

    @property
    def artist(self) -> str:
        """The first artist, or an empty text."""
        return self.artists[0] if self.artists else ""

    @property
    def is_silent(self) -> bool:
        """Whether the file is silent throughout."""
        return SILENT in self.reason

    @property
    def artist_key(self) -> str:
        """The name under which the part of the song's artist is kept; a song without artist is an artist of its own."""
        return self.artist or f"track {self.id}"

    @property
    def shown_path(self) -> str:
        """The path as text that can always be printed (undecodable bytes as \\udcXX are replaced)."""
        return os.fsdecode(self.path).encode("utf-8", "replace").decode()
