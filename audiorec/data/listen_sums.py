"""Listens summed for each user and song, in the order of the catalogue's index.

Rows that come in the order of an export were looked up and inserted all over the index, which took more than reading
them; in its own order it is written from beginning to end. It does not know the catalogue.
"""

from array import array
from collections.abc import Iterable, Iterator
from itertools import count

import numpy as np

from audiorec.data.event_shards import MOST_PLAYS

_AT_ONCE = 100_000  # rows that become Python numbers together


def summed(rows: Iterable[tuple[str, int, float, float | None]]) -> Iterator[tuple[str, int, float, float | None]]:
    """(user, track id, plays, last time) of any rows of these; all are read before this returns.

    The plays of one row count up to `MOST_PLAYS`; the time is None where no row has any.
    """
    numbers: dict[str, int] = {}
    users, tracks, plays, times = array("q"), array("q"), array("d"), array("d")
    fresh = count()
    for user, track, play, time in rows:
        number = numbers.get(user)
        users.append(numbers.setdefault(user, next(fresh)) if number is None else number)
        tracks.append(track)
        plays.append(play)
        times.append(np.nan if time is None else time)
    return _in_order(numbers, *(np.array(column) for column in (users, tracks, plays, times)))


def _in_order(
    numbers: dict[str, int], users: np.ndarray, tracks: np.ndarray, plays: np.ndarray, times: np.ndarray
) -> Iterator[tuple[str, int, float, float | None]]:
    names = sorted(numbers)
    place = np.empty(len(names), dtype=np.int64)
    place[[numbers[name] for name in names]] = np.arange(len(names))
    user = place[users] if len(users) else users
    order = np.lexsort((tracks, user))
    user, track = user[order], tracks[order]
    starts = np.flatnonzero(np.concatenate([[True], (user[1:] != user[:-1]) | (track[1:] != track[:-1])])[: len(user)])
    total = np.add.reduceat(np.minimum(plays, MOST_PLAYS)[order], starts) if len(starts) else plays
    last = np.fmax.reduceat(times[order], starts) if len(starts) else times
    for begin in range(0, len(starts), _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        here = starts[part]
        columns = zip(user[here].tolist(), track[here].tolist(), total[part].tolist(), last[part].tolist(), strict=True)
        for number, song, sums, time in columns:
            yield names[number], song, sums, None if time != time else time
