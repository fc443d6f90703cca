"""The fields of one entry as the types that they should have, or a word why they cannot be used.

For sources whose entries are objects (JSON, attributes of XML, rows of a database): a value may be of any
type, NaN, or a text that no file can keep. It does not know which fields a source has.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from audiorec.sources.formats.text_file import UNREADABLE
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.times import LATEST

Entry = Mapping[str, Any]
_LONGEST = 4_000  # signs of a name or a path
_LARGEST_NAME = 10**18  # some songs are called 1999
_MOST_PLAYS = 1_000_000_000
_NEVER = "0001-01-01"
_REMEMBERED = 100_000  # songs, some 60 MB


class FieldError(ValueError):
    """A field of an entry cannot be used; the message says which and why."""


def rows(entries: Iterable[tuple[int, Any]], parse: Callable[[int, Entry], Row | Unread]) -> Iterator[Row | Unread]:
    """What `parse` makes of numbered entries; what is no object, or has a field that cannot be used, is reported."""
    for number, entry in entries:
        if entry.__class__ is not dict:
            yield Unread(number, str(entry) if isinstance(entry, Exception) else "an entry that is no object")
            continue
        try:
            yield parse(number, entry)
        except FieldError as error:
            yield Unread(number, str(error))


def kept_rows(
    entries: Iterable[tuple[int, Any]], parse: Callable[[int, Entry], "Kept | Unread"], user: str = ""
) -> Iterator[Row | Unread]:
    """The rows of numbered entries of a library, which say how often a song was played instead of when."""
    for number, entry in entries:
        yield from kept_row(number, entry, parse, user)


def kept_row(
    number: int, entry: Any, parse: Callable[[int, Entry], "Kept | Unread"], user: str = ""
) -> Iterator[Row | Unread]:
    """The rows of one entry of a library."""
    try:
        kept = parse(number, entry) if isinstance(entry, dict) else Unread(number, "an entry that is no object")
    except FieldError as error:
        kept = Unread(number, str(error))
    if isinstance(kept, Unread):
        yield kept
    else:
        yield from _of_kept(number, kept, kept.user or user)


@dataclass(slots=True)
class Kept:
    """What a library keeps of a song: plays and skips in all, when it was last played, stars (0 to 5), liked or not,
    and whether it bears the one star of servers."""

    song: WrittenSong
    plays: float = 0.0
    last: float | None = None
    skips: float = 0.0
    stars: float = 0.0
    liked: bool | None = None
    starred: bool = False
    star_time: float | None = None
    user: str = ""


def _of_kept(number: int, kept: Kept, user: str) -> Iterator[Row | Unread]:
    if not (kept.song.title or kept.song.path):
        yield Unread(number, "no song")
        return
    if kept.plays:
        yield Row(user, kept.song, kept.last, None, "play", kept.plays, number)
    if kept.skips:
        yield Row(user, kept.song, None, None, "skip", kept.skips, number)
    if kept.stars:
        yield Row(user, kept.song, None, None, "rating", kept.stars, number)
    if kept.liked is not None:
        yield Row(user, kept.song, None, None, "like" if kept.liked else "dislike", 1.0, number)
    if kept.starred:
        yield Row(user, kept.song, kept.star_time, None, "star", 1.0, number)
    if not (kept.plays or kept.skips or kept.stars or kept.starred) and kept.liked is None:
        yield Unread(number, "never played, rated or liked", skipped=True, song=kept.song)


def written(
    artist: str, title: str, album: str = "", path: str = "", seconds: float | None = None, **ids: str
) -> WrittenSong:
    """A song of one credit; ids that are empty are left out."""
    known = {kind: key for kind, key in ids.items() if key}
    return WrittenSong((artist,) if artist else (), title, album, path, known, seconds)


def remembered(names: Sequence[str], parse: Callable[[Entry], WrittenSong]) -> Callable[[Entry], WrittenSong]:
    """`parse`, which reads the fields `names` alone, asked once for each song: histories hold few songs many times."""

    @lru_cache(maxsize=_REMEMBERED, typed=True)
    def of_values(*values: Any) -> WrittenSong:
        return parse(dict(zip(names, values, strict=True)))

    def of_entry(entry: Entry) -> WrittenSong:
        try:
            return of_values(*map(entry.get, names))
        except TypeError:  # a list or an object where a text should stand: `parse` says which
            return parse(entry)

    return of_entry


def text_of(entry: Entry, name: str) -> str:
    """A text without blanks around it; "" where there is none. Raises FieldError."""
    value = entry.get(name)
    if value is None:
        return ""
    if value.__class__ is str:
        value = value.strip()
        is_plain = len(value) <= _LONGEST and value.isascii() and "\0" not in value
        return value if is_plain else checked(value, name)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST_NAME:
        raise FieldError(f"its {name} is no text: {str(value)[:40]!r}")
    return str(value)


def checked(value: str, name: str) -> str:
    """The text itself where it can be kept; raises FieldError."""
    if len(value) > _LONGEST:
        raise FieldError(f"its {name} is {len(value)} signs long")
    if not value.isascii():
        if UNREADABLE in value:
            raise FieldError(f"its {name} holds bytes that are no text")
        if any("\ud800" <= sign <= "\udfff" for sign in value):
            raise FieldError(f"its {name} holds half a sign")
    if "\0" in value:
        raise FieldError(f"its {name} holds a NUL")
    return value


def object_of(entry: Entry, name: str) -> Entry:
    """An object inside an entry; an empty one where there is none. Raises FieldError."""
    value = entry.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FieldError(f"its {name} is no object: {str(value)[:40]!r}")
    return value


def list_of(entry: Entry, name: str) -> list[Any]:
    """A list inside an entry; an empty one where there is none. Raises FieldError."""
    value = entry.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise FieldError(f"its {name} is no list: {str(value)[:40]!r}")
    return value


def number_of(entry: Entry, name: str) -> float | None:
    """A finite number, also where it is written as text; None where there is none. Raises FieldError."""
    value = entry.get(name)
    if value is None or value == "":
        return None
    if value.__class__ is int and -_MOST_PLAYS < value < _MOST_PLAYS:
        return float(value)
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise FieldError(f"its {name} is no number: {str(value)[:40]!r}")
    return number


def count_of(entry: Entry, name: str) -> float:
    """A number of plays, 0 where there is none. Raises FieldError."""
    number = number_of(entry, name) or 0.0
    if not 0 <= number <= _MOST_PLAYS:
        raise FieldError(f"its {name} is no count: {number:g}")
    return number


def length_of(entry: Entry, name: str, unit: float = 1.0) -> float | None:
    """Seconds of a duration in `unit`s; None for 0, -1 and what is missing. Raises FieldError."""
    number = number_of(entry, name)
    return number * unit if number is not None and 0 < number * unit < 1e7 else None


def moment_of(entry: Entry, name: str) -> float | None:
    """Unix seconds of a number (seconds, milli-, micro- or nanoseconds) or of ISO text without zone in UTC.

    None where there is none; raises FieldError.
    """
    value = entry.get(name)
    if value.__class__ is int and 0 <= value <= LATEST:
        return float(value)
    if value is None or value == "":
        return None
    if value.__class__ is str and not value.isdigit():
        return _iso(value, name)
    seconds = number_of(entry, name)
    return None if seconds is None else moment(seconds, name)


def moment(seconds: float, name: str) -> float:
    """A moment in any unit as seconds; raises FieldError for one before 1970."""
    if seconds < 0:
        raise FieldError(f"its {name} is no moment: {seconds:g}")
    while seconds > LATEST:
        seconds /= 1000
    return seconds


def _iso(text: str, name: str) -> float:
    try:
        found = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
        return moment((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp(), name)
    except (ValueError, OverflowError) as error:
        raise FieldError(f"its {name} is no date: {text[:40]!r}") from error


def stars_of(entry: Entry, name: str, full: float) -> float:
    """Stars from 0 to 5 of a rating whose best is `full`; 0 where there is none or it is below 0. Raises FieldError."""
    number = number_of(entry, name) or 0.0
    if number > full:
        raise FieldError(f"its {name} is {number:g}, above {full:g}")
    return max(number, 0.0) * 5 / full


def past_moment(entry: Entry, name: str) -> float | None:
    """A moment, or None where a library writes 0, -1 or the first day of the calendar for never. Raises FieldError."""
    value = entry.get(name)
    is_never = value in (0, -1, "0", "-1", "") or (isinstance(value, str) and value.startswith(_NEVER))
    return None if is_never else moment_of(entry, name)
