"""Shards of events: written once, never with an event that an earlier import of the same kind of source brought.

An event is known by its user, its song (as written, else its track), its second and its kind; one that happens n times
in an export is stored n times however often it comes. Events without a time cannot be known again: those of a source
are replaced when it is imported once more. It does not know the catalogue, which says what shards there are.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from audiorec.data.events import SCHEMA

# What one row can stand for at most: beyond it a count is an error of its source, and sums leave float32.
MOST_PLAYS = 1e9
# Plays that an event counts by its kind; None: as many as its weight says. Every other kind counts none.
PLAYS = {"play": None, "playlist": 1.0, "like": 1.0, "star": 1.0}
# Events that are added up at a time, 28 bytes each.
_BLOCK = 1_000_000
_IDENTITY = ["user", "track_id", "song", "time", "kind"]
_TEXTS = ["user", "song", "kind"]

Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class Added:
    """Events that were new, and those that an earlier import had brought already."""

    new: int
    known: int


@dataclass
class Hasher:
    """Identities of events; texts are hashed once each, since users and songs come again and again."""

    texts: dict[str, int] = field(default_factory=dict)

    def of(self, batch: pa.RecordBatch) -> Hashes:
        """The identities, uint64 [N], of a batch with the columns of SCHEMA that make them."""
        song = self._texts(batch["song"])
        track = pc.fill_null(batch["track_id"], -1).to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64)
        written = song != np.uint64(self._text(""))
        time = np.floor(pc.fill_null(batch["time"], np.nan).to_numpy(zero_copy_only=False)) + 0.0  # no minus zero
        parts = (np.where(written, song, track), time.view(np.uint64), self._texts(batch["kind"]))
        found = self._texts(batch["user"])
        for part in parts:
            found = _mixed(found * np.uint64(0x9E3779B97F4A7C15) + part)
        return found

    def _texts(self, column: pa.Array) -> Hashes:
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        hashes = [self._text(text or "") for text in column.dictionary.to_pylist()]
        codes = pc.fill_null(column.indices, len(hashes)).to_numpy(zero_copy_only=False)
        return np.asarray(np.array([*hashes, self._text("")], dtype=np.uint64)[codes])

    def _text(self, text: str) -> int:
        if text not in self.texts:
            digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            self.texts[text] = int.from_bytes(digest, "little")
        return self.texts[text]


def _mixed(values: Hashes) -> Hashes:
    """Every bit of the input in every bit of the output (the finish of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)), dtype=np.uint64)


def write(timed: Path, timeless: Path, batches: Iterable[pa.RecordBatch], earlier: Sequence[Path]) -> Added:
    """Write events with and without a time into two files; those that `earlier` files hold are left out.

    Raises OSError when the disk does not take them; whoever calls removes the files then.
    """
    hasher, hashes, untimed = Hasher(), [np.zeros(0, np.uint64)], 0
    with pq.ParquetWriter(timed, SCHEMA) as one, pq.ParquetWriter(timeless, SCHEMA) as other:
        for batch in batches:
            checked = _checked(batch)
            has_time = checked["time"].is_valid()
            with_time, without = checked.filter(has_time), checked.filter(pc.invert(has_time))
            hashes.append(hasher.of(with_time))
            untimed += without.num_rows
            for writer, rows in ((one, with_time), (other, without)):
                if rows.num_rows:
                    writer.write_batch(rows)
    found = np.concatenate(hashes)
    is_new = _places_among_equals(found) >= _times_held(found, _hashes_of(earlier, hasher))
    if not is_new.all():
        _keep(timed, is_new)
    return Added(int(is_new.sum()) + untimed, int((~is_new).sum()))


def _checked(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch of SCHEMA: times that are numbers, weights within what sums can hold."""
    batch = batch.select(SCHEMA.names).cast(SCHEMA)
    time = pc.if_else(pc.is_finite(batch["time"]), batch["time"], None)
    weight = np.nan_to_num(pc.fill_null(batch["weight"], 1.0).to_numpy(zero_copy_only=False), nan=0.0)
    weight = pa.array(weight.clip(-MOST_PLAYS, MOST_PLAYS).astype(np.float32))
    columns = [{"time": time, "weight": weight}.get(name, batch[name]) for name in SCHEMA.names]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _places_among_equals(values: Hashes) -> NDArray[np.int64]:
    """How many equal values stand before each, [N]."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    places = np.empty(len(values), dtype=np.int64)
    places[order] = np.arange(len(values)) - np.searchsorted(ordered, ordered, side="left")
    return places


def _times_held(values: Hashes, held: Hashes) -> NDArray[np.int64]:
    held = np.sort(held)
    return np.searchsorted(held, values, side="right") - np.searchsorted(held, values, side="left")


def _hashes_of(files: Sequence[Path], hasher: Hasher) -> Hashes:
    found = [hasher.of(batch) for file in files for batch in read(file, _IDENTITY)]
    return np.concatenate([np.zeros(0, np.uint64), *found])


def _keep(path: Path, keep: NDArray[np.bool_]) -> None:
    """Leave only these rows in a file."""
    smaller, start = path.with_suffix(".kept"), 0
    with pq.ParquetWriter(smaller, SCHEMA) as writer:
        for batch in pq.ParquetFile(path).iter_batches():
            rows = batch.filter(pa.array(keep[start : start + batch.num_rows]))
            start += batch.num_rows
            if rows.num_rows:
                writer.write_batch(rows)
    smaller.replace(path)


def read(path: Path, columns: Sequence[str] = SCHEMA.names) -> Iterator[pa.RecordBatch]:
    """The events of a shard in batches, texts as dictionaries."""
    with pq.ParquetFile(path, read_dictionary=[name for name in _TEXTS if name in columns]) as file:
        yield from file.iter_batches(columns=list(columns))


def rows(path: Path) -> int:
    """How many events a file holds."""
    return int(pq.read_metadata(path).num_rows)


def plays(batch: pa.RecordBatch) -> NDArray[np.float32]:
    """How many plays each event counts, float32 [N]."""
    kind, weight = batch["kind"], batch["weight"].to_numpy(zero_copy_only=False)
    found = np.zeros(batch.num_rows, dtype=np.float32)
    for name, count in PLAYS.items():
        is_this = pc.fill_null(pc.equal(kind.cast(pa.string()), name), False).to_numpy(zero_copy_only=False)
        found = np.where(is_this, weight if count is None else np.float32(count), found)
    return found.clip(min=0.0)


def matched(files: Sequence[Path]) -> Iterator[tuple[str, int, float, float | None]]:
    """(user, track id, plays, last time) of every pair of which an event counts plays, in rising order.

    Never held are more events than `_BLOCK` or than there are pairs.
    """
    numbers: dict[str, int] = {}
    users, tracks, sums, last = _sums(files, numbers)
    names = list(numbers)
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.argsort(np.array(names, dtype=object))] = np.arange(len(names))
    order = np.lexsort((tracks, rank[users]))
    for start in range(0, len(order), 100_000):
        part = order[start : start + 100_000]
        rows = users[part].tolist(), tracks[part].tolist(), sums[part].tolist(), last[part].tolist()
        for user, track, count, time in zip(*rows, strict=True):
            yield names[user], track, min(count, MOST_PLAYS), time if time == time else None


Columns = tuple[NDArray[Any], ...]


def _sums(files: Sequence[Path], numbers: dict[str, int]) -> Columns:
    """Users by number, tracks, plays and last times of every pair; `numbers` is filled with the users."""
    nothing = np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.float64), np.zeros(0, np.float64)
    held: Columns = nothing
    waiting: list[Columns] = []
    for batch in (batch for file in files for batch in read(file, [*_IDENTITY, "weight"])):
        waiting.append(_numbered(batch, numbers))
        # As many as are held at least, so that a pair is moved only as often as the table doubles.
        if sum(len(part[0]) for part in waiting) >= max(_BLOCK, len(held[0])):
            held, waiting = _added([held, *waiting]), []
    return _added([held, *waiting])


def _added(parts: Sequence[Columns]) -> Columns:
    """One row a pair, with the sum of the plays and the last of the times."""
    users, tracks, counts, times = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((tracks, users))
    users, tracks = users[order], tracks[order]
    begins = np.flatnonzero(np.r_[True, (np.diff(users) != 0) | (np.diff(tracks) != 0)][: len(users)])
    if not len(begins):
        return users, tracks, counts, times
    sums = np.add.reduceat(counts[order], begins)
    return users[begins], tracks[begins], sums, np.fmax.reduceat(times[order], begins)


def _numbered(batch: pa.RecordBatch, numbers: dict[str, int]) -> Columns:
    """Users by number, tracks, plays and times (NaN: unknown) of the events that count."""
    count = plays(batch)
    counts = (count > 0) & batch["track_id"].is_valid().to_numpy(zero_copy_only=False)
    known = [numbers.setdefault(name, len(numbers)) for name in batch["user"].dictionary.to_pylist()]
    users = np.array(known, dtype=np.int64)[batch["user"].indices.to_numpy(zero_copy_only=False)[counts]]
    tracks = pc.fill_null(batch["track_id"], -1).to_numpy(zero_copy_only=False)[counts]
    times = pc.fill_null(batch["time"], np.nan).to_numpy(zero_copy_only=False)[counts]
    return users.astype(np.int32), tracks, count[counts].astype(np.float64), times


def waiting(files: Sequence[Path]) -> Iterator[tuple[str, str, float, float | None]]:
    """(user, song as written, plays, time) of every event that counts and has no track yet."""
    for file in files:
        for batch in read(file, [*_IDENTITY, "weight"]):
            count = plays(batch)
            chosen = (count > 0) & batch["track_id"].is_null().to_numpy(zero_copy_only=False)
            rows = batch.filter(pa.array(chosen))
            columns = (rows[name].to_pylist() for name in ("user", "song"))
            yield from zip(*columns, count[chosen].tolist(), rows["time"].to_pylist(), strict=True)


def resolve(path: Path, tracks: Mapping[str, int]) -> None:
    """Give the events of a shard that wait for their song the track that was found for it, by the song as written."""
    table = pq.read_table(path, schema=SCHEMA)
    waits = table["track_id"].is_null()
    if not pc.any(pc.and_(waits, pc.is_in(table["song"], pa.array(list(tracks), pa.string())))).as_py():
        return
    songs = table["song"].to_pylist()
    found = [tracks.get(song) if wait else track for song, wait, track in
             zip(songs, waits.to_pylist(), table["track_id"].to_pylist(), strict=True)]  # fmt: skip
    table = table.set_column(table.schema.get_field_index("track_id"), SCHEMA.field("track_id"), [found])
    changed = path.with_suffix(".new")
    pq.write_table(table, changed)
    changed.replace(path)
