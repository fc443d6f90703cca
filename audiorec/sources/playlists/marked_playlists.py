"""Playlists that are marked up: XSPF (XML), JSPF (the same in JSON), WPL (Windows Media Player, Zune) and ASX.

WPL and ASX files are often no valid XML, so they are read as leniently as web pages are. It does not know the library.
"""

import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from audiorec.errors import InputError
from audiorec.sources.formats.bounded_xml import XmlError, xml_elements
from audiorec.sources.formats.text_file import read_text
from audiorec.sources.formats.text_lines import text_lines
from audiorec.sources.rows.contract import Row, Unread, WrittenSong

_MBID = re.compile(r"(?:recording/|track/|^)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
_LONGEST = 64_000_000  # bytes of a JSPF list
_LONGEST_TAG = 20_000  # signs of one element of a WPL list


def read_xspf(path: Path) -> Iterator[Row | Unread]:
    """Every track of an XSPF list; a fault ends the reading, and what stands before it is given."""
    entry: dict[str, str] = {}
    number, inside = 0, False
    try:
        for element in xml_elements(path):
            if element.name == "track":
                if element.starts:
                    entry, inside, number = {}, True, element.line
                else:
                    inside = False
                    yield _row(entry, number)
            elif inside and not element.starts and element.text:
                entry.setdefault(element.name, element.text)
    except XmlError as error:
        yield Unread(number + 1, str(error))


def read_jspf(path: Path) -> Iterator[Row | Unread]:
    """Every track of a JSPF list; raises InputError when it is no JSON or no list."""
    if path.stat().st_size > _LONGEST:
        raise InputError(f"{path} is larger than any playlist ({_LONGEST // 10**6} MB): it is not read")
    try:
        found = json.loads(read_text(path).lstrip("\ufeff"))
        tracks = found["playlist"]["track"]
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise InputError(f"{path} is no JSPF list ({str(error)[:100]}): it needs playlist and track") from error
    if not isinstance(tracks, list):
        raise InputError(f"{path} is no JSPF list: its track is no list")
    for number, track in enumerate(tracks, start=1):
        if isinstance(track, dict):
            yield _row({key: _first(value) for key, value in track.items()}, number)
        else:
            yield Unread(number, "an entry that is no object")


def read_wpl(path: Path) -> Iterator[Row | Unread]:
    """Every media element of a WPL or ZPL list, and every entry of an ASX list."""
    reader = _MediaReader()
    for line in text_lines(path):
        reader.feed(line + "\n")
        if len(reader.rawdata) > _LONGEST_TAG:
            yield Unread(reader.getpos()[0], "an element without an end: nothing is read behind it")
            return
        found, reader.found = reader.found, []
        for number, entry in found:
            yield _row(entry, number)


_OF_MEDIA = {"location": "src", "title": "tracktitle", "creator": "trackartist", "album": "albumtitle",
             "duration": "duration"}  # fmt: skip
_OF_ENTRY = {"title": "title", "author": "creator"}


class _MediaReader(HTMLParser):
    """Collects media elements (WPL) and entries (ASX) under XSPF's names, with the lines that they stand on."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, Mapping[str, str]]] = []
        self._entry: dict[str, str] | None = None
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called for every element; `<media .../>` comes here too."""
        said = {name: value or "" for name, value in attrs}
        if tag == "media":
            entry = {key: said.get(name, "") for key, name in _OF_MEDIA.items()}
            self.found.append((self.getpos()[0], entry))
        elif tag == "entry":
            self._entry = {}
        elif self._entry is not None and tag == "ref":
            self._entry.setdefault("location", said.get("href", ""))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        """An entry is whole at its end."""
        if tag == "entry" and self._entry is not None:
            self.found.append((self.getpos()[0], self._entry))
            self._entry = None
        self._inside = ""

    def handle_data(self, data: str) -> None:
        """Title and author of an entry."""
        if self._entry is not None and self._inside in _OF_ENTRY and data.strip():
            self._entry.setdefault(_OF_ENTRY[self._inside], data.strip())


def _row(entry: Mapping[str, str], number: int) -> Row | Unread:
    if not (entry.get("location") or entry.get("title") or entry.get("identifier")):
        return Unread(number, "neither a location nor a title")
    mbid = _MBID.search(entry.get("identifier", ""))
    location = (
        ""
        if re.match(r"https?://(?:www\.)?musicbrainz\.org/", entry.get("location", ""))
        else entry.get("location", "")
    )
    song = WrittenSong(
        (entry["creator"].strip(),) if entry.get("creator", "").strip() else (),
        entry.get("title", "").strip(),
        entry.get("album", "").strip(),
        location.strip(),
        {"mbid": mbid[1].lower()} if mbid else {},
        _milliseconds(entry.get("duration", "")),
    )
    return Row("", song, kind="playlist", row=number)


def _milliseconds(text: str) -> float | None:
    try:
        seconds = float(text) / 1000
    except ValueError:
        return None
    return seconds if 0 < seconds < 1e6 else None


def _first(value: Any) -> str:
    """A value of JSON as text; of a list its first."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value) if isinstance(value, str | int | float) else ""
