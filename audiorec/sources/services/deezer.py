"""Deezer: the listening history of the account's data (a workbook, XLSX).

Addresses and devices, which stand in the same sheet, are not read. What was heard for no time was never played.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from audiorec.errors import InputError
from audiorec.sources.formats.exports import is_zip
from audiorec.sources.formats.workbooks import has_sheet, sheet_rows
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import Entry, length_of, remembered, rows, text_of, written
from audiorec.sources.rows.times import parse_time

# Sheets are numbered, and the numbers have changed.
_SHEET = "_listeninghistory"
_NAMES = {
    "title": ("songtitle", "titre", "titredelachanson", "titredumorceau"),
    "artist": ("artist", "artiste"),
    "album": ("albumtitle", "titredelalbum", "album"),
    "isrc": ("isrc",),
    "heard": ("listeningtime", "tempsdécoute", "duréedécoute"),
    "time": ("date", "datedécoute", "datedelécoute"),
}


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a workbook with such a history."""
    try:
        return not path.is_dir() and is_zip(head) and has_sheet(path, _is_history)
    except InputError:
        return False


def read(path: Path) -> Iterator[Row | Unread]:
    """Every play; raises InputError when the file cannot be opened."""
    number = 0
    try:
        for found in rows(_entries(path), _row):
            number = found.row
            yield found
    except InputError as error:
        if not path.exists():
            raise
        yield Unread(number + 1, str(error))


def _is_history(name: str) -> bool:
    return name.casefold().endswith(_SHEET)


def _entries(path: Path) -> Iterator[tuple[int, Any]]:
    places: dict[str, int] = {}
    for number, cells in sheet_rows(path, _is_history):
        if not places:
            places = _places(cells)
        elif any(cells):
            yield number, {name: cells[at] for name, at in places.items() if at < len(cells)}


def _places(header: Sequence[str]) -> dict[str, int]:
    folded = ["".join(sign for sign in name.casefold() if sign.isalnum()) for name in header]
    found = {column: next((name for name in names if name in folded), "") for column, names in _NAMES.items()}
    places = {column: folded.index(name) for column, name in found.items() if name}
    return places if {"title", "artist"} <= set(places) else {}


def _read_song(entry: Entry) -> WrittenSong:
    title, artist, album = text_of(entry, "title"), text_of(entry, "artist"), text_of(entry, "album")
    return written(artist, title, album, isrc=text_of(entry, "isrc"))


_song = remembered(("title", "artist", "album", "isrc"), _read_song)


def _row(number: int, entry: Entry) -> Row | Unread:
    song, heard = _song(entry), length_of(entry, "heard")
    if not song.title:
        return Unread(number, "no song")
    if heard is None:
        return Unread(number, "nothing of it was played", skipped=True)
    try:
        time = parse_time(text_of(entry, "time"))
    except (ValueError, OverflowError) as error:
        return Unread(number, str(error))
    return Unread(number, "no time") if time is None else Row("", song, time, heard, row=number)
