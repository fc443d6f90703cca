"""Listens from a CSV or Parquet file: user, song, count and time, under the many names that exports give them.

The delimiter, the encoding and the columns are found out; a row that makes no sense is reported with its line number
and never stops the reading. It does not know the library: which track a row means is a question for `matching.py`.
A quoted field must end on its own line, so that one stray quotation mark spoils one row and not the rest of a file.
"""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from audiorec.errors import InputError
from audiorec.sources.contract import Row, Unread
from audiorec.sources.matching import SongName, parse_song
from audiorec.sources.text_file import UNREADABLE, decode, read_text

# What the columns are called in the exports that people have, best known first.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "user": ("user", "user_id", "userid", "username", "user_name", "listener", "playlist_id", "playlist"),
    "count": ("count", "plays", "play_count", "playcount", "listens", "listen_count", "weight"),
    "time": ("time", "timestamp", "listened_at", "played_at", "last_played", "date", "ts", "uts"),
    "track_id": ("track_id", "trackid"),
    "path": ("path", "file", "filename", "location", "file_path"),
    "artist": ("artist", "artists", "artist_name", "artistname"),
    "title": ("title", "track", "track_name", "trackname", "song_title", "name"),
    "song": ("song", "song_id", "songid", "item", "item_id", "music"),
}
_POSITIONS = ("user", "song", "count", "time")  # a file without a header, such as the Taste Profile's triplets


@dataclass(frozen=True)
class Listen:
    """One row: `count` listens of `user`, the last at `time` (unix seconds, None when not said)."""

    line: int
    user: str
    song: SongName
    count: float
    time: float | None


@dataclass(frozen=True)
class Problem:
    """A row that could not be used, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class ListensFile:
    """What one file gave: rows that make sense, and the ones that do not."""

    rows: list[Listen]
    problems: list[Problem]


def read_listens(path: Path) -> ListensFile:
    """Read a CSV or Parquet file of listens.

    Raises InputError when the file cannot be read at all or lacks a column for the user or for the song.
    """
    records, columns = read_records(path, ("user", "track_id path song title"))
    rows: list[Listen] = []
    problems: list[Problem] = []
    for line, values in records:
        found = _parse(line, values, columns)
        (rows if isinstance(found, Listen) else problems).append(found)  # type: ignore[arg-type]
    return ListensFile(rows, problems)


def parse_time(text: str) -> float | None:
    """Unix seconds of an ISO date, or of unix seconds, milli- or microseconds; a date without a zone is UTC.

    Raises ValueError for anything else; an empty text is None.

    >>> parse_time("1970-01-02"), parse_time("1700000000000")
    (86400.0, 1700000000.0)
    """
    text = text.strip()
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if not math.isfinite(number) or number < 0:
        raise ValueError(text)
    while number > 1e11:  # seconds reach this in the year 5138: it is a finer unit
        number /= 1000
    return number


def _parse(line: int, values: Sequence[str], columns: Mapping[str, int]) -> Listen | Problem:
    if len(values) <= max(columns.values()):
        return Problem(line, f"{len(values)} columns where at least {max(columns.values()) + 1} are needed")
    field = {name: values[place].strip() for name, place in columns.items()}
    if any(UNREADABLE in value for value in field.values()):
        return Problem(line, "bytes that are no text in the encoding of this file")
    if not field["user"]:
        return Problem(line, "no user")
    count = _parse_count(field.get("count", ""))
    if count is None:
        return Problem(line, f"the count is {field['count']!r}, not a number above 0")
    song = _song_of(field)
    if not song.shown:
        return Problem(line, "no song")
    try:
        return Listen(line, field["user"], song, count, parse_time(field.get("time", "")))
    except (ValueError, OverflowError):
        return Problem(line, f"the time is {field['time']!r}, neither ISO nor unix seconds")


def _parse_count(text: str) -> float | None:
    try:
        count = float(text) if text else 1.0
    except ValueError:
        return None
    return count if math.isfinite(count) and count > 0 else None


def _song_of(field: Mapping[str, str]) -> SongName:
    track = field.get("track_id", "")
    if any(field.get(name) for name in ("path", "title")) or not field.get("song"):
        return SongName(
            int(track) if track.isascii() and track.isdigit() and len(track) < 19 else None,
            field.get("path", "") or (track if not track.isdigit() else ""),
            field.get("artist", ""),
            field.get("title", ""),
        )
    return parse_song(field["song"])


def find_columns(header: Sequence[str]) -> dict[str, int]:
    """Which place holds which of COLUMNS; names are compared without case, blanks and dashes."""
    folded = [name.strip().strip("\ufeff").casefold().replace(" ", "_").replace("-", "_") for name in header]
    places = {name: place for place, name in enumerate(folded)}
    found = {}
    for column, names in COLUMNS.items():
        known = [places[name] for name in names if name in places]
        if known:
            found[column] = known[0]
    return found


def read_records(path: Path, needed: Sequence[str]) -> tuple[Iterator[tuple[int, Sequence[str]]], dict[str, int]]:
    """Line numbers and fields of a CSV or Parquet file, and the places of its known columns.

    `needed` names columns that must be there, alternatives separated by blanks; raises InputError when one is not.
    """
    records, header = _parquet_records(path) if _is_parquet(path) else _csv_records(path)
    columns = find_columns(header)
    if not columns and 2 <= len(header) <= len(_POSITIONS) and not _is_parquet(path):
        columns = {name: place for place, name in enumerate(_POSITIONS[: len(header)])}
        records, _ = _csv_records(path, headed=False)
    for names in needed:
        if not any(name in columns for name in names.split()):
            seen = ", ".join(header)[:200]
            raise InputError(f"{path} has no column {names.replace(' ', ' or ')} (found: {seen}): name one of them so")
    return records, columns


# --- CSV -------------------------------------------------------------------------------------------------------------


def split_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line number (from 1) and fields of every line that is not empty."""
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.rstrip("\r").replace("\0", UNREADABLE)
        if line.strip():
            try:
                yield number, next(csv.reader([line], delimiter=delimiter))
            except csv.Error:  # a field above the csv module's size limit
                yield number, [UNREADABLE] * 16


def sniff_delimiter(text: str) -> str:
    """The delimiter that finds the most known columns in the first line, then the one that splits it most."""
    first = next((line for line in text.split("\n") if line.strip()), "")

    def merit(delimiter: str) -> tuple[int, int]:
        _, fields = next(split_rows(first, delimiter), (0, []))
        return len(find_columns(fields)), len(fields)

    return max((",", "\t", ";", "|"), key=merit)


def _csv_records(path: Path, headed: bool = True) -> tuple[Iterator[tuple[int, Sequence[str]]], list[str]]:
    text = read_text(path)
    rows = split_rows(text, sniff_delimiter(text))
    first = next(rows, None)
    if first is None:
        raise InputError(f"{path} is empty: it needs a header such as user,path,count and rows")
    return (rows if headed else chain([first], rows)), first[1]


# --- Parquet ---------------------------------------------------------------------------------------------------------


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def _parquet_records(path: Path) -> tuple[Iterator[tuple[int, Sequence[str]]], list[str]]:
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path} is not a readable Parquet file ({error})") from error
    return _table_rows(table), list(table.column_names)


def _table_rows(table: pa.Table) -> Iterator[tuple[int, Sequence[str]]]:
    line = 0
    for batch in table.to_batches(max_chunksize=65_536):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            line += 1
            yield line, [_as_text(value) for value in values]


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list):
        return "|".join(_as_text(part) for part in value)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a table with columns for a song."""
    if head.startswith(b"PAR1"):
        return True
    text = decode(head)
    _, fields = next(split_rows(text, sniff_delimiter(text)), (0, []))
    return bool({"track_id", "path", "song", "title"} & set(find_columns(fields)))


def read(path: Path) -> Iterator[Row | Unread]:
    """Every row of a table."""
    found = read_listens(path)
    for row in found.rows:
        yield Row(row.user, row.song.written, row.time, None, "play", row.count, row.line)
    for problem in found.problems:
        yield Unread(problem.line, problem.reason)
