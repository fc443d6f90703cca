"""Maloja: its export of all scrobbles as JSON, and its database (`malojadb.sqlite`).

Pictures and charts are not read.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audiorec.sources.formats.exports import members
from audiorec.sources.formats.json_stream import JsonError, json_items
from audiorec.sources.formats.sqlite_files import DatabaseError, columns, entries, has_tables, is_database, opened
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import Entry, checked, length_of, list_of, moment_of, object_of, rows, text_of

_QUERY = """
SELECT s.timestamp AS time, s.duration AS duration, t.title AS title, t.length AS length, {album} AS album,
 (SELECT json_group_array(a.name) FROM trackartists r JOIN artists a ON a.id = r.artist_id WHERE r.track_id = t.id)
 AS artists FROM scrobbles s JOIN tracks t ON t.id = s.track_id {albums} ORDER BY s.timestamp
"""


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is such an export or the database."""
    if has_tables(path, head, {"scrobbles": "rawscrobble", "trackartists": "track_id", "artists": "name"}):
        return True
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return start.startswith(b"{") and b'"scrobbles"' in head and (b'"maloja"' in head or b'"origin"' in head)


def read(path: Path) -> Iterator[Row | Unread]:
    """Every scrobble; raises InputError when the file cannot be opened."""
    number = 0
    try:
        for found in rows(_kept(path) if is_database(path) else _entries(path), _row):
            number = found.row
            yield found
    except JsonError as error:
        yield Unread(number + 1, f"from here on it is no JSON: {error}")
    except DatabaseError as error:
        yield Unread(number + 1, str(error))


def _kept(path: Path) -> Iterator[tuple[int, Any]]:
    """The scrobbles of a database in the form of the export; versions before 3.2 know no albums."""
    with opened(path) as db:
        has_albums = "album_id" in columns(db, "tracks")
        album, albums = ("b.albtitle", "LEFT JOIN albums b ON b.id = t.album_id") if has_albums else ("NULL", "")
        for number, entry in entries(db, _QUERY.format(album=album, albums=albums)):
            try:
                artists = json.loads(entry["artists"])
            except (ValueError, TypeError):
                artists = []
            track = {name: entry[name] for name in ("title", "album", "length")}
            yield number, {"time": entry["time"], "duration": entry["duration"], "track": {**track, "artists": artists}}


def _entries(path: Path) -> Iterator[tuple[int, Any]]:
    number = 0
    for member in members(path, lambda name: True):
        for place, value in json_items(member.blocks(), ("", ".scrobbles", ".list")):
            if place.endswith("[]"):
                number += 1
                yield number, value


def _row(number: int, entry: Entry) -> Row | Unread:
    track = object_of(entry, "track")
    artists = tuple(checked(name.strip(), "artist") for name in list_of(track, "artists") if isinstance(name, str))
    if not text_of(track, "title") or not any(artists):
        return Unread(number, "no artist" if text_of(track, "title") else "no song")
    time = moment_of(entry, "time")
    if time is None:
        return Unread(number, "no time")
    # Older exports name the album as a text alone.
    album = track.get("album")
    name = (
        text_of(album, "albumtitle") or text_of(album, "name") if isinstance(album, dict) else text_of(track, "album")
    )
    song = WrittenSong(tuple(filter(None, artists)), text_of(track, "title"), name, seconds=length_of(track, "length"))
    return Row("", song, time, length_of(entry, "duration"), row=number)
