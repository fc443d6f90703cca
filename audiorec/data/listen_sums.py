"""Listens summed for each user and song, and written in the order of the catalogue's key.

Rows that came in the order of an export were looked up and inserted all over the key, which took more than reading
them; in its own order it is written from beginning to end, and fifty rows a statement take half the time of one.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from audiorec.data.event_shards import MOST_PLAYS

Sum = tuple[str, int, float, float | None]  # user, track id, plays, last time
_AT_ONCE = 50_000  # rows that become arrays, or Python's numbers, together
_A_STATEMENT = 50  # rows
_INSERT = "INSERT INTO listen (source, user, track_id, count, time) VALUES "


class Listens(NamedTuple):
    """Columns of N listens: users by their places in `names`, track ids, plays, times (NaN where unknown)."""

    names: Sequence[str]
    users: NDArray[np.integer]
    tracks: NDArray[np.int64]
    plays: NDArray[np.float64]
    times: NDArray[np.float64]


def in_columns(rows: Iterable[Sum]) -> Iterator[Listens]:
    """Any rows as columns."""
    rest = iter(rows)
    while part := list(islice(rest, _AT_ONCE)):
        users, tracks, plays, times = zip(*part, strict=True)
        numbers = {name: number for number, name in enumerate(dict.fromkeys(users))}
        yield Listens(
            list(numbers),
            np.array([numbers[name] for name in users], dtype=np.int64),
            np.array(tracks, dtype=np.int64),
            np.array(plays, dtype=np.float64),
            np.array(times, dtype=np.float64),  # None becomes NaN
        )


def summed(parts: Iterable[Listens]) -> Listens:
    """One listen for each user and song, in rising order of both; all parts are read before this returns.

    The plays of one listen count up to `MOST_PLAYS`; the time is the last that is known.
    """
    numbers: dict[str, int] = {}
    columns: tuple[list[NDArray[Any]], ...] = ([], [], [], [])
    for names, users, tracks, plays, times in parts:
        ours = np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int32)
        for column, values in zip(columns, (ours[users], tracks, np.minimum(plays, MOST_PLAYS), times), strict=True):
            column.append(values)
    if not any(map(len, columns[0])):
        nothing = np.zeros(0)
        return Listens([], nothing.astype(np.int64), nothing.astype(np.int64), nothing, nothing)
    user, track, plays, times = map(_joined, columns)
    names = sorted(numbers)
    place = np.empty(len(names), dtype=np.int32)
    place[[numbers[name] for name in names]] = np.arange(len(names), dtype=np.int32)
    user = place[user]
    order = np.lexsort((track, user))
    user, track = user[order], track[order]
    first = np.flatnonzero(np.r_[True, (user[1:] != user[:-1]) | (track[1:] != track[:-1])])
    total, last = np.add.reduceat(plays[order], first), np.fmax.reduceat(times[order], first)
    return Listens(names, user[first], track[first], total, last)


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """All parts in one array; they are gone then, for these are hundreds of megabytes."""
    whole = np.concatenate(parts)
    parts.clear()
    return whole


def insert(db: sqlite3.Connection, source: str, listens: Listens) -> None:
    """Write listens of a source that has none, in the order in which they are."""
    rest = _rows(source, listens)
    row = "(?, ?, ?, ?, ?)"
    many = _INSERT + ", ".join([row] * _A_STATEMENT)
    while part := list(islice(rest, _A_STATEMENT)):
        db.execute(many if len(part) == _A_STATEMENT else _INSERT + ", ".join([row] * len(part)), list(chain(*part)))


def _rows(source: str, listens: Listens) -> Iterator[tuple[str, str, int, float, float | None]]:
    names = np.array([*listens.names, ""], dtype=object)[:-1]
    for begin in range(0, len(listens.users), _AT_ONCE):
        users, *columns = (column[begin : begin + _AT_ONCE] for column in listens[1:])
        tracks, plays, times = (column.tolist() for column in columns)
        known = (None if time != time else time for time in times)
        yield from zip([source] * len(users), names[users].tolist(), tracks, plays, known, strict=True)
