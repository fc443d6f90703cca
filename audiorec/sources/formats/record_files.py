"""Tables that are no text of delimiters: Parquet, JSON lines, and one JSON list of objects, as rows of texts.

Lists become "a|b" and objects their name, so that all tables are read in one way. It knows no columns.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from audiorec.errors import InputError
from audiorec.sources.formats.text_file import UNREADABLE, read_text
from audiorec.sources.formats.text_lines import text_lines

Records = Iterator[tuple[int, Sequence[str]]]
_BATCH = 8192
_LONGEST_LIST = 256_000_000  # bytes of a JSON list, which must be read as a whole
# What a Parquet file whose bytes have changed ends in: names, values and dates that are none, lengths beyond memory.
_TORN = (OSError, pa.ArrowException, ValueError, OverflowError, MemoryError)
_FIRST = 200  # rows of a JSON file that tell its columns


def is_parquet(path: Path) -> bool:
    """Whether a file says that it is Parquet; raises InputError when it cannot be opened."""
    return _first_bytes(path, 4) == b"PAR1"


def is_json(path: Path) -> bool:
    """Whether a file begins as a JSON object or list does; raises InputError when it cannot be opened."""
    return _first_bytes(path, 64).lstrip(b"\xef\xbb\xbf \r\n\t")[:2].rstrip() in (
        *(b"{", b"[", b'{"', b"[{", b"[[", b"{}", b"[]"),
    )


def parquet_records(path: Path) -> tuple[Records, list[str]]:
    """Rows and column names of a Parquet file; raises InputError for a broken one."""
    try:
        file = pq.ParquetFile(path)
        names = list(file.schema_arrow.names)
    except _TORN as error:
        raise InputError(f"{path} is not a readable Parquet file ({error})") from error
    return _parquet_rows(path, file), names


def _parquet_rows(path: Path, file: pq.ParquetFile) -> Records:
    number = 0
    try:
        for batch in file.iter_batches(batch_size=_BATCH):
            for values in zip(*(_as_texts(column) for column in batch.columns), strict=True):
                number += 1
                yield number, values
    except _TORN as error:
        raise InputError(f"{path} is not a readable Parquet file ({error})") from error


def _as_texts(column: pa.Array) -> list[str]:
    if pa.types.is_string(column.type) and not column.null_count:
        texts: list[str] = column.to_pylist()
        return texts
    if pa.types.is_timestamp(column.type):
        # Nanoseconds are more than a datetime holds.
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return [as_text(value) for value in column.to_pylist()]


def json_records(path: Path) -> tuple[Records, list[str]]:
    """Rows and keys of JSON lines or of one list of objects; raises InputError when there are none."""
    is_list = _first_bytes(path, 64).lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"["
    objects = _listed(path) if is_list else _lines(path)
    first = list(islice(objects, _FIRST))
    keys = list(dict.fromkeys(key for _, found in first for key in found or ()))
    if not keys:
        raise InputError(
            f"{path} holds no JSON objects: write one a line, such as " + '{"user": "ann", "title": "One"}'
        )
    places = {key: place for place, key in enumerate(keys)}

    def rows() -> Records:
        while first:
            yield _row(*first.pop(0), places)
        for number, found in objects:
            yield _row(number, found, places)

    return rows(), keys


def _row(number: int, found: dict[str, Any] | None, places: dict[str, int]) -> tuple[int, Sequence[str]]:
    if found is None:
        return number, [UNREADABLE] * len(places)
    values = [""] * len(places)
    for key, value in found.items():
        place = places.get(key)
        if place is not None:
            values[place] = value if value.__class__ is str else as_text(value)
    return number, values


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    for number, line in enumerate(text_lines(path), start=1):
        if line and not line.isspace():
            yield number, _object(line.lstrip("\ufeff"))


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _listed(path: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    if path.stat().st_size > _LONGEST_LIST:
        raise InputError(f"{path} is one JSON list of more than {_LONGEST_LIST // 10**6} MB: write one object a line")
    try:
        found = json.loads(read_text(path).lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no valid JSON ({str(error)[:100]})") from error
    for number, value in enumerate(found, start=1):
        yield number, value if isinstance(value, dict) else None


def as_text(value: object) -> str:
    """A value as a table of text would hold it."""
    if value is None:
        return ""
    if value.__class__ is int:
        return str(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list):
        return "|".join(filter(None, (as_text(part) for part in value[:100])))
    if isinstance(value, dict):
        return next((as_text(value[key]) for key in ("name", "title", "#text") if key in value), "")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _first_bytes(path: Path, count: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(count)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
