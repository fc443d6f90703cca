"""Maloja: its export of all scrobbles as JSON.

It does not read Maloja's database, which the export gives whole.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audiorec.sources.formats.exports import members
from audiorec.sources.formats.json_stream import JsonError, json_items
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import Entry, checked, length_of, list_of, moment_of, object_of, rows, text_of


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is such an export."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return start.startswith(b"{") and b'"scrobbles"' in head and (b'"maloja"' in head or b'"origin"' in head)


def read(path: Path) -> Iterator[Row | Unread]:
    """Every scrobble; raises InputError when the file cannot be opened."""
    number = 0
    try:
        for found in rows(_entries(path), _row):
            number = found.row
            yield found
    except JsonError as error:
        yield Unread(number + 1, f"from here on it is no JSON: {error}")


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
