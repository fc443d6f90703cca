"""beets: its library (`library.db`), with what the plug-ins mpdstats, lastimport, listenbrainz and plexsync keep in it.

Newer versions write paths relative to the library's folder, older ones whole; they are given as they are written. A
song that no plug-in counts has no row.
"""

from collections.abc import Iterator
from dataclasses import replace
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

_COLUMNS = ("id", "path", "title", "artist", "artists", "albumartist", "album", "length", "mb_trackid", "isrc")
_BETWEEN = "\\␀"  # of the values in one column, since version 2
_COUNTED = (
    *("play_count", "skip_count", "last_played", "rating"),
    *("plex_userrating", "plex_viewcount", "plex_lastviewedat", "lastfm_play_count", "listenbrainz_play_count"),
)
_VALUE = "(SELECT value FROM item_attributes WHERE entity_id = items.id AND key = '{0}') AS {0}"


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a library of beets."""
    return has_tables(path, head, {"items": "mb_trackid", "item_attributes": "entity_id", "albums": ""})


def read(path: Path) -> Iterator[Row | Unread]:
    """What was played, skipped and rated; raises InputError when it is no such database."""
    number = 0
    values = ", ".join(_VALUE.format(name) for name in _COUNTED)
    try:
        with opened(path) as db:
            query = f"SELECT {picked(db, 'items', _COLUMNS)}, {values} FROM items ORDER BY id"
            for found in kept_rows(entries(db, query), _kept):
                number = found.row
                yield found
    except DatabaseError as error:
        yield Unread(number + 1, str(error))


def _kept(number: int, entry: Entry) -> Kept | Unread:
    several = tuple(name.strip() for name in text_of(entry, "artists").split(_BETWEEN) if name.strip())
    artist = text_of(entry, "artist") or text_of(entry, "albumartist")
    title, album, path = (text_of(entry, name) for name in ("title", "album", "path"))
    mbid, isrc = text_of(entry, "mb_trackid"), text_of(entry, "isrc")
    song = written(artist, title, album, path, length_of(entry, "length"), mbid=mbid, isrc=isrc)
    song = replace(song, artists=several) if len(several) > 1 else song
    # A count kept by two plug-ins is of the same plays.
    plays = max(count_of(entry, name) for name in _COUNTED if name.endswith(("play_count", "viewcount")))
    last = past_moment(entry, "last_played") or past_moment(entry, "plex_lastviewedat")
    stars = stars_of(entry, "plex_userrating", 10) or _own_stars(entry)
    return Kept(song, plays, last, count_of(entry, "skip_count"), stars)


def _own_stars(entry: Entry) -> float:
    """Stars that a person set; mpdstats computes a rating between 0 and 1 of its own, which is no opinion."""
    rating = number_of(entry, "rating") or 0.0
    return rating if 1 < rating <= 5 else 0.0
