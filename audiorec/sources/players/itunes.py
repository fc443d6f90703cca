"""iTunes and Music: the library as XML (`iTunes Library.xml`, or "Export Library").

Plays with the date of the last, skips, ratings that are the user's own (not those that the player computed), loved and
disliked songs, and playlists but for those of the system and those kept by rules. Films, books and podcasts are
skipped. The file is read twice, as playlists may stand before the songs that they name.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from audiorec.sources.formats.bounded_xml import Element, XmlError, xml_elements
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import (
    FieldError,
    Kept,
    count_of,
    kept_rows,
    length_of,
    moment_of,
    stars_of,
    text_of,
    written,
)
from audiorec.sources.rows.file_urls import path_of

_KEYS = (b"<key>Tracks</key>", b"<key>Library Persistent ID</key>", b"<key>Music Folder</key>", b"<key>Playlists</key>")
_OTHERS = ("Movie", "TV Show", "Podcast", "Audiobook", "iTunesU", "Books")
_SYSTEM = ("Master", "Distinguished Kind", "Folder", "Movies", "TV Shows", "Podcasts", "Audiobooks", "Purchased Music")


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a property list with the keys of such a library."""
    return b"<plist" in head and any(key in head for key in _KEYS)


def read(path: Path) -> Iterator[Row | Unread]:
    """What was played, rated, liked and listed; a fault ends the reading, and what stands before it is given."""
    lists = _lists(path)
    wanted = {key for entry, items in lists if not _left_out(entry) for key in items}
    songs: dict[int, WrittenSong] = {}
    number, fault = 0, ""
    try:
        for found in kept_rows(_tracks(path, wanted, songs), _kept):
            number = found.row
            yield found
    except XmlError as error:
        fault = str(error)
    for entry, items in lists:
        yield from _listed(number + 1, entry, items, songs)
        number += max(1, len(items))
    if fault:
        yield Unread(number + 1, fault)


def _lists(path: Path) -> list[tuple[Mapping[str, str], list[int]]]:
    """The playlists that stand before a fault, which the second reading reports."""
    found = []
    try:
        for _, entry, items in _dicts(path, "Playlists"):
            found.append((entry, items))
    except XmlError:
        return found
    return found


class _Dict(NamedTuple):
    """A track or a playlist: its number, its plain values by key, and the track ids of a playlist's items."""

    number: int
    values: Mapping[str, str]
    items: list[int]


def _tracks(path: Path, wanted: set[int], songs: dict[int, WrittenSong]) -> Iterator[tuple[int, Mapping[str, str]]]:
    for number, entry, _ in _dicts(path, "Tracks"):
        yield number, entry
        key = entry.get("Track ID", "")
        if key.isdecimal() and len(key) < 19 and int(key) in wanted:
            # A song that cannot be used was reported above; a list that names it says so again.
            with suppress(FieldError):
                songs[int(key)] = _song(entry)


def _kept(number: int, entry: Mapping[str, str]) -> Kept | Unread:
    if any(entry.get(kind) == "true" for kind in _OTHERS):
        return Unread(number, "a film, a book or a podcast: no song", skipped=True)
    liked = True if "true" in (entry.get("Loved"), entry.get("Favorited")) else None
    stars = 0.0 if entry.get("Rating Computed") == "true" else stars_of(entry, "Rating", 100)
    last, skips = moment_of(entry, "Play Date UTC"), count_of(entry, "Skip Count")
    liked = False if entry.get("Disliked") == "true" else liked
    return Kept(_song(entry), count_of(entry, "Play Count"), last, skips, stars, liked)


def _song(entry: Mapping[str, str]) -> WrittenSong:
    artist = text_of(entry, "Artist") or text_of(entry, "Album Artist")
    path, seconds = path_of(entry.get("Location", "")), length_of(entry, "Total Time", 0.001)
    return written(artist, text_of(entry, "Name"), text_of(entry, "Album"), path, seconds)


def _left_out(entry: Mapping[str, str]) -> str:
    if any(entry.get(key, "false") != "false" for key in _SYSTEM):
        return "a list of the system"
    return "a list that is kept by rules" if "Smart Info" in entry else ""


def _listed(
    number: int, entry: Mapping[str, str], items: list[int], songs: Mapping[int, WrittenSong]
) -> Iterator[Row | Unread]:
    if reason := _left_out(entry):
        yield Unread(number, f"{reason}: {entry.get('Name', '')[:60]!r}", skipped=True)
        return
    for at, key in enumerate(items, start=number):
        if key in songs and (songs[key].title or songs[key].path):
            yield Row("", songs[key], kind="playlist", row=at)
        else:
            yield Unread(at, f"the list {entry.get('Name', '')[:60]!r} names a song {key} that is not in the library")


def _dicts(path: Path, section: str) -> Iterator[_Dict]:
    """The dictionaries right inside one section of the file."""
    here, key, inner = "", "", ""
    number = 0
    values: dict[str, str] = {}
    items: list[int] = []
    for element in xml_elements(path):
        if element.depth == 3 and element.name == "key" and not element.starts:
            here = element.text
        elif here != section or element.depth < 4:
            continue
        elif element.depth == 4 and element.name == "dict":
            if element.starts:
                values, items = {}, []
            else:
                number += 1
                yield _Dict(number, values, items)
        elif not element.starts and element.depth == 5:
            key = _take(values, key, element)
        elif not element.starts and element.depth == 7:
            if inner == "Track ID" and element.text.isdecimal() and len(element.text) < 19:
                items.append(int(element.text))
            inner = element.text if element.name == "key" else inner


def _take(values: dict[str, str], key: str, element: Element) -> str:
    """Note a value under its key; returns the key that the next value belongs to."""
    if element.name == "key":
        return element.text
    values[key] = element.name if element.name in ("true", "false") else element.text
    return ""
