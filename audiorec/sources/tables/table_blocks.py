"""What the rows of a table say, by the block: moments and counts by the column, songs and users once each.

It knows the columns' meanings, and neither files nor delimiters. A row that makes no sense is reported with its
number and never stops the reading.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import repeat

import numpy as np

from audiorec.sources.formats.columns import CLOCKS, folded
from audiorec.sources.formats.text_file import UNREADABLE
from audiorec.sources.matching.matcher import parse_song
from audiorec.sources.rows.contract import Kind, Unread, WrittenSong
from audiorec.sources.rows.row_blocks import KIND_NUMBERS, Block, Known, Reals
from audiorec.sources.rows.times import LATEST, parse_time, writes_month_first
from audiorec.sources.tables.table_columns import Columns
from audiorec.sources.tables.written_counts import Counts, parse_number

_UNIX = 10  # digits of a moment in seconds, from 2001 on
_UUID = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_SPOTIFY = re.compile(r"(?:spotify:track:|/track/)([0-9A-Za-z]{22})")
_CLOCK = re.compile(r"^\s*\d{1,2}:\d{2}")
_YES = frozenset("1 true yes y x ja oui si loved liked ♥ ❤ 是".split())
_KINDS: Mapping[str, Kind] = {
    "play": "play", "listen": "play", "scrobble": "play", "like": "like", "love": "like", "loved": "like",
    "favorite": "like", "favourite": "like", "favorites": "like", "dislike": "dislike", "hate": "dislike",
    "skip": "skip", "skipped": "skip",
    "never": "never", "playlist": "playlist", "star": "star", "starred": "star", "comment": "comment",
}  # fmt: skip
_NO_TEXT = "bytes that are no text in the encoding of this file"
# Columns that say what a row is, beside its song.
_SAID = ("kind", "rating", "loved", "heard")
_Said = tuple[int, float, float]  # kind (its number), stars, seconds heard; NaN where they are not said


class Moments:
    """Reads the moments of a table, whose day and clock may stand in two columns, in the order of its dates.

    first: rows that tell how the table writes them.
    """

    def __init__(self, header: Sequence[str], columns: Mapping[str, int], first: Sequence[Sequence[str]]) -> None:
        self._day = columns.get("time", -1)
        clocks = [place for place, name in enumerate(header) if folded(name) in CLOCKS and place != self._day]
        known = [values[clocks[0]] for values in first if len(values) > clocks[0]] if clocks else []
        self._clock = clocks[0] if self._day >= 0 and any(_CLOCK.match(value) for value in known) else -1
        days = (values[self._day] for values in first if len(values) > self._day >= 0)
        self._month_first = writes_month_first(days)

    def __call__(self, part: Columns) -> Reals:
        """UTC seconds of each row, NaN where they are not known."""
        if self._day < 0:
            return np.full(len(part.numbers), np.nan)
        days = part.columns[self._day]
        if self._clock >= 0:
            days = [f"{day} {clock}" for day, clock in zip(days, part.columns[self._clock], strict=True)]
        elif {len(day) for day in days} == {_UNIX} and (digits := "".join(days)).isascii() and digits.isdecimal():
            # Unix seconds, by far the most common, need no look at other forms.
            seconds = np.fromiter(map(float, days), np.float64, len(days))
            if seconds.min() > 0 and seconds.max() <= LATEST:
                return seconds
        return np.array([_time(day, self._month_first) for day in days], np.float64)  # None becomes NaN


class BlockParser:
    """Turns columns of a table into a block.

    columns: places of those that are known; user: whose rows are where no column says, which `user`, the place of
    one, then is below 0; counts: reads counts.
    """

    def __init__(self, columns: Mapping[str, int], moments: Moments, counts: Counts, user: str) -> None:
        self.user = columns.get("user", columns.get("playlist", -1))
        self._count = columns.get("count", -1)
        self._moments, self._counts, self._default = moments, counts, user
        said = [name for name in _SAID if name in columns]
        named = [name for name in columns if name not in ("user", "playlist", "time", "count", *_SAID)]
        self._song, self._said = [columns[name] for name in named], [columns[name] for name in said]
        is_list = "playlist" in columns and "user" not in columns and not said
        self._users = Known[str](self._read_name, "")
        self._songs = Known[WrittenSong](partial(_read_song, named), WrittenSong())
        self._kinds = Known[_Said](partial(_read_said, said, "playlist" if is_list else "play"), (0, 0.0, 0.0))

    def __call__(self, part: Columns) -> Block:
        """The rows, and why some are none; of a value that comes again nothing is asked twice."""
        self._users, self._songs = self._users.fresh(), self._songs.fresh()
        self._kinds, counts = self._kinds.fresh(), self._counts.of(_values(part, self._count, ""))
        row = np.array(part.numbers, np.int64)
        song = self._songs.numbers(_tuples(part, self._song), len(row))
        said = self._kinds.numbers(_tuples(part, self._said), len(row))
        user = self._users.numbers(_values(part, self.user, self._default), len(row))
        count = counts.numbers(_values(part, self._count, ""), len(row))
        kind, stars, heard = np.array(self._kinds.of(said), np.float64).reshape(-1, 3).T
        weight = np.where(np.isnan(stars), np.array(counts.of(count), np.float64), stars)
        columns = (user, song, self._moments(part), heard, kind.astype(np.int64), weight, row)
        block = Block(self._users.made, self._songs.made, *columns, part.unread)
        # Of several reasons the last of these is told.
        found = ((count, counts), (user, self._users), (said, self._kinds), (song, self._songs))
        why = {place: fault for numbers, known in found for place, fault in known.faults_of(numbers)}
        if not why:
            return block
        unread = [*part.unread, *(Unread(part.numbers[place], fault) for place, fault in why.items())]
        return block.only(~np.isin(np.arange(len(row)), list(why)), sorted(unread, key=lambda one: one.row))

    def _read_name(self, text: str) -> str:
        name = text.strip()
        if UNREADABLE in name:
            raise ValueError(_NO_TEXT)
        if self.user >= 0 and name in ("", "nan", "NaN"):
            raise ValueError("no user")
        return name


def _values(part: Columns, place: int, otherwise: str) -> Iterable[str]:
    return part.columns[place] if place >= 0 else repeat(otherwise, len(part.numbers))


def _tuples(part: Columns, places: Sequence[int]) -> Iterable[tuple[str, ...]]:
    columns = [part.columns[place] for place in places]
    return zip(*columns, strict=True) if columns else repeat((), len(part.numbers))


def _fields(names: Sequence[str], values: Sequence[str]) -> dict[str, str]:
    if any(UNREADABLE in value for value in values):
        raise ValueError(_NO_TEXT)
    return {name: value.strip() for name, value in zip(names, values, strict=True)}


def _read_song(names: Sequence[str], values: Sequence[str]) -> WrittenSong:
    song = _song_of(_fields(names, values))
    if not (song.title or song.path or song.ids):
        raise ValueError("no song")
    return song


def _read_said(names: Sequence[str], usual: Kind, values: Sequence[str]) -> _Said:
    field = _fields(names, values)
    kind, heard = _KINDS.get(field.get("kind", "").casefold(), usual), _seconds(field.get("heard", ""), "heard")
    stars = parse_number(field.get("rating", "")) or math.nan
    if stars == stars:
        kind = "rating"
    if field.get("loved", "").casefold() in _YES:
        kind = "like"
    return KIND_NUMBERS[kind], stars, math.nan if heard is None else heard


def _song_of(field: Mapping[str, str]) -> WrittenSong:
    artist = field.get("artist") or field.get("album_artist", "")
    title, free, album = field.get("title", ""), field.get("song", ""), field.get("album", "")
    ids = _ids(field)
    if free and not title and (artist or album or field.get("path")):
        title, free = free, ""
    if free and title:
        ids["song"] = free
    if not (title or field.get("path")) and (free or (field.get("song_id") and not artist)):
        return parse_song(free or field["song_id"])
    track = field.get("track_id", "")
    path = field.get("path", "") or (track if track and not (title or ids) else "")
    seconds = _seconds(field.get("length", ""), "length")
    artists = tuple(part.strip() for part in re.split(r"\s*[|;]\s*", artist) if part.strip())
    return WrittenSong(artists, title, album, path, ids, seconds)


def _ids(field: Mapping[str, str]) -> dict[str, str]:
    ids = {kind: value for kind in ("mbid", "isrc") if (value := field.get(kind, ""))}
    if found := _SPOTIFY.search(field.get("spotify", "")):
        ids["spotify"] = found[1]
    if value := field.get("song_id", ""):
        ids["song"] = value
    track = field.get("track_id", "")
    if track.isascii() and track.isdigit() and len(track) < 19:
        ids["track"] = track
    elif found := _SPOTIFY.search(track):
        ids["spotify"] = found[1]
    elif _UUID.match(track):
        ids["mbid"] = track
    elif track:
        ids["song"] = track
    return ids


def _time(text: str, month_first: bool) -> float | None:
    """The moment, or None for what is no date (or 0, which means so): the listen counts, only its time is not known."""
    try:
        return parse_time(text, month_first) or None
    except (ValueError, OverflowError):
        return None


def _seconds(text: str, column: str) -> float | None:
    """Seconds of "3:45", of seconds, or of milliseconds."""
    if ":" in text and all(part.strip().isdigit() for part in text.split(":")):
        total = 0
        for part in text.split(":"):
            total = total * 60 + int(part)
        return float(total)
    number = parse_number(text)
    if number is None or number < 0:
        return None
    return number / 1000 if number >= (10_000 if column == "length" else 3_600) else number
