"""What is most like a song or an artist, as plain records; what `similar` prints and the library answers."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from audiorec.errors import InputError
from audiorec.ranking.neighbours import Block, nearest
from audiorec.ranking.similarity import Library
from audiorec.sources.matching.matcher import LISTED, Matcher, find_artist, find_song, parse_song
from audiorec.sources.matching.name_index import credited
from audiorec.sources.matching.path_endings import may_end_so

Record = dict[str, Any]


def song_row(library: Library, song: str) -> int:
    """Row of the song that a person means: a path, a track id, `artist - title`; raises UnknownNameError."""
    # An index of all names takes seconds at 100,000 songs, and most of what people write needs none.
    for path in (Path(song), Path.cwd() / song):
        row = library.tracks.at_path(os.fsencode(os.path.normpath(path)))
        if row is not None:
            return row
    row = _by_id_or_artist(library, song)
    return library.row[find_song(list(library.tracks), song).id] if row is None else row


def _by_id_or_artist(library: Library, song: str) -> int | None:
    """Row of the song with this number, or of the one song of the artist that is written that has the title; None where
    only all songs would tell."""
    is_listed = library.tracks.at_path(os.fsencode(f"{LISTED}{song}")) is not None
    if is_listed or may_end_so(os.fsdecode(library.tracks.arrays["path.bytes"].tobytes()), song):
        return None
    if song.isascii() and song.isdigit() and int(song) in library.row:
        return library.row[int(song)]
    written, (rows, starts) = parse_song(song), library.songs_of
    theirs = {row for place in credited(library.artists, written) for row in rows[starts[place] : starts[place + 1]]}
    if not theirs:
        return None
    # Songs of nobody may be credited by their file's name.
    theirs.update(np.flatnonzero(library.first < 0).tolist())
    found = Matcher([library.tracks[row] for row in sorted(theirs)]).match(written)
    return library.row[found.track_id] if found.track_id is not None and found.how == "name" else None


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
