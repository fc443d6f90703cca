"""Artists and albums of a library as players browse them, with ids that stay the same while names do.

An album is what has one album tag in one folder, so that samplers stay whole and two albums called "Live" stay two.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field

from audiorec.serve.for_you import folder_of
from audiorec.serve.snapshot import Snapshot

UNKNOWN_ARTIST, UNKNOWN_ALBUM, SEVERAL = "[Unknown artist]", "[Unknown album]", "Various artists"
_NUMBER = re.compile(rb"^\s*(?:(\d)-)?(\d{1,3})[\s._-]")


@dataclass(frozen=True)
class Album:
    """An album: rows of its songs in the order of their files."""

    id: str
    name: str
    artist: str
    artist_id: str
    rows: tuple[int, ...]
    year: int | None
    genre: str
    created: float


@dataclass
class Artist:
    """An artist with the albums that are theirs and the rows of all songs that they play on."""

    id: str
    name: str
    albums: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Collection:
    """Albums and artists by id, both sorted by name; `album_of` names the album of each row."""

    albums: dict[str, Album]
    artists: dict[str, Artist]
    album_of: dict[int, str]


def collect(snapshot: Snapshot) -> Collection:
    """Sort a library's songs into albums and artists."""
    groups: dict[tuple[bytes, str], list[int]] = {}
    for row, track in enumerate(snapshot.tracks):
        key = (folder_of(track.path), track.album) if track.album else (b"", f"\0{track.artist}")
        groups.setdefault(key, []).append(row)
    albums = [_album(snapshot, key, rows) for key, rows in groups.items()]
    albums.sort(key=lambda album: (album.name.casefold(), album.id))
    artists: dict[str, Artist] = {}
    for album in albums:
        _artist(artists, album.artist).albums.append(album.id)
    for row, track in enumerate(snapshot.tracks):
        for name in track.artists or (UNKNOWN_ARTIST,):
            _artist(artists, name).rows.append(row)
    ordered = sorted(artists.values(), key=lambda artist: (artist.name.casefold(), artist.id))
    album_of = {row: album.id for album in albums for row in album.rows}
    return Collection({one.id: one for one in albums}, {one.id: one for one in ordered}, album_of)


def artist_id(name: str) -> str:
    """The id of an artist."""
    return f"ar-{_digest(name)}"


def song_number(path: bytes) -> int | None:
    """The number that a file's name begins with, as in `03 Title.mp3` or `1-03 Title.mp3`."""
    found = _NUMBER.match(path.rpartition(b"/")[2])
    return int(found[2]) if found else None


def _artist(artists: dict[str, Artist], name: str) -> Artist:
    key = artist_id(name)
    return artists.setdefault(key, Artist(key, name))


def _album(snapshot: Snapshot, key: tuple[bytes, str], rows: list[int]) -> Album:
    tracks = [snapshot.tracks[row] for row in rows]
    names = {track.artist for track in tracks}
    artist = (names.pop() if len(names) == 1 else SEVERAL) or UNKNOWN_ARTIST
    years = Counter(track.year for track in tracks if track.year)
    genres = Counter(track.genre for track in tracks if track.genre)
    ordered = sorted(rows, key=lambda row: snapshot.tracks[row].path)
    return Album(
        id=f"al-{_digest(repr(key))}",
        name=tracks[0].album or UNKNOWN_ALBUM,
        artist=artist,
        artist_id=artist_id(artist),
        rows=tuple(ordered),
        year=years.most_common(1)[0][0] if years else None,
        genre=genres.most_common(1)[0][0] if genres else "",
        created=max((snapshot.added.get(track.id, 0.0) for track in tracks), default=0.0),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:20]
