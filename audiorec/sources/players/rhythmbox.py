"""Rhythmbox: its library (`rhythmdb.xml`) and its lists (`playlists.xml`).

Radio stations, podcasts and lists that the player keeps itself are skipped. It does not know when a song was played
but for the last time.
"""

from collections.abc import Iterator
from pathlib import Path

from audiorec.errors import InputError
from audiorec.sources.formats.bounded_xml import XmlError, xml_elements, xml_records
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import (
    Entry,
    FieldError,
    Kept,
    count_of,
    kept_row,
    length_of,
    past_moment,
    stars_of,
    text_of,
    written,
)
from audiorec.sources.rows.file_urls import path_of

_OWN_LISTS = ("static", "queue")


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is the library or the lists of Rhythmbox."""
    return b"<rhythmdb" in head[:4096]


def read(path: Path) -> Iterator[Row | Unread]:
    """What was played and rated, or the songs of lists; a fault ends the reading, what stands before it is given."""
    last = 0
    try:
        for last, row in _listed(path) if _holds_lists(path) else _library(path):  # noqa: B007
            yield row
    except XmlError as error:
        yield Unread(last + 1, str(error))


def _holds_lists(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"<rhythmdb-playlists" in file.read(4096)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def _library(path: Path) -> Iterator[tuple[int, Row | Unread]]:
    for number, (attributes, fields) in enumerate(xml_records(path), start=1):
        for row in kept_row(number, {**fields, "type": attributes.get("type", "")}, _kept):
            yield number, row


def _listed(path: Path) -> Iterator[tuple[int, Row | Unread]]:
    """A list may hold any number of songs: they are read one by one."""
    number, kind = 0, ""
    for element in xml_elements(path):
        if element.depth == 2 and element.starts:
            kind = element.attributes.get("type", "")
        elif element.depth == 3 and not element.starts and element.name == "location" and kind in _OWN_LISTS:
            number += 1
            yield number, _song_of_list(number, element.text)


def _kept(number: int, entry: Entry) -> Kept | Unread:
    if entry["type"] != "song":
        return Unread(number, f"no song but {entry['type'][:30]!r}", skipped=True)
    artist, title, album = (text_of(entry, name) for name in ("artist", "title", "album"))
    path, seconds = path_of(text_of(entry, "location")), length_of(entry, "duration")
    song = written(artist, title, album, path, seconds, mbid=text_of(entry, "mb-trackid"))
    last, stars = past_moment(entry, "last-played"), stars_of(entry, "rating", 5)
    return Kept(song, count_of(entry, "play-count"), last, stars=stars)


def _song_of_list(number: int, location: str) -> Row | Unread:
    try:
        return Row("", WrittenSong(path=path_of(location)), kind="playlist", row=number)
    except FieldError as error:
        return Unread(number, str(error))
