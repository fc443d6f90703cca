"""Strawberry, and Clementine from which it comes: the database of the player's collection.

Both keep how often a song was played and when for the last time, skips and stars; the columns differ by version.
"""

from collections.abc import Iterator
from pathlib import Path

from audiorec.sources.formats.sqlite_files import DatabaseError, entries, has_tables, opened, picked
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.fields import (
    Entry,
    Kept,
    count_of,
    kept_rows,
    length_of,
    number_of,
    past_moment,
    stars_of,
    text_of,
    written,
)
from audiorec.sources.rows.file_urls import path_of

_COLUMNS = (
    *("title", "artist", "albumartist", "album", "url", "filename", "length", "length_nanosec", "playcount"),
    *("skipcount", "lastplayed", "rating", "musicbrainz_recording_id", "musicbrainz_track_id", "filetype"),
)


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a database of Strawberry."""
    return has_tables(path, head, {"songs": "url", "schema_version": "version"})


def read(path: Path) -> Iterator[Row | Unread]:
    """What was played, skipped and rated; raises InputError when it is no such database."""
    number = 0
    try:
        with opened(path) as db:
            for found in kept_rows(entries(db, f"SELECT {picked(db, 'songs', _COLUMNS)} FROM songs"), _kept):
                number = found.row
                yield found
    except DatabaseError as error:
        yield Unread(number + 1, str(error))


def _kept(number: int, entry: Entry) -> Kept | Unread:
    artist = text_of(entry, "artist") or text_of(entry, "albumartist")
    path = path_of(text_of(entry, "url") or text_of(entry, "filename"))
    seconds = length_of(entry, "length_nanosec", 1e-9) or length_of(entry, "length", 1e-9)
    mbid = text_of(entry, "musicbrainz_recording_id")
    song = written(artist, text_of(entry, "title"), text_of(entry, "album"), path, seconds, mbid=mbid)
    last, stars = past_moment(entry, "lastplayed"), stars_of(entry, "rating", 1)
    return Kept(song, _count(entry, "playcount"), last, _count(entry, "skipcount"), stars)


def _count(entry: Entry, name: str) -> float:
    """-1 stands for never."""
    return 0.0 if number_of(entry, name) == -1 else count_of(entry, name)
