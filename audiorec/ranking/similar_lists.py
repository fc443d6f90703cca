"""What is most like a song, an artist or a user, as plain records; what `similar` prints and the library answers."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.network.graph import build_network
from audiorec.network.lists import artists_by_network, songs_by_network
from audiorec.network.walks import common_songs, pattern
from audiorec.ranking.neighbours import nearest
from audiorec.ranking.similarity import Library, gather, user_likeness
from audiorec.ranking.song_groups import song_groups
from audiorec.sources.matching import find_artist, find_song

Record = dict[str, Any]


def songs_like(library: Library, song: str, top: int, by: Collection[str] = ()) -> list[Record]:
    """Songs nearest to one (a track id, a path, `artist - title`) by the named modalities, () for all.

    Raises UnknownNameError for an unknown song, InputError when there is nothing to compare by.
    """
    row = library.row[find_song(library.tracks, song).id]
    found = nearest({name: library.blocks[name] for name in compared(library, by)}, row, top)
    return [
        {
            "track_id": library.tracks[near.row].id,
            "path": library.tracks[near.row].shown_path,
            "title": library.tracks[near.row].title,
            "artist": library.tracks[near.row].artist,
            "score": near.score,
            "by": near.by,
        }
        for near in found
    ]


def artists_like(library: Library, artist: str, top: int, by: Collection[str] = ()) -> list[Record]:
    """Artists nearest to one by the named modalities; raises as `songs_like`."""
    known, name = list(library.artists), find_artist(library.artists, artist)
    wanted = compared(library, by)
    blocks = {key: block for key, block in library.artist_blocks().items() if key in wanted}
    found = nearest(blocks, known.index(name), top)
    return [{"artist": known[near.row], "score": near.score, "by": near.by} for near in found]


def users_like(space: Workspace, user: str, top: int, network: str = "spectral") -> list[Record]:
    """Users most like one, with the number of songs in common; raises UnknownNameError for an unknown user."""
    interactions = space.interactions(every_song=True)
    row = interactions.user_row(user)
    common = common_songs(pattern(interactions.counts), row)
    return [
        {
            "user": interactions.users[near.row],
            "songs_in_common": int(common[near.row]),
            "score": near.score,
            "by": near.by,
        }
        for near in user_likeness(space, interactions, row, network)[:top]
    ]


def new_for(space: Workspace, user: str, show: str, top: int, network: str = "spectral") -> list[Record]:
    """`songs` or `artists` that the network leads a user to and that they do not have (`network/lists.py`)."""
    interactions = space.interactions(every_song=True)
    row = interactions.user_row(user)
    tracks = {track.id: track for track in space.tracks()}
    whole = build_network(interactions, list(tracks.values()), space.friends())
    if show == "songs":
        found = songs_by_network(whole, row, top)
        songs = [tracks[int(whole.songs[one.row])] for one in found]
        return [
            {"track_id": song.id, "title": song.title, "artist": song.artist, "score": one.score, "by": one.by}
            for song, one in zip(songs, found, strict=True)
        ]
    labels = _groups_of_songs(space, network, whole.songs)
    artists = artists_by_network(whole, labels, row, top)
    return [{"artist": whole.artists[one.row], "score": one.score, "by": one.by} for one in artists]


def compared(library: Library, by: Collection[str], rows: Sequence[int] | NDArray[np.int64] = ()) -> list[str]:
    """Names of the modalities that are compared: those by which any song is known, and any of `rows` where given.

    Raises InputError when there is none.
    """
    found = sorted(name for name, block in library.blocks.items() if (not by or name in by) and block.known.any())
    if len(rows):
        found = [name for name in found if library.blocks[name].known[rows].any()] or found
    if not found:
        wanted = " and ".join(by) or "at all"
        raise InputError(f"nothing to compare by ({wanted}) yet: run audiorec train-network or extract first")
    return found


def _groups_of_songs(space: Workspace, network: str, songs: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """The group of each song by the network's model; None without one, or when there are too few songs to group."""
    library = gather(space, network)
    try:
        labels = song_groups(library, "network")[1].labels
    except InputError:
        return None
    return np.array([labels[library.row[song]] if song in library.row else -1 for song in songs.tolist()])
