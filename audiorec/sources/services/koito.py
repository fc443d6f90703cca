"""Koito: its export of all listens as JSON.

Names stand as lists of spellings, of which one is marked; where none is, the first counts. Pictures are not read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audiorec.sources.formats.exports import members
from audiorec.sources.formats.json_stream import JsonError, json_items
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import Entry, length_of, list_of, moment_of, object_of, rows, text_of


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is such an export."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return start.startswith(b"{") and b'"listens"' in head and b'"aliases"' in head and b'"listened_at"' in head


def read(path: Path) -> Iterator[Row | Unread]:
    """Every listen; raises InputError when the file cannot be opened."""
    number = 0
    try:
        for found in rows(_entries(path), _row):
            number = found.row
            yield found
    except JsonError as error:
        yield Unread(number + 1, f"from here on it is no JSON: {error}")


def _entries(path: Path) -> Iterator[tuple[int, Any]]:
    """Listens, each with the user whose name stands before them."""
    number, user = 0, ""
    for member in members(path, lambda name: True):
        for place, value in json_items(member.blocks(), ("", ".listens")):
            if place == ".user":
                user = value
            elif place == ".listens[]":
                number += 1
                yield number, ({**value, "user": user} if isinstance(value, dict) else value)


def _row(number: int, entry: Entry) -> Row | Unread:
    track, time = object_of(entry, "track"), moment_of(entry, "listened_at")
    artists = [_name(artist) for artist in list_of(entry, "artists") if isinstance(artist, dict)]
    title = _name(track)
    if not title or time is None:
        return Unread(number, "no time" if title else "no song")
    mbid, seconds = text_of(track, "mbid"), length_of(track, "duration")
    ids = {"mbid": mbid} if mbid else {}
    song = WrittenSong(tuple(filter(None, artists)), title, _name(object_of(entry, "album")), "", ids, seconds)
    return Row(text_of(entry, "user"), song, time, row=number)


def _name(entry: Entry) -> str:
    aliases: list[Any] = [alias for alias in list_of(entry, "aliases") if isinstance(alias, dict)]
    marked = next((alias for alias in aliases if alias.get("is_primary") is True), None)
    return text_of(marked or (aliases[0] if aliases else {}), "alias")
