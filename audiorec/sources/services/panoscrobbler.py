"""Pano Scrobbler: the log of scrobbles that it keeps as JSON lines or CSV.

Which player it was and on which device is not read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audiorec.errors import InputError
from audiorec.sources.formats.delimited import read_delimited
from audiorec.sources.formats.exports import members
from audiorec.sources.formats.json_stream import json_items, json_lines
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.fields import Entry, length_of, moment_of, rows, text_of, written

_KINDS = {"love": "like", "unlove": "", "scrobble": "play", "": "play", "nowplaying": ""}


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is such a log."""
    return b"timeMs" in head and b"track" in head and (b"timeHuman" in head or b"mediaPlayerPackage" in head)


def read(path: Path) -> Iterator[Row | Unread]:
    """Scrobbles and loves; raises InputError when the file cannot be opened."""
    start = next((next(member.blocks(), b"") for member in members(path, lambda name: True)), b"")
    start = start.lstrip(b"\xef\xbb\xbf \r\n\t")
    yield from rows(_objects(path) if start.startswith((b"{", b"[")) else _table(path), _row)


def _objects(path: Path) -> Iterator[tuple[int, Any]]:
    for member in members(path, lambda name: True):
        if not next(member.blocks(), b"").lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"["):
            yield from json_lines(member.blocks())
            return
        number = 0
        try:
            for number, (_, value) in enumerate(json_items(member.blocks(), ("",)), start=1):
                yield number, value
        except InputError as error:
            yield number + 1, error


def _table(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    lines = read_delimited(path)
    _, header = next(lines, (0, []))
    header = [name.lstrip("\ufeff").strip() for name in header]
    for number, fields in lines:
        yield number, dict(zip(header, fields, strict=False))


def _row(number: int, entry: Entry) -> Row | Unread:
    kind = _KINDS.get(text_of(entry, "event").lower().replace("_", ""), "")
    title, artist = text_of(entry, "track"), text_of(entry, "artist")
    if not title or not artist:
        return Unread(number, "no song")
    if not kind:
        return Unread(number, f"no scrobble but {text_of(entry, 'event')[:20]!r}", skipped=True)
    time = moment_of(entry, "timeMs")
    if time is None:
        return Unread(number, "no time")
    song = written(artist, title, text_of(entry, "album"), seconds=length_of(entry, "durationMs", 0.001))
    return Row("", song, time, kind="like" if kind == "like" else "play", row=number)
