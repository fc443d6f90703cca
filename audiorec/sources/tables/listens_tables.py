"""Listens from tables: CSV, TSV, Parquet, JSON lines, with columns in any order under the names that exports give them.

A row that makes no sense is reported with its number and never stops the reading. It does not know the library: which
track a row means is a question for `matching.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, cast

from audiorec.errors import InputError
from audiorec.sources.formats.columns import find_columns, header_place, is_header, names_a_song
from audiorec.sources.formats.delimited import read_headed, sniff_delimiter, split_rows
from audiorec.sources.formats.record_files import is_json, is_parquet, json_records, parquet_records
from audiorec.sources.formats.text_file import decode
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.row_blocks import Block
from audiorec.sources.tables.table_blocks import BlockParser, Moments
from audiorec.sources.tables.table_columns import in_columns
from audiorec.sources.tables.written_counts import Counts, plays

_POSITIONS = ("user", "song", "count", "time")  # a file without a header, such as the Taste Profile's triplets
_FIRST = 500  # rows that tell how a file writes its dates

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
    """The same of the first bytes of a text of delimiters; a database holds the word "user" somewhere too."""
    lines = decode(head).replace("\r\n", "\n").replace("\r", "\n").split("\n")[:20]
    lines = lines[1:] if lines[0].lower().lstrip('\ufeff"').startswith("sep=") else lines
    rows = [row for _, row in split_rows(enumerate(lines, start=1), sniff_delimiter(lines))]
    first = rows[: header_place(rows) + 1]
    return bool(first) and is_header(first[-1]) and not any("\0" in field for row in first for field in row)


def read(path: Path, named: Mapping[str, str] | None = None, user: str = "") -> Iterator[Row | Unread]:
    """Every row of a table; see `read_blocks`."""
    for block in read_blocks(path, named, user):
        yield from block.rows()


def read_blocks(path: Path, named: Mapping[str, str] | None = None, user: str = "") -> Iterator[Block]:
    """The rows of a table by the block.

    named: names of columns that go by others here, as {"song": "Name"}; user: whose rows are where no column says.
    Raises InputError when the file cannot be read at all or has no column for the song.
    """
    table = open_table(path, named)
    columns = {name: place for name, place in table.columns.items() if name != "playlist" or not user}
    if "user" in columns:
        columns.pop("playlist", None)
    first = list(islice(table.rows, _FIRST))
    moments = Moments(table.header, columns, [values for _, values in first])
    parse = BlockParser(columns, moments, Counts(is_parquet(path) or is_json(path)), user)
    yield from map(parse, in_columns(chain(first, table.rows), table.header, {parse.user: user}))


def open_table(path: Path, named: Mapping[str, str] | None = None) -> Table:
    """The rows of any table and what its columns are; raises InputError when it is none, or names no song."""
    if is_parquet(path) or is_json(path):
        rows, header = parquet_records(path) if is_parquet(path) else json_records(path)
        columns = find_columns(header, named)
    else:
        lines, header = read_headed(path, "user,path,count")
        columns, rows = find_columns(header, named), cast(Rows, lines)
        # Words in the place of a count are a header in a language that is not known here.
        if not columns and 2 <= len(header) <= len(_POSITIONS) and all(map(plays, header[2:3])):
            columns = {name: place for place, name in enumerate(_POSITIONS[: len(header)])}
            return Table(chain([(1, header)], rows), columns, [""] * len(header))
    if not names_a_song(columns):
        seen = ", ".join(header)[:200]
        raise InputError(f"{path} has no column for the song (found: {seen}): name one with --column song=NAME")
    return Table(rows, columns, header)
