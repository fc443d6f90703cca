"""Ids of songs and artists in other servers, as their imports gave them: what the plugins of those servers ask by."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from audiorec.sources.rows.contract import ARTIST


@dataclass(frozen=True)
class ForeignIds:
    """Tracks by the ids of songs, and by the ids of their first artists."""

    songs: dict[str, int] = field(default_factory=dict)
    artists: dict[str, int] = field(default_factory=dict)

    @cached_property
    def of_song(self) -> dict[int, str]:
        """The id of each track that has one."""
        return {track: key for key, track in self.songs.items()}


def foreign_ids(known: Iterable[tuple[str, str, int]]) -> ForeignIds:
    """Out of kinds, ids and tracks (`Workspace.server_ids`); of two servers that share an id the first counts."""
    found = ForeignIds()
    for kind, key, track in known:
        (found.artists if kind.endswith(ARTIST) else found.songs).setdefault(key, track)
    return found
