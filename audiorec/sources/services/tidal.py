"""TIDAL: the account's data (streams, favourites and lists as CSV, in a zip or alone) and pages of its API as JSON.

The exports name their columns differently over the years, so they are found by meaning. Where and on what somebody
listened is not read.
"""

import csv
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from audiorec.sources.formats.exports import ExportError, Member, byte_lines, has_member, head_of, is_zip, members
from audiorec.sources.formats.json_stream import JsonError, json_items
from audiorec.sources.rows.contract import Kind, Row, Unread, WrittenSong
from audiorec.sources.rows.fields import (
    Entry,
    length_of,
    list_of,
    moment_of,
    object_of,
    remembered,
    rows,
    text_of,
    written,
)

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "artist": ("artistname", "artist", "artists", "trackartist", "trackartists"),
    "title": ("tracktitle", "track", "trackname", "title", "name"),
    "album": ("albumtitle", "album", "albumname"),
    "time": ("entrydate", "streamdate", "streamedat", "timestamp", "dateadded", "createdat", "created", "date"),
    "heard": ("streamdurationms", "playedms"),
    "isrc": ("isrc",),
    "tidal": ("tidalid", "tidaltrackid", "trackid", "tidal"),
    "type": ("producttype", "type", "contenttype"),
}
_OWN = {"streamdurationms", "tidalid", "tidaltrackid", "tidal"}
_LONGEST = 100_000


def recognises(path: Path, head: bytes) -> bool:
    """Whether a folder, archive or file is of TIDAL."""
    if path.is_dir():
        return False
    if is_zip(head):
        return has_member(path, _may_be) and any(_is_part(head_of(part)) for part in members(path, _may_be))
    return _is_part(head)


def read(path: Path) -> Iterator[Row | Unread]:
    """Plays, favourites and entries of lists; raises InputError when nothing can be opened."""
    number = 0
    for part in members(path, _may_be):
        kind = _kind(part)
        try:
            for found in rows(enumerate(_values(part), start=number + 1), partial(_row, kind=kind)):
                number = found.row
                yield found
        except (JsonError, ExportError, csv.Error) as error:
            number += 1
            yield Unread(number, f"{part.name}: {error}")


def _may_be(name: str) -> bool:
    return name.lower().endswith((".csv", ".json"))


def _is_part(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith((b"{", b"[")):
        return b"tidal.com/" in head and b'"title"' in head
    first = start.partition(b"\n")[0].decode("utf-8", "replace").split(",")
    return bool(_OWN & {_folded(name) for name in first}) and {"artist", "title"} <= set(_places(first))


def _kind(part: Member) -> Kind:
    name = part.name.lower()
    if "favo" in name or b'"created"' in head_of(part)[:4096]:
        return "like"
    return "playlist" if "playlist" in name else "play"


def _values(part: Member) -> Iterator[Any]:
    if head_of(part).lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"[")):
        for place, value in json_items(part.blocks(), ("", ".items")):
            if place.endswith("[]"):
                yield value
        return
    lines = (line.decode("utf-8-sig", "replace") for line in byte_lines(part.blocks(), _LONGEST))
    table = csv.reader(lines)
    places = _places(next(table, []))
    if {"artist", "title"} <= set(places):
        for fields in table:
            if fields:
                yield {column: fields[at] for column, at in places.items() if at < len(fields)}


def _places(header: list[str]) -> dict[str, int]:
    folded = [_folded(name) for name in header]
    found = {column: next((name for name in names if name in folded), "") for column, names in _COLUMNS.items()}
    return {column: folded.index(name) for column, name in found.items() if name}


def _folded(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _row(number: int, entry: Entry, kind: Kind) -> Row | Unread:
    if "item" in entry or "artists" in entry:
        return _page_row(number, entry, kind)
    if text_of(entry, "type").lower() not in ("", "track", "tracks", "music"):
        return Unread(number, "a video or a podcast: no song", skipped=True)
    song = _song(entry)
    if not song.title:
        return Unread(number, "no song")
    heard = length_of(entry, "heard", 0.001)
    # The date of a stream is that of its start.
    return Row("", song, moment_of(entry, "time"), heard, kind, 1.0, number)


def _read_song(entry: Entry) -> WrittenSong:
    title, artist, album = text_of(entry, "title"), text_of(entry, "artist"), text_of(entry, "album")
    return written(artist, title, album, isrc=text_of(entry, "isrc"), tidal=text_of(entry, "tidal"))


_song = remembered(("title", "artist", "album", "isrc", "tidal"), _read_song)


def _page_row(number: int, entry: Entry, kind: Kind) -> Row | Unread:
    track = object_of(entry, "item") or entry
    names = [text_of(artist, "name") for artist in list_of(track, "artists") if isinstance(artist, dict)]
    title, ids = text_of(track, "title"), {"isrc": text_of(track, "isrc"), "tidal": text_of(track, "id")}
    if not title:
        return Unread(number, "no song")
    known = {key: value for key, value in ids.items() if value}
    album, seconds = text_of(object_of(track, "album"), "title"), length_of(track, "duration")
    song = WrittenSong(tuple(filter(None, names)), title, album, "", known, seconds)
    return Row("", song, moment_of(entry, "created"), None, kind, 1.0, number)
