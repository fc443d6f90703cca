"""Rows of a source by the block: columns of numbers, in which every user and every song is looked at once.

There are millions of rows, of thousands of songs. What is the same in all rows of a user or a song is found out when
they come for the first time, and the rest is arrays. It does not know formats, and not what the rows are for.
"""

import heapq
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from operator import attrgetter
from typing import Generic, TypeVar, cast, get_args

import numpy as np
from numpy.typing import NDArray

from audiorec.sources.rows.contract import Kind, Row, Unread, WrittenSong

KINDS: tuple[Kind, ...] = get_args(Kind)
KIND_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
AT_ONCE = 50_000  # rows of a block
_FEW = 100  # rows that are gathered together
_MOST = 400_000  # values that are known at a time, so that memory is bounded

Value = TypeVar("Value")
Integers = NDArray[np.int64]
Reals = NDArray[np.float64]


class Known(dict[Hashable, int], Generic[Value]):
    """A number for each key, from 0 in the order of their coming.

    `made` holds what `make` gives of each key; where it raises ValueError, `nothing`, and `faults` the reason.
    """

    def __init__(self, make: Callable[..., Value], nothing: Value) -> None:
        super().__init__()
        self.made: list[Value] = []
        self.faults: dict[int, str] = {}
        self._make, self._nothing = make, nothing

    def __missing__(self, key: Hashable) -> int:
        number = self[key] = len(self)
        try:
            self.made.append(self._make(key))
        except ValueError as error:
            self.made.append(self._nothing)
            self.faults[number] = str(error)
        return number

    def numbers(self, keys: Iterable[Hashable], count: int) -> Integers:
        """Of each of so many keys, int64 [N]."""
        return np.fromiter(map(self.__getitem__, keys), np.int64, count)

    def of(self, numbers: Integers) -> list[Value]:
        """What `make` gave of each number."""
        return list(map(self.made.__getitem__, numbers.tolist()))

    def faults_of(self, numbers: Integers) -> Iterator[tuple[int, str]]:
        """Places of numbers with a fault, and the reason."""
        for place in np.flatnonzero(np.isin(numbers, list(self.faults))).tolist() if self.faults else ():
            yield place, self.faults[int(numbers[place])]

    def fresh(self) -> "Known[Value]":
        """The same, or an empty one where it knows so many that memory would grow without a bound."""
        return self if len(self) < _MOST else Known(self._make, self._nothing)


@dataclass(frozen=True, slots=True)
class Block:
    """N rows as columns, and beside them what could not be read.

    names, songs: of all users and songs so far, longer with every block until a new list takes their place; user,
    song: places in them; time, seconds: NaN where unknown; kind: places in KINDS; row: numbers, in rising order.
    """

    names: Sequence[str]
    songs: Sequence[WrittenSong]
    user: Integers
    song: Integers
    time: Reals
    seconds: Reals
    kind: Integers
    weight: Reals
    row: Integers
    unread: Sequence[Unread] = ()

    def __len__(self) -> int:
        return len(self.row)

    def only(self, chosen: NDArray[np.bool_], unread: Sequence[Unread]) -> "Block":
        """These of the rows, with what could not be read."""
        columns = ("user", "song", "time", "seconds", "kind", "weight", "row")
        return replace(self, unread=unread, **{name: getattr(self, name)[chosen] for name in columns})

    def rows(self) -> Iterator[Row | Unread]:
        """Row by row, in the order of their numbers."""
        columns = zip(
            [self.names[place] for place in self.user.tolist()],
            [self.songs[place] for place in self.song.tolist()],
            _or_none(self.time),
            _or_none(self.seconds),
            [KINDS[place] for place in self.kind.tolist()],
            self.weight.tolist(),
            self.row.tolist(),
            strict=True,
        )
        rows = map(Row._make, columns)
        return heapq.merge(rows, self.unread, key=attrgetter("row")) if self.unread else rows


def _or_none(values: Reals) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


def in_blocks(found: Iterable[Row | Unread | Block]) -> Iterator[Block]:
    """The blocks of a source; single rows are gathered into some."""
    gathering = _Gathering()
    for is_block, part in groupby(found, lambda one: isinstance(one, Block)):
        if is_block:
            yield from cast(Iterator[Block], part)
            continue
        # A hundred at a time, so that they are gone before Python looks through all that stays.
        while few := cast(list[Row | Unread], list(islice(part, _FEW))):
            gathering.add(few)
            if len(gathering) >= AT_ONCE:
                yield gathering.block()
        yield gathering.block()


class _Gathering:
    """Rows on their way into a block."""

    def __init__(self) -> None:
        self._users, self._songs = Known[str](str, ""), Known[WrittenSong](lambda song: song, WrittenSong())
        self._columns: list[list[float | None]] = [[] for _ in Row._fields]
        self._unread: list[Unread] = []

    def __len__(self) -> int:
        return len(self._columns[0]) + len(self._unread)

    def add(self, found: Sequence[Row | Unread]) -> None:
        """Take some; of a user and a song only the number stays."""
        rows = [
            (self._users[one.user], self._songs[one.song], *one[2:4], KIND_NUMBERS[one.kind], one.weight, one.row)
            for one in found
            if isinstance(one, Row)
        ]
        self._unread += [one for one in found if isinstance(one, Unread)]
        for column, values in zip(self._columns, zip(*rows, strict=True), strict=False):
            column += values

    def block(self) -> Block:
        """What was taken since the last one."""
        user, song, time, seconds, kind, weight, row = self._columns
        found = Block(
            self._users.made,
            self._songs.made,
            np.array(user, np.int64),
            np.array(song, np.int64),
            np.array(time, np.float64),  # None becomes NaN
            np.array(seconds, np.float64),
            np.array(kind, np.int64),
            np.array(weight, np.float64),
            np.array(row, np.int64),
            self._unread,
        )
        self._users, self._songs = self._users.fresh(), self._songs.fresh()
        self._columns, self._unread = [[] for _ in Row._fields], []
        return found
