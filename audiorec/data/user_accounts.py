"""The users of a workspace: who they are, and renaming, joining and deleting them with all that is theirs.

What is theirs: listens, rows that wait for their song, friendships, events, what they gave a server (feedback and
playlists), passwords, and their name in models (`forget_users.py`).
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from audiorec.data.forget_users import take_out
from audiorec.data.ledger import LEDGER, Ledger
from audiorec.data.listen_marks import mark
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError, UnknownNameError


@dataclass(frozen=True)
class Account:
    """A user and how much is known of them.

    feedback: feedback given on a server; last: unix time of their last listen, None where none says.
    """

    name: str
    listens: float
    songs: int
    waiting: int
    friends: int
    feedback: int
    last: float | None


def accounts(space: Workspace) -> list[Account]:
    """Every user of whom anything is known, in the order of their names."""
    listens = {
        name: (count, songs, last)
        for name, count, songs, last in space.db.execute(
            "SELECT user, sum(count), count(DISTINCT track_id), max(time) FROM listen GROUP BY user"
        )
    }
    waiting = dict(space.db.execute("SELECT user, count(*) FROM unmatched GROUP BY user"))
    friends: dict[str, int] = {}
    for name in (name for pair in space.friends() for name in pair):
        friends[name] = friends.get(name, 0) + 1
    feedback = _feedback_of(space.root)
    found = []
    for name in sorted({*listens, *waiting, *friends, *feedback}):
        count, songs, last = listens.get(name, (0.0, 0, None))
        known = waiting.get(name, 0), friends.get(name, 0), feedback.get(name, 0)
        found.append(Account(name, count, songs, *known, last))
    return found


def rename(space: Workspace, old: str, new: str) -> None:
    """Give a user another name; raises InputError when somebody has it already."""
    if new in {account.name for account in accounts(space)}:
        raise InputError(f"there is a user {new!r} already: audiorec users merge {old} {new} makes them one")
    merge(space, [old], new)


def merge(space: Workspace, names: Sequence[str], into: str) -> None:
    """Make users one, under the name `into`; their listens to one song add up."""
    _refuse_unknown(space, names)
    if not into:
        raise InputError("a user needs a name")
    others = [name for name in names if name != into]
    _in_files(space, others, into)
    with space.transaction() as db:
        for name in others:
            _move_listens(db, name, into)
            db.execute("UPDATE unmatched SET user = ? WHERE user = ?", (into, name))
            _move_friends(db, name, into)
        mark(db)


def delete(space: Workspace, names: Sequence[str]) -> None:
    """Remove users with everything of theirs."""
    _refuse_unknown(space, names)
    _in_files(space, names, None)
    # What is deleted is written over, here and in the log beside the catalogue.
    space.db.execute("PRAGMA secure_delete = ON")
    with space.transaction() as db:
        for name in names:
            db.execute("DELETE FROM listen WHERE user = ?", (name,))
            db.execute("DELETE FROM unmatched WHERE user = ?", (name,))
            db.execute("DELETE FROM friend WHERE a = ? OR b = ?", (name, name))
        mark(db)
    space.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _move_listens(db: sqlite3.Connection, name: str, into: str) -> None:
    db.execute(
        "INSERT INTO listen (source, user, track_id, count, time)"
        " SELECT source, ?, track_id, count, time FROM listen WHERE user = ?"
        " ON CONFLICT (source, user, track_id) DO UPDATE SET count = count + excluded.count,"
        " time = max(coalesce(time, excluded.time), coalesce(excluded.time, time))",
        (into, name),
    )
    db.execute("DELETE FROM listen WHERE user = ?", (name,))


def _move_friends(db: sqlite3.Connection, name: str, into: str) -> None:
    pairs = list(db.execute("SELECT source, a, b FROM friend WHERE a = ? OR b = ?", (name, name)))
    db.execute("DELETE FROM friend WHERE a = ? OR b = ?", (name, name))
    moved = [(source, *sorted(into if one == name else one for one in pair)) for source, *pair in pairs]
    # Two accounts of one person who were friends are not their own friend.
    db.executemany("INSERT OR IGNORE INTO friend VALUES (?, ?, ?)", (row for row in moved if row[1] != row[2]))


def _in_files(space: Workspace, names: Sequence[str], into: str | None) -> None:
    """Rename users (None: remove them) in what lies beside the catalogue.

    The catalogue comes after it: when this is cut off, the users are still there and the same command ends it.
    """
    for path in sorted((space.root / "listens").rglob("*.parquet")):
        _in_events(path, names, into)
    take_out(space, names, into)
    feedback = space.root / LEDGER
    if feedback.is_file():
        # The connection's own context commits all of it or nothing; closing ends it.
        with closing(sqlite3.connect(feedback, timeout=30)) as db, db:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA secure_delete = ON")
            for table, column in (("event", "user"), ("playlist", "owner")):
                for name in names:
                    if into is None:
                        db.execute(f"DELETE FROM {table} WHERE {column} = ?", (name,))
                    else:
                        db.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (into, name))


def _in_events(path: Path, names: Sequence[str], into: str | None) -> None:
    table = pq.read_table(path)
    is_theirs = pc.is_in(table["user"], pa.array(names, pa.string()))
    if not pc.any(is_theirs).as_py():
        return
    if into is None:
        table = table.filter(pc.invert(is_theirs))
    else:
        users = pc.if_else(is_theirs, into, table["user"])
        table = table.set_column(table.schema.get_field_index("user"), "user", users)
    waiting = path.with_suffix(".new")
    pq.write_table(table, waiting)
    waiting.replace(path)


def _feedback_of(root: Path) -> dict[str, int]:
    """How many events and playlists each user has on a server."""
    if not (root / LEDGER).is_file():
        return {}
    with closing(Ledger(root / LEDGER)) as ledger:
        return ledger.entries_of_each()


def _refuse_unknown(space: Workspace, names: Sequence[str]) -> None:
    known = [account.name for account in accounts(space)]
    for name in names:
        if name not in known:
            raise UnknownNameError(f"no user {name!r}: choose one of {', '.join(known[:20]) or 'nobody'}")
