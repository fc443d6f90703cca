"""The users of a workspace: who they are, and renaming, joining and deleting them with all that is theirs.

It does not know models: they keep what they learned until they are trained again.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from audiorec.data.workspace import Workspace
from audiorec.errors import InputError, UnknownNameError


@dataclass(frozen=True)
class Account:
    """A user and how much is known of them; `last` is the unix time of their last listen, None where none says."""

    name: str
    listens: float
    songs: int
    waiting: int
    friends: int
    last: float | None


def accounts(space: Workspace) -> list[Account]:
    """Every user who has listens, rows that wait for their song, or friends, in the order of their names."""
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
    found = []
    for name in sorted({*listens, *waiting, *friends}):
        count, songs, last = listens.get(name, (0.0, 0, None))
        found.append(Account(name, count, songs, waiting.get(name, 0), friends.get(name, 0), last))
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
    with space.transaction() as db:
        for name in names:
            if name != into:
                _move_listens(db, name, into)
                db.execute("UPDATE unmatched SET user = ? WHERE user = ?", (into, name))
                _move_friends(db, name, into)


def delete(space: Workspace, names: Sequence[str]) -> None:
    """Remove users with their listens, their rows that wait, and their friendships."""
    _refuse_unknown(space, names)
    with space.transaction() as db:
        for name in names:
            db.execute("DELETE FROM listen WHERE user = ?", (name,))
            db.execute("DELETE FROM unmatched WHERE user = ?", (name,))
            db.execute("DELETE FROM friend WHERE a = ? OR b = ?", (name, name))


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


def _refuse_unknown(space: Workspace, names: Sequence[str]) -> None:
    known = [account.name for account in accounts(space)]
    for name in names:
        if name not in known:
            raise UnknownNameError(f"no user {name!r}: choose one of {', '.join(known[:20]) or 'nobody'}")
