"""Plex: its database (`com.plexapp.plugins.library.db`), and lists of tracks as the server's API gives them (XML).

The database knows single plays, and counts beyond them. The server itself is read by `plex_api.py`.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from audiorec.sources.formats.bounded_xml import XmlError, xml_elements
from audiorec.sources.formats.sqlite_files import (
    DatabaseError,
    columns,
    entries,
    has_tables,
    is_database,
    opened,
    picked,
)
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.fields import (
    Entry,
    Kept,
    count_of,
    kept_row,
    kept_rows,
    length_of,
    moment_of,
    past_moment,
    rows,
    stars_of,
    text_of,
    written,
)

_TRACK = 10  # the type of a track among the items
_SETTINGS = ("view_count", "last_viewed_at", "rating", "skip_count")
_SONG = """
 i.title AS title, coalesce(nullif(i.original_title, ''), r.title) AS artist, l.title AS album,
 (SELECT file FROM media_parts p JOIN media_items m ON p.media_item_id = m.id WHERE m.metadata_item_id = i.id LIMIT 1)
 AS file, (SELECT duration FROM media_items m WHERE m.metadata_item_id = i.id LIMIT 1) AS duration
"""
_HISTORY = (
    "LEFT JOIN (SELECT guid, account_id, count(*) AS plays FROM metadata_item_views GROUP BY guid, account_id) w"
    " ON w.guid = v.guid AND w.account_id = v.account_id"
)
# A song that lies in two libraries is there twice under one guid.
_FROM = f"""
 LEFT JOIN accounts a ON a.id = v.account_id
 LEFT JOIN (SELECT guid, min(id) AS id FROM metadata_items WHERE metadata_type = {_TRACK} GROUP BY guid) g
 ON g.guid = v.guid LEFT JOIN metadata_items i ON i.id = g.id
 LEFT JOIN metadata_items l ON l.id = i.parent_id LEFT JOIN metadata_items r ON r.id = l.parent_id
"""


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is the database or a list of tracks of Plex."""
    if b"<MediaContainer" in head[:1000]:
        return b"<Track " in head
    return has_tables(path, head, {"metadata_item_settings": "guid", "metadata_items": "guid", "accounts": "name"})


def read(path: Path) -> Iterator[Row | Unread]:
    """Plays, counts beyond them, skips and ratings; raises InputError when the file cannot be opened."""
    return _read_database(path) if is_database(path) else _read_xml(path)


def _read_xml(path: Path) -> Iterator[Row | Unread]:
    number, track = 0, {}
    try:
        for element in xml_elements(path):
            if element.name == "Track" and element.starts:
                track = dict(element.attributes)
            elif element.name == "Part" and element.starts:
                track.setdefault("file", element.attributes.get("file", ""))
            elif element.name == "Guid" and element.starts and element.attributes.get("id", "").startswith("mbid://"):
                track["mbid"] = element.attributes["id"].removeprefix("mbid://")
            elif element.name == "Track":
                number += 1
                yield from kept_row(number, track, kept_track)
    except XmlError as error:
        yield Unread(number + 1, str(error))


def kept_track(number: int, track: Mapping[str, str]) -> Kept:
    """What the server keeps of a track, by its attributes in the API; raises FieldError."""
    artist = text_of(track, "originalTitle") or text_of(track, "grandparentTitle")
    seconds, key = length_of(track, "duration", 0.001), text_of(track, "ratingKey")
    title, album, path = (text_of(track, name) for name in ("title", "parentTitle", "file"))
    song = written(artist, title, album, path, seconds, mbid=text_of(track, "mbid"), plex=key)
    plays, skips = count_of(track, "viewCount"), count_of(track, "skipCount")
    return Kept(song, plays, past_moment(track, "lastViewedAt"), skips, stars_of(track, "userRating", 10))


def _read_database(path: Path) -> Iterator[Row | Unread]:
    number = 0
    try:
        with opened(path) as db:
            for part in (_views, _settings):
                for found in part(db, number + 1):
                    number = found.row
                    yield found
    except DatabaseError as error:
        yield Unread(number + 1, str(error))


def _views(db: sqlite3.Connection, first: int) -> Iterator[Row | Unread]:
    if columns(db, "metadata_item_views"):
        query = (
            "SELECT a.name AS user_name, v.viewed_at AS viewed_at, v.title AS told, v.grandparent_title AS teller,"
            f" v.metadata_type AS type, {picked(db, 'metadata_item_views', ('parent_title',), 'v')},"
            f" {_SONG} FROM metadata_item_views v{_FROM} ORDER BY v.id"
        )
        yield from rows(entries(db, query, first), _view)


def _view(number: int, entry: Entry) -> Row | Unread:
    if entry["type"] != _TRACK:
        return Unread(number, "a film or an episode: no song", skipped=True)
    title = text_of(entry, "title") or text_of(entry, "told")
    album = text_of(entry, "album") or text_of(entry, "parent_title")
    artist = text_of(entry, "artist") or text_of(entry, "teller")
    if not title:
        return Unread(number, "a play of a song that the database no longer has")
    song = written(artist, title, album, text_of(entry, "file"), length_of(entry, "duration", 0.001))
    return Row(text_of(entry, "user_name"), song, moment_of(entry, "viewed_at"), row=number)


def _settings(db: sqlite3.Connection, first: int) -> Iterator[Row | Unread]:
    viewed, history = "0", ""
    if columns(db, "metadata_item_views"):
        viewed, history = "w.plays", _HISTORY
    query = (
        f"SELECT a.name AS user_name, {viewed} AS viewed, {picked(db, 'metadata_item_settings', _SETTINGS, 'v')},"
        f" i.id AS item, {_SONG} FROM metadata_item_settings v{_FROM} {history} ORDER BY v.id"
    )
    yield from kept_rows(entries(db, query, first), _kept)


def _kept(number: int, entry: Entry) -> Kept | Unread:
    if entry["item"] is None:
        return Unread(number, "counts of no song, or of one that the database no longer has", skipped=True)
    plays, viewed = count_of(entry, "view_count"), count_of(entry, "viewed")
    stars, skips = stars_of(entry, "rating", 10), count_of(entry, "skip_count")
    if viewed and not (stars or skips or plays > viewed):
        return Unread(number, "its plays are all in the history", skipped=True)
    title, artist, album, path = (text_of(entry, name) for name in ("title", "artist", "album", "file"))
    song = written(artist, title, album, path, length_of(entry, "duration", 0.001))
    last = None if viewed else past_moment(entry, "last_viewed_at")
    return Kept(song, max(0.0, plays - viewed), last, skips, stars, user=text_of(entry, "user_name"))
