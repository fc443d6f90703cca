"""Jellyfin's and Emby's Playback Reporting: its database (`playback_reporting.db`) and what it exports (TSV).

It keeps single plays, which the server itself does not. Songs stand as "album's artist - title (album)" with the id of
the server; users by their ids. Newer versions write UTC and say so; else it is the server's clock, taken to stand in
the time zone of this machine.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from audiorec.sources.formats.sqlite_files import DatabaseError, entries, has_tables, is_database, opened, picked
from audiorec.sources.formats.text_file import decode
from audiorec.sources.formats.text_lines import text_lines
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import Entry, FieldError, length_of, rows, text_of

_COLUMNS = ("DateCreated", "UserId", "ItemId", "ItemType", "ItemName", "PlayDuration")
_EXPORTED = (*_COLUMNS[:5], "PlaybackMethod", "ClientName", "DeviceName", "PlayDuration")
_LINE = re.compile(r"\d{4}-\d\d-\d\d[ T][\d:.]+Z?\t[0-9a-fA-F-]{8,36}\t[0-9a-fA-F-]{1,36}\t\w+\t")
_NOBODY = "Not Known"


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is the database or an export."""
    if path.is_dir():
        return False
    return bool(_LINE.match(decode(head[:4096]))) or has_tables(path, head, {"PlaybackActivity": "PlayDuration"})


def read(path: Path) -> Iterator[Row | Unread]:
    """Every play of a song; raises InputError when the file cannot be opened."""
    return _read_database(path) if is_database(path) else rows(_lines(path), _row)


def _read_database(path: Path) -> Iterator[Row | Unread]:
    number = 0
    try:
        with opened(path) as db:
            zone = "Z" if db.execute("PRAGMA user_version").fetchone()[0] else ""
            query = f"SELECT '{zone}' AS zone, {picked(db, 'PlaybackActivity', _COLUMNS)} FROM PlaybackActivity"
            for found in rows(entries(db, f"{query} ORDER BY rowid"), _row):
                number = found.row
                yield found
    except DatabaseError as error:
        yield Unread(number + 1, str(error))


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text_lines(path), start=1):
        fields = line.lstrip("\ufeff").split("\t")
        if len(fields) == len(_EXPORTED):
            yield number, dict(zip(_EXPORTED, fields, strict=True))
        elif line.strip():
            yield number, ValueError(f"{len(fields)} columns where {len(_EXPORTED)} are needed")


def _row(number: int, entry: Entry) -> Row | Unread:
    kind = text_of(entry, "ItemType")
    if kind != "Audio":
        return Unread(number, f"no song but {kind[:30]!r}", skipped=True)
    heard = length_of(entry, "PlayDuration")
    if heard is None:
        return Unread(number, "nothing of it was played", skipped=True)
    song = _song(text_of(entry, "ItemName"), text_of(entry, "ItemId"))
    if not song.title:
        return Unread(number, "no song")
    return Row(text_of(entry, "UserId"), song, _moment(entry), heard, row=number)


def _song(name: str, key: str) -> WrittenSong:
    artist, _, rest = name.partition(" - ")
    title, album = _without_album(rest)
    ids = {"jellyfin": key.replace("-", "")} if key else {}
    return WrittenSong((artist,) if artist not in ("", _NOBODY) else (), title, album, ids=ids)


def _without_album(text: str) -> tuple[str, str]:
    """Title and album of "title (album)"; either may hold brackets of its own, which come in pairs."""
    open_ones = 0
    for at in range(len(text) - 1, 0, -1):
        open_ones += {")": 1, "(": -1}.get(text[at], 0)
        if open_ones == 0:
            album = text[at + 1 : -1]
            return (text[:at].strip(), "" if album == _NOBODY else album) if text[at] == "(" else (text, "")
    return text, ""


def _moment(entry: Entry) -> float:
    said = text_of(entry, "DateCreated")
    zone = "" if said.endswith("Z") else text_of(entry, "zone")
    try:
        return datetime.fromisoformat(said + zone).timestamp()
    except (ValueError, OverflowError, OSError):
        raise FieldError(f"its DateCreated is no date: {said[:40]!r}") from None
