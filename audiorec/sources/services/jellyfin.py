"""Jellyfin and Emby: songs as their API gives them, out of a file (JSON).

Both keep how often a song was played and when for the last time. The server itself is read by `jellyfin_api.py`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audiorec.sources.formats.exports import members
from audiorec.sources.formats.json_stream import JsonError, json_items
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import (
    Entry,
    Kept,
    checked,
    count_of,
    kept_row,
    length_of,
    list_of,
    object_of,
    past_moment,
    text_of,
)

_TICK = 1e-7  # seconds


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a list of items, or an item, of such a server."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return start.startswith((b"{", b"[")) and b'"ServerId"' in head and b'"Name"' in head


def read(path: Path) -> Iterator[Row | Unread]:
    """What was played, liked and rated; raises InputError when the file cannot be opened."""
    number = 0
    try:
        for entry in _items(path):
            number += 1
            yield from kept_row(number, entry, kept_item)
    except JsonError as error:
        yield Unread(number + 1, f"from here on it is no JSON: {error}")


def _items(path: Path) -> Iterator[Any]:
    alone: dict[str, Any] = {}
    for member in members(path, lambda name: True):
        for place, value in json_items(member.blocks(), ("", ".Items")):
            if place.endswith("[]"):
                yield value
            else:
                alone[place.removeprefix(".")] = value
    if "Name" in alone:
        yield alone


def kept_item(number: int, entry: Entry) -> Kept | Unread:
    """What the server keeps of an item for the user who asked; raises FieldError."""
    if text_of(entry, "Type") not in ("", "Audio"):
        return Unread(number, f"no song but {text_of(entry, 'Type')[:30]!r}", skipped=True)
    data, ids = object_of(entry, "UserData"), object_of(entry, "ProviderIds")
    names = [checked(name.strip(), "artist") for name in list_of(entry, "Artists") if isinstance(name, str)]
    names = names or [text_of(entry, "AlbumArtist")]
    mbid = text_of(ids, "MusicBrainzRecording") or text_of(ids, "MusicBrainzTrack")
    known = {kind: key for kind, key in (("jellyfin", text_of(entry, "Id")), ("mbid", mbid)) if key}
    song = WrittenSong(tuple(filter(None, names)), text_of(entry, "Name"), text_of(entry, "Album"), _path(entry), known,
                       length_of(entry, "RunTimeTicks", _TICK))  # fmt: skip
    liked = True if data.get("IsFavorite") is True else data.get("Likes")
    return Kept(song, count_of(data, "PlayCount"), past_moment(data, "LastPlayedDate"),
                liked=liked if isinstance(liked, bool) else None)  # fmt: skip


def _path(entry: Entry) -> str:
    sources = [source for source in list_of(entry, "MediaSources") if isinstance(source, dict)]
    return text_of(entry, "Path") or (text_of(sources[0], "Path") if sources else "")
