"""Listens from tables: CSV, TSV, Parquet, JSON lines, with columns in any order under the names that exports give them.

A row that makes no sense is reported with its number and never stops the reading. It does not know the library: which
track a row means is a question for `matching.py`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, cast

from audiorec.errors import InputError
from audiorec.sources.columns import CLOCKS, find_columns, folded, names_a_song
from audiorec.sources.contract import Kind, Row, Unread, WrittenSong
from audiorec.sources.delimited import read_headed, sniff_delimiter, split_rows
from audiorec.sources.matching import parse_song
from audiorec.sources.record_files import is_json, is_parquet, json_records, parquet_records
from audiorec.sources.text_file import UNREADABLE, decode
from audiorec.sources.times import parse_time, writes_month_first

_POSITIONS = ("user", "song", "count", "time")  # a file without a header, such as the Taste Profile's triplets
_FIRST = 500  # rows that tell how a file writes its dates
_MOST_PLAYS = 1e9  # more is no count of plays, and would not fit a float32
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


Rows = Iterator[tuple[int, Sequence[str]]]


class Table(NamedTuple):
    """Rows of a table with their numbers, the places of its known columns, and its header (blank where it has none)."""

    rows: Rows
    columns: Mapping[str, int]
    header: Sequence[str]


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a table with columns for a song and something beside it."""
    if path.is_dir():
        return False
    if head.startswith(b"PAR1") or head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"["):
        try:
            table = open_table(path)
        except InputError:
            return False
        return names_a_song(table.columns) and len(table.columns) > 1
    return recognises_text(head)


def recognises_text(head: bytes) -> bool:
    """The same of the first bytes of a text of delimiters."""
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    lines = decode(head).replace("\r\n", "\n").replace("\r", "\n").split("\n")[:20]
    lines = lines[1:] if lines[0].lower().lstrip('\ufeff"').startswith("sep=") else lines
    _, header = next(split_rows(enumerate(lines, start=1), sniff_delimiter(lines)), (0, []))
    columns = find_columns(header)
    return names_a_song(columns) and len(columns) > 1


def read(path: Path, named: Mapping[str, str] | None = None, user: str = "") -> Iterator[Row | Unread]:
    """Every row of a table.

    named: names of columns that go by others here, as {"song": "Name"}; user: whose rows are where no column says.
    Raises InputError when the file cannot be read at all or has no column for the song.
    """
    table = open_table(path, named)
    columns = {name: place for name, place in table.columns.items() if name != "playlist" or not user}
    if "user" in columns:
        columns.pop("playlist", None)
    first = list(islice(table.rows, _FIRST))
    parse = _RowParser(columns, _Moments(table, [values for _, values in first]), user)
    width = len(table.header)
    for number, values in chain(first, table.rows):
        if len(values) > width and any(values[width:]):
            yield Unread(number, f"{len(values)} fields where the header has {width}: is one not in quotation marks?")
        elif values == table.header:
            yield Unread(number, "the header once more", skipped=True)
        else:
            yield parse(number, values)


def open_table(path: Path, named: Mapping[str, str] | None = None) -> Table:
    """The rows of any table and what its columns are; raises InputError when it is none, or names no song."""
    if is_parquet(path) or is_json(path):
        rows, header = parquet_records(path) if is_parquet(path) else json_records(path)
        columns = find_columns(header, named)
    else:
        lines, header = read_headed(path, "user,path,count")
        columns, rows = find_columns(header, named), cast(Rows, lines)
        # Words in the place of a count are a header in a language that is not known here.
        if not columns and 2 <= len(header) <= len(_POSITIONS) and all(map(_plays, header[2:3])):
            columns = {name: place for place, name in enumerate(_POSITIONS[: len(header)])}
            return Table(chain([(1, header)], rows), columns, [""] * len(header))
    if not names_a_song(columns):
        seen = ", ".join(header)[:200]
        raise InputError(f"{path} has no column for the song (found: {seen}): name one with --column song=NAME")
    return Table(rows, columns, header)


class _Moments:
    """Reads the moments of a table, whose day and clock may stand in two columns, in the order of its dates."""

    def __init__(self, table: Table, first: Sequence[Sequence[str]]) -> None:
        self._day = table.columns.get("time", -1)
        clocks = [place for place, name in enumerate(table.header) if folded(name) in CLOCKS and place != self._day]
        known = [values[clocks[0]] for values in first if len(values) > clocks[0]] if clocks else []
        self._clock = clocks[0] if self._day >= 0 and any(_CLOCK.match(value) for value in known) else -1
        days = (values[self._day] for values in first if len(values) > self._day >= 0)
        self._month_first = writes_month_first(days)

    def __call__(self, values: Sequence[str]) -> float | None:
        if not 0 <= self._day < len(values):
            return None
        day = values[self._day]
        if len(day) == 10 and day.isascii() and day.isdecimal() and self._clock < 0:
            return float(day)  # unix seconds, by far the most common, need no look at other forms
        if 0 <= self._clock < len(values):
            return _time(f"{day} {values[self._clock]}", self._month_first)
        return _time(day, self._month_first)


class _RowParser:
    """Turns the values of a row into a Row, or says why not."""

    def __init__(self, columns: Mapping[str, int], moments: _Moments, user: str) -> None:
        self._columns = {
            name: place for name, place in columns.items() if name not in ("user", "playlist", "time", "count")
        }
        self._user = columns.get("user", columns.get("playlist", -1))
        self._time, self._count = moments, columns.get("count", -1)
        self._kinds = any(name in columns for name in ("kind", "rating", "loved", "heard"))
        self._default = user
        self._is_list = "playlist" in columns and self._user == columns["playlist"]
        self._last = max(self._columns.values())
        # The last place once more: of one place alone itemgetter would give no tuple.
        self._pick = itemgetter(*self._columns.values(), self._last)
        self._song = lru_cache(maxsize=100_000)(self._read_song)

    def __call__(self, number: int, values: Sequence[str]) -> Row | Unread:
        if not values:
            return Unread(number, "a quotation mark has no partner")
        width = len(values)
        user = values[self._user].strip() if 0 <= self._user < width else self._default
        # Most rows are whole; the rest are filled up. The same song is written many times, so that it is kept.
        song = self._song(self._pick(values if width > self._last else [*values, *[""] * (self._last + 1 - width)]))
        if isinstance(song, str) or UNREADABLE in user:
            return Unread(number, song if isinstance(song, str) else _NO_TEXT)
        if (not user or user in ("nan", "NaN")) and self._user >= 0:
            return Unread(number, "no user")
        time = self._time(values)
        count = _plays(values[self._count]) if 0 <= self._count < width else 1.0
        if count is None:
            return Unread(
                number, f"the count is {values[self._count].strip()[:40]!r}, not a number above 0 and up to a billion"
            )
        if not self._kinds:
            return Row(user, song, time, None, "playlist" if self._is_list else "play", count, number)
        return self._of_kind(Row(user, song, time, None, "play", count, number), values)

    def _read_song(self, values: tuple[str, ...]) -> WrittenSong | str:
        field = {name: value.strip() for name, value in zip(self._columns, values, strict=False)}
        if any(UNREADABLE in value for value in values):
            return _NO_TEXT
        song = _song_of(field)
        return song if song.title or song.path or song.ids else "no song"

    def _of_kind(self, row: Row, values: Sequence[str]) -> Row | Unread:
        field = {name: values[place].strip() for name, place in self._columns.items() if place < len(values)}
        kind, weight = _KINDS.get(field.get("kind", "").casefold(), row.kind), row.weight
        heard = _seconds(field.get("heard", ""), "heard")
        if stars := _number(field.get("rating", "")):
            kind, weight = "rating", stars
        if field.get("loved", "").casefold() in _YES:
            kind = "like"
        return Row(row.user, row.song, row.time, heard, kind, weight, row.row)


_NO_TEXT = "bytes that are no text in the encoding of this file"


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


def _plays(text: str) -> float | None:
    text = text.strip()
    if not text:
        return 1.0
    count = _number(text)
    return count if count is not None and 0 < count <= _MOST_PLAYS else None


def _number(text: str) -> float | None:
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", text):
        text = text.replace(",", "")
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _seconds(text: str, column: str) -> float | None:
    """Seconds of "3:45", of seconds, or of milliseconds."""
    if ":" in text and all(part.strip().isdigit() for part in text.split(":")):
        total = 0
        for part in text.split(":"):
            total = total * 60 + int(part)
        return float(total)
    number = _number(text)
    if number is None or number < 0:
        return None
    return number / 1000 if number >= (10_000 if column == "length" else 3_600) else number
