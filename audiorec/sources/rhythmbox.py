"""Rhythmbox: its library (`rhythmdb.xml`) and its lists (`playlists.xml`).

Radio stations, podcasts and lists that the player keeps itself are skipped. It does not know when a song was played
but for the last time.
"""

from collections.abc import Iterator
from pathlib import Path

from audiorec.sources.bounded_xml import XmlError, xml_elements
from audiorec.sources.contract import Row, Unread, WrittenSong
from audiorec.sources.fields import (
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
from audiorec.sources.file_urls import path_of


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is the library or the lists of Rhythmbox."""
    return b"<rhythmdb" in head[:4096]


def read(path: Path) -> Iterator[Row | Unread]:
    """What was played and rated, or the songs of lists; a fault ends the reading, what stands before it is given."""
    entry: dict[str, str] = {}
    number, kind = 0, ""
    try:
        for element in xml_elements(path):
            if element.depth == 2 and element.starts:
                entry, kind = {}, element.attributes.get("type", "")
            elif element.depth == 2 and element.name == "entry":
                number += 1
                yield from kept_row(number, {**entry, "type": kind}, _kept)
            elif element.depth == 3 and not element.starts:
                if element.name == "location" and kind in ("static", "queue"):
                    number += 1
                    yield _listed(number, element.text)
                entry[element.name] = element.text
    except XmlError as error:
        yield Unread(number + 1, str(error))


def _kept(number: int, entry: Entry) -> Kept | Unread:
    if entry["type"] != "song":
        return Unread(number, f"no song but {entry['type'][:30]!r}", skipped=True)
    artist, title, album = (text_of(entry, name) for name in ("artist", "title", "album"))
    path, seconds = path_of(text_of(entry, "location")), length_of(entry, "duration")
    song = written(artist, title, album, path, seconds, mbid=text_of(entry, "mb-trackid"))
    last, stars = past_moment(entry, "last-played"), stars_of(entry, "rating", 5)
    return Kept(song, count_of(entry, "play-count"), last, stars=stars)


def _listed(number: int, location: str) -> Row | Unread:
    try:
        return Row("", WrittenSong(path=path_of(location)), kind="playlist", row=number)
    except FieldError as error:
        return Unread(number, str(error))
