"""Apple Music out of a privacy export: plays, the library with its counts, likes; as zip, folder or file.

A play is written twice, when it starts and when it ends, beside displays of lyrics and the like: its end counts. Plays
name no artist; the library and the lists of what was played each day do, and a name that they give without doubt is
taken. Of the library's counts those remain that the plays do not explain. Addresses and devices are not read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from audiorec.sources.formats.delimited import split_rows
from audiorec.sources.formats.exports import (
    ExportError,
    Member,
    byte_lines,
    has_member,
    head_of,
    is_whole,
    is_zip,
    members,
)
from audiorec.sources.formats.json_stream import JsonError, json_items
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.fields import (
    Entry,
    Kept,
    count_of,
    kept_rows,
    length_of,
    moment_of,
    rows,
    stars_of,
    text_of,
    written,
)

_LEAST = 30.0  # seconds that count as heard although somebody went on
_FORWARD = ("TRACK_SKIPPED_FORWARDS", "TRACK_SKIPPED_BACKWARDS")
_ARCHIVES = ("apple_media_services.zip", "apple music activity.zip")
_DATA = (".csv", ".json", ".zip", ".pdf", ".txt", ".html", ".xml")
_OTHERS = ("video", "movie", "show", "podcast", "book", "tone", "memo")  # in the type of what is no song
_LONGEST = 1_000_000  # bytes of a line
_TABLES = {
    "plays": (b"Event Type", b"End Reason Type", b"Play Duration Milliseconds"),
    "likes": (b"Item Description", b"Preference"),
    "days": (b"Track Description", b"Date Played"),
    "tracks": (b"Track Name", b"Last Played Date", b"Is User Initiated"),
}


@dataclass
class _Told:
    """What an export says in one file of the songs of another, by folded titles and albums."""

    by_album: dict[tuple[str, str], str] = field(default_factory=dict)
    by_title: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    plays: Counter[tuple[str, str]] = field(default_factory=Counter)

    def artist(self, title: str, album: str) -> str:
        """The artist of a song, or nobody where several may be meant."""
        named = self.by_album.get(_key(title, album))
        found = self.by_title.get(title.casefold(), ())
        return named or (next(iter(found)) if len(found) == 1 else "")


def recognises(path: Path, head: bytes) -> bool:
    """Whether a folder, archive or file is of such an export; lists of days alone are tables as others are."""
    if path.is_dir() and not is_whole(path, _is_part, lambda name: name.lower().endswith(_DATA)):
        return False
    if path.is_dir() or is_zip(head):
        return has_member(path, _is_part) and any(_is_own(head_of(part)) for part in members(path, _is_part))
    return _is_own(head)


def read(path: Path) -> Iterator[Row | Unread]:
    """Plays, skips, counts beyond them and likes; raises InputError when nothing can be opened."""
    told, number = _told(path), 0
    for kind in ("plays", "library", "likes"):
        for part in members(path, _is_part):
            if _kind(head_of(part)) != kind:
                continue
            try:
                for found in _rows(kind, part, number, told):
                    number = found.row
                    yield found
            except (JsonError, ExportError) as error:
                number += 1
                yield Unread(number, f"{part.name}: {error}")


def _is_part(name: str) -> bool:
    name = name.lower()
    is_music = name.startswith("apple music") and name.removesuffix(".zip").endswith((".csv", ".json"))
    return is_music or name in _ARCHIVES


def _is_own(head: bytes) -> bool:
    return _kind(head) in ("plays", "library", "likes")


def _kind(head: bytes) -> str:
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"["):
        return "library" if b'"Track Identifier"' in head and b'"Title"' in head else ""
    header = head.split(b"\n", 1)[0]
    return next((kind for kind, names in _TABLES.items() if all(name in header for name in names)), "")


def _rows(kind: str, part: Member, number: int, told: _Told) -> Iterator[Row | Unread]:
    if kind == "library":
        entries = ((number + at, entry) for at, entry in enumerate(_library(part), start=1))
        return kept_rows(entries, partial(_kept, told))
    parse = partial(_played, told) if kind == "plays" else _preferred
    return rows(((number + at, entry) for at, entry in enumerate(_table(part), start=1)), parse)


def _table(part: Member) -> Iterator[Any]:
    lines = (line.decode("utf-8-sig", "replace").rstrip("\r") for line in byte_lines(part.blocks(), _LONGEST))
    divided = split_rows(enumerate(lines, start=1), ",")
    names = [name.strip() for name in next(divided, (0, []))[1]]
    for _, fields in divided:
        yield dict(zip(names, fields, strict=False)) if fields else ValueError("a quotation mark has no partner")


def _library(part: Member) -> Iterator[Any]:
    return (value for _, value in json_items(part.blocks(), ("",)))


def _played(told: _Told, number: int, entry: Entry) -> Row | Unread:
    event = text_of(entry, "Event Type")
    if event not in ("PLAY_END", ""):
        return Unread(number, f"no end of a play but {event[:20]}", skipped=True)
    if text_of(entry, "Media Type") == "VIDEO":
        return Unread(number, "a video: no song", skipped=True)
    title = text_of(entry, "Song Name") or text_of(entry, "Content Name")
    if not title:
        return Unread(number, "no song")
    start, heard = _start(entry), length_of(entry, "Play Duration Milliseconds", 0.001)
    if start is None or heard is None:
        return Unread(number, "no time" if start is None else "it does not say how long it was played")
    album = text_of(entry, "Album Name") or text_of(entry, "Container Album Name")
    artist = text_of(entry, "Artist Name") or text_of(entry, "Container Artist Name") or told.artist(title, album)
    song = written(artist, title, album, seconds=length_of(entry, "Media Duration In Milliseconds", 0.001))
    is_skip = heard < _LEAST and text_of(entry, "End Reason Type") in _FORWARD
    told.plays[_key(title, album)] += not is_skip
    return Row("", song, start, heard, "skip" if is_skip else "play", row=number)


def _start(entry: Entry) -> float | None:
    """When a play began: its end is what most rows have."""
    end = moment_of(entry, "Event End Timestamp") or moment_of(entry, "Event Timestamp")
    if end is None:
        return moment_of(entry, "Event Start Timestamp")
    return end - (length_of(entry, "Play Duration Milliseconds", 0.001) or 0.0)


def _kept(told: _Told, number: int, entry: Entry) -> Kept | Unread:
    kind = text_of(entry, "Content Type")
    if any(word in kind.lower() for word in _OTHERS):
        return Unread(number, f"no song but {kind[:30]!r}", skipped=True)
    artist = text_of(entry, "Artist") or text_of(entry, "Album Artist")
    title, album = text_of(entry, "Title"), text_of(entry, "Album")
    seconds = length_of(entry, "Track Duration", 0.001)
    song = written(artist, title, album, seconds=seconds, apple=text_of(entry, "Apple Music Track Identifier"))
    # A total with the time of the last play would be another event in each export, and count again.
    plays = max(0.0, count_of(entry, "Track Play Count") - told.plays[_key(title, album)])
    return Kept(song, plays, None, count_of(entry, "Skip Count"), stars_of(entry, "Rating", 100), _liked(entry))


def _liked(entry: Entry) -> bool | None:
    said = (text_of(entry, "Track Like Rating") or text_of(entry, "Preference")).casefold()
    if said.startswith(("dislike", "hate")):
        return False
    return True if said.startswith(("like", "love", "favo")) or entry.get("Favorite Status - Track") is True else None


def _preferred(number: int, entry: Entry) -> Row | Unread:
    kind = text_of(entry, "Favorite Type")
    if kind not in ("", "SONG"):
        return Unread(number, f"no song but {kind[:30]!r}", skipped=True)
    artist, _, title = text_of(entry, "Item Description").partition(" - ")
    liked = _liked(entry)
    if not title or liked is None:
        return Unread(number, "no song" if not title else "neither a like nor a dislike")
    time = moment_of(entry, "Last Modified") or moment_of(entry, "Created")
    return Row("", written(artist.strip(), title.strip()), time, kind="like" if liked else "dislike", row=number)


def _told(path: Path) -> _Told:
    """Artists by the titles and albums of their songs, out of the files that name them."""
    told = _Told()
    for part in members(path, _is_part):
        try:
            _note(told, _kind(head_of(part)), part)
        except (JsonError, ExportError):
            continue  # said when its rows are read; what was told before the fault stands
    return told


def _note(told: _Told, kind: str, part: Member) -> None:
    if kind == "library":
        for entry in _library(part):
            title, album, artist = (_plain(entry, name) for name in ("Title", "Album", "Artist"))
            if title and artist:
                told.by_album[_key(title, album)] = artist
                told.by_title[title.casefold()].add(artist)
    elif kind in ("days", "tracks"):
        for entry in _table(part):
            said = _plain(entry, "Track Description" if kind == "days" else "Track Name")
            artist, _, title = said.partition(" - ")
            if title:
                told.by_title[title.casefold()].add(artist)


def _plain(entry: Any, name: str) -> str:
    value = entry.get(name) if isinstance(entry, dict) else None
    return value.strip() if isinstance(value, str) and len(value) < _LONGEST else ""


def _key(title: str, album: str) -> tuple[str, str]:
    return title.casefold(), album.casefold()
