"""What is most like a song or an artist, as plain records; what `similar` prints and the library answers."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from audiorec.errors import InputError
from audiorec.ranking.neighbours import Block, nearest
from audiorec.ranking.similarity import Library
from audiorec.sources.matching.matcher import find_artist, find_song

Record = dict[str, Any]


def song_row(library: Library, song: str) -> int:
    """Row of the song that a person means: a path, a track id, `artist - title`; raises UnknownNameError."""
    for path in (Path(song), Path.cwd() / song):
        # A whole path needs no index of all names: at 100,000 songs that takes seconds.
        row = library.tracks.at_path(os.fsencode(os.path.normpath(path)))
        if row is not None:
            return row
    return library.row[find_song(list(library.tracks), song).id]


def artist_row(library: Library, artist: str) -> int:
    """Row of the artist that a person means; raises UnknownNameError."""
    return library.artists.index(find_artist(library.artists, artist))


def songs_like(library: Library, row: int, top: int, by: Collection[str] = ()) -> list[Record]:
    """Songs nearest to the one of a row by the named modalities, () for all.

    Raises InputError when there is nothing to compare by.
    """
    found = nearest({name: library.blocks[name] for name in compared(library.blocks, by)}, row, top)
    tracks = [library.tracks[near.row] for near in found]
    return [
        {
            "track_id": track.id,
            "path": track.shown_path,
            "title": track.title,
            "artist": track.artist,
            "score": near.score,
            "by": near.by,
        }
        for near, track in zip(found, tracks, strict=True)
    ]


def artists_like(library: Library, row: int, top: int, by: Collection[str] = ()) -> list[Record]:
    """Artists nearest to the one of a row by the named modalities; raises as `songs_like`."""
    blocks = library.artist_blocks
    found = nearest({name: blocks[name] for name in compared(blocks, by)}, row, top)
    return [{"artist": library.artists[near.row], "score": near.score, "by": near.by} for near in found]


def compared(blocks: Mapping[str, Block], by: Collection[str], row: int | None = None) -> list[str]:
    """Names of the modalities that are compared: those by which anything is known, and this row where it is given.

    Raises InputError when there is none.
    """
    found = sorted(name for name, block in blocks.items() if (not by or name in by) and block.known.any())
    if row is not None:
        found = [name for name in found if blocks[name].known[row]] or found
    if not found:
        wanted = " and ".join(by) or "at all"
        raise InputError(f"nothing to compare by ({wanted}) yet: run audiorec train-network or extract first")
    return found
