"""Databases of players and servers (SQLite), opened for reading only and read row by row.

A database that somebody hands over may be hostile: its views and triggers are not used, and what it does not have is
said by name. It does not know what the tables mean.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from audiorec.errors import InputError
from audiorec.sources.formats.text_file import UNREADABLE

_HEAD = b"SQLite format 3\0"
_LONGEST = 1_000_000  # bytes of a text or row


class DatabaseError(InputError):
    """A database cannot be read (on); what was read before was given."""


def has_tables(path: Path, head: bytes, tables: Mapping[str, str]) -> bool:
    """Whether a file is a database with these tables, each with a column (or "")."""
    if not head.startswith(_HEAD):
        return False
    try:
        with opened(path) as db:
            return all(column in {*columns(db, table), ""} for table, column in tables.items()) and all(
                columns(db, table) for table in tables
            )
    except InputError:
        return False


def is_database(path: Path) -> bool:
    """Whether a file begins as a database does; raises InputError when it cannot be opened."""
    try:
        with path.open("rb") as file:
            return file.read(len(_HEAD)) == _HEAD
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, for reading only; raises DatabaseError, also for what goes wrong inside."""
    if not is_database(path):
        raise DatabaseError(f"{path} is no database (SQLite)")
    try:
        db = _connect(path)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"{path} cannot be opened as a database ({error})") from error
    try:
        yield db
    except sqlite3.Error as error:
        raise DatabaseError(f"{path} is no database that can be read on ({error})") from error
    finally:
        db.close()


def _connect(path: Path) -> sqlite3.Connection:
    # A database that a program holds open has its newest rows in a second file, which must be readable too;
    # where the folder cannot be written, that file cannot be used and the database is read as it lies there.
    address = path.absolute().as_uri()
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        db = sqlite3.connect(f"{address}?{mode}", uri=True, isolation_level=None)
        try:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error:
            db.close()
            if mode.endswith("1"):
                raise
            continue
        break
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA query_only = ON")
    # What is read through a view comes with the view's name as the last argument.
    db.set_authorizer(lambda action, one, two, name, source: sqlite3.SQLITE_DENY if source else sqlite3.SQLITE_OK)
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    db.text_factory = lambda data: data.decode("utf-8", "replace")
    return db


def columns(db: sqlite3.Connection, table: str) -> list[str]:
    """Names of a table's columns; none where there is no table of this name (a view is none)."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone():
        return []
    return [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]


def picked(db: sqlite3.Connection, table: str, names: Sequence[str], alias: str = "") -> str:
    """A list of columns for SELECT, NULL under the name of each that this version of the table lacks.

    Raises DatabaseError where there is no such table at all.
    """
    known = set(columns(db, table))
    if not known:
        raise DatabaseError(f"it has no table {table!r}")
    prefix = f"{alias or table}."
    return ", ".join(f'{prefix}"{name}" AS "{name}"' if name in known else f'NULL AS "{name}"' for name in names)


def entries(db: sqlite3.Connection, query: str, first: int = 1) -> Iterator[tuple[int, dict[str, Any]]]:
    """Numbers (from `first`) and values by name of the rows of a query; bytes are given as text."""
    cursor = db.execute(query)
    names = [column[0] for column in cursor.description]
    for number, values in enumerate(cursor, start=first):
        yield number, {name: _as_text(value) for name, value in zip(names, values, strict=True)}


def _as_text(value: Any) -> Any:
    """Paths are kept as bytes by some; those that are no UTF-8 are Western names of old."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace") if b"\0" not in value else UNREADABLE
