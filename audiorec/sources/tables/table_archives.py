"""Tables of listens, alone or several in a zip, as exporters of playlists give them.

Each table of an archive is copied to a file for as long as it is read, since tables are read by their paths; what an
archive unpacks to is bounded in `exports.py`. It does not know columns.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from audiorec.errors import InputError
from audiorec.sources.formats.exports import ExportError, Member, head_of, is_zip, members
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.row_blocks import Block
from audiorec.sources.tables import listens_tables

_TABLES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet")


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a table with columns for a song, or an archive that holds one."""
    if not is_zip(head):
        return listens_tables.recognises(path, head)
    try:
        return any(_is_table(member) for member in members(path, _may_be))
    except ExportError:
        return False


def read(path: Path, named: Mapping[str, str] | None = None, user: str = "") -> Iterator[Row | Unread]:
    """Every row of a table, or of all tables of an archive, numbered through; arguments and errors as of tables."""
    for found in read_blocks(path, named, user):
        if isinstance(found, Block):
            yield from found.rows()
        else:
            yield found


def read_blocks(path: Path, named: Mapping[str, str] | None = None, user: str = "") -> Iterator[Row | Unread | Block]:
    """The same, a table alone by the block."""
    try:
        with path.open("rb") as file:
            is_archive = is_zip(file.read(4))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    if not is_archive:
        yield from listens_tables.read_blocks(path, named, user)
        return
    number = 0
    for member in members(path, _may_be):
        for found in _rows_of(member, named, user):
            number += 1
            yield found._replace(row=number) if isinstance(found, Row) else replace(found, row=number)


def _rows_of(member: Member, named: Mapping[str, str] | None, user: str) -> Iterator[Row | Unread]:
    with tempfile.TemporaryDirectory(prefix="audiorec-") as folder:
        copy = Path(folder) / member.base
        try:
            with copy.open("wb") as file:
                file.writelines(member.blocks())
            yield from listens_tables.read(copy, named, user)
        except InputError as error:
            yield Unread(0, f"{member.name}: {str(error).replace(str(copy), 'it')}", skipped=not _is_table(member))


def _may_be(name: str) -> bool:
    return name.lower().endswith(_TABLES) and not name.startswith(".")


def _is_table(member: Member) -> bool:
    """By its first bytes alone; Parquet says what it is."""
    head = head_of(member)[:65_536]
    return head.startswith(b"PAR1") or listens_tables.recognises_text(head)
