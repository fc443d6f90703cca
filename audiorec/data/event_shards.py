"""Shards of events: written once, never with an event that an earlier import of the same kind of source brought.

An event is known by its user, its song (as written, else its track; of the song perhaps only a part, that no export
leaves out), its second and its kind; one that happens n times
in an export is stored n times however often it comes. Events without a time cannot be known again: those of a source
are replaced when it is imported once more. It does not know the catalogue, which says what shards there are.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from audiorec.data.bounded_sql import bounded_sql
from audiorec.data.events import SCHEMA

# What one row can stand for at most: beyond it a count is an error of its source, and sums leave float32.
MOST_PLAYS = 1e9
# Plays that an event counts by its kind; None: as many as its weight says. Every other kind counts none.
PLAYS = {"play": None, "playlist": 1.0, "like": 1.0, "star": 1.0}
# Rows that are taken from a query at a time.
_AT_ONCE = 50_000
_IDENTITY = ["user", "track_id", "song", "time", "kind"]
_TEXTS = ["user", "song", "kind"]

_HASHES = pa.schema([("hash", pa.uint64())])

Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class Added:
    """Events that were new, and those that an earlier import had brought already."""

    new: int
    known: int


@dataclass
class Hasher:
    """Identities of events; texts are hashed once each, since users and songs come again and again.

    part: what of a song as written an event is known by.
    """

    part: Callable[[str], str] = str
    texts: dict[str, int] = field(default_factory=dict)

    def of(self, batch: pa.RecordBatch) -> Hashes:
        """The identities, uint64 [N], of a batch with the columns of SCHEMA that make them."""
        song = self._texts(batch["song"], self.part)
        track = pc.fill_null(batch["track_id"], -1).to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64)
        written = song != np.uint64(self._text(""))
        time = np.floor(pc.fill_null(batch["time"], np.nan).to_numpy(zero_copy_only=False)) + 0.0  # no minus zero
        parts = (np.where(written, song, track), time.view(np.uint64), self._texts(batch["kind"]))
        found = self._texts(batch["user"])
        for part in parts:
            found = _mixed(found * np.uint64(0x9E3779B97F4A7C15) + part)
        return found

    def _texts(self, column: pa.Array, part: Callable[[str], str] = str) -> Hashes:
        column = as_dictionary(column)
        hashes = [self._text(part(text or "")) for text in column.dictionary.to_pylist()]
        codes = pc.fill_null(column.indices, len(hashes)).to_numpy(zero_copy_only=False)
        return np.asarray(np.array([*hashes, self._text("")], dtype=np.uint64)[codes])

    def _text(self, text: str) -> int:
        if text not in self.texts:
            digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            self.texts[text] = int.from_bytes(digest, "little")
        return self.texts[text]


def as_dictionary(column: pa.Array) -> pa.DictionaryArray:
    """The same texts, each held once."""
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def _mixed(values: Hashes) -> Hashes:
    """Every bit of the input in every bit of the output (the finish of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)), dtype=np.uint64)


def write(
    timed: Path,
    timeless: Path,
    batches: Iterable[pa.RecordBatch],
    earlier: Sequence[Path],
    part: Callable[[str], str] = str,
) -> Added:
    """Write events with and without a time into two files; those that `earlier` files hold are left out.

    part: what of a song as written an event is known by. Raises OSError when the disk does not take them; whoever
    calls removes the files then.
    """
    hasher, untimed = Hasher(part), 0
    with tempfile.TemporaryDirectory(dir=timed.parent, prefix=".hashes-") as folder:
        ours, theirs = Path(folder) / "ours.parquet", Path(folder) / "theirs.parquet"
        with (
            pq.ParquetWriter(timed, SCHEMA) as one,
            pq.ParquetWriter(timeless, SCHEMA) as other,
            pq.ParquetWriter(ours, _HASHES) as hashes,
        ):
            for batch in batches:
                checked = _checked(batch)
                has_time = checked["time"].is_valid()
                with_time, without = checked.filter(has_time), checked.filter(pc.invert(has_time))
                untimed += without.num_rows
                if earlier and with_time.num_rows:
                    hashes.write_batch(_hashed(hasher, with_time))
                for writer, events in ((one, with_time), (other, without)):
                    if events.num_rows:
                        writer.write_batch(events)
        is_new = np.ones(rows(timed), dtype=bool)
        if earlier:
            with pq.ParquetWriter(theirs, _HASHES) as hashes:
                for batch in (batch for file in earlier for batch in read(file, _IDENTITY)):
                    hashes.write_batch(_hashed(hasher, batch))
            for places in _known(ours, theirs):
                is_new[places] = False
    if not is_new.all():
        _keep(timed, is_new)
    return Added(int(is_new.sum()) + untimed, int((~is_new).sum()))


def _hashed(hasher: Hasher, batch: pa.RecordBatch) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array(hasher.of(batch))], schema=_HASHES)


def _known(ours: Path, theirs: Path) -> Iterator[NDArray[np.int64]]:
    """Places of our events that are theirs too: of equal ones the first, as many as they have."""
    with bounded_sql(ours.parent) as db:
        found = db.execute(
            "WITH held AS (SELECT hash, count(*) AS held FROM read_parquet($theirs) GROUP BY hash), numbered AS"
            " (SELECT hash, file_row_number AS place, row_number() OVER (PARTITION BY hash ORDER BY file_row_number)"
            " AS nth FROM read_parquet($ours, file_row_number = true) SEMI JOIN held USING (hash))"
            " SELECT place FROM numbered JOIN held USING (hash) WHERE nth <= held",
            {"ours": str(ours), "theirs": str(theirs)},
        )
        while places := found.fetchmany(_AT_ONCE):
            yield np.array(places, dtype=np.int64)[:, 0]


def _checked(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch of SCHEMA: times that are numbers, weights within what sums can hold."""
    batch = batch.select(SCHEMA.names).cast(SCHEMA)
    time = pc.if_else(pc.is_finite(batch["time"]), batch["time"], None)
    weight = np.nan_to_num(pc.fill_null(batch["weight"], 1.0).to_numpy(zero_copy_only=False), nan=0.0)
    weight = pa.array(weight.clip(-MOST_PLAYS, MOST_PLAYS).astype(np.float32))
    columns = [{"time": time, "weight": weight}.get(name, batch[name]) for name in SCHEMA.names]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


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


def plays(batch: pa.RecordBatch) -> NDArray[np.floating]:
    """How many plays each event counts, [N] of the weights' type."""
    kind, weight = batch["kind"].cast(pa.string()), batch["weight"].to_numpy(zero_copy_only=False)
    found = np.zeros_like(weight)
    for name, count in PLAYS.items():
        is_this = pc.fill_null(pc.equal(kind, name), False).to_numpy(zero_copy_only=False)
        found[is_this] = weight[is_this] if count is None else count
    return np.asarray(found.clip(min=0.0))


def matched(files: Sequence[Path]) -> Iterator[tuple[str, int, float, float | None]]:
    """(user, track id, plays, last time) of every pair of which an event counts plays, in rising order."""
    if not files:
        return
    plays = " ".join(f"WHEN '{kind}' THEN {'weight' if count is None else count}" for kind, count in PLAYS.items())
    with bounded_sql(files[0].parent) as db:
        found = db.execute(
            f'WITH event AS (SELECT "user", track_id, (CASE kind {plays} END)::DOUBLE AS plays,'
            " CASE WHEN isfinite(time) THEN time END AS time FROM read_parquet($files))"
            f' SELECT "user", track_id, least(sum(plays), {MOST_PLAYS}), max(time) FROM event'
            ' WHERE plays > 0 AND track_id IS NOT NULL GROUP BY "user", track_id ORDER BY "user", track_id',
            {"files": [str(file) for file in files]},
        )
        while rows := found.fetchmany(_AT_ONCE):
            yield from rows


def waiting(files: Sequence[Path]) -> Iterator[tuple[str, str, float, float | None]]:
    """(user, song as written, plays, time) of every event that counts and has no track yet."""
    for file in files:
        for batch in read(file, [*_IDENTITY, "weight"]):
            yield from waiting_in(batch)


def waiting_in(batch: pa.RecordBatch) -> Iterator[tuple[str, str, float, float | None]]:
    """The same of one batch."""
    count = plays(batch)
    chosen = (count > 0) & batch["track_id"].is_null().to_numpy(zero_copy_only=False)
    rows = batch.filter(pa.array(chosen))
    columns = (rows[name].to_pylist() for name in ("user", "song"))
    yield from zip(*columns, count[chosen].tolist(), rows["time"].to_pylist(), strict=True)


def resolve(path: Path, tracks: Mapping[str, int]) -> None:
    """Give the events of a shard that wait for their song the track that was found for it, by the song as written."""
    songs, ids = pa.array(list(tracks), pa.string()), pa.array(list(tracks.values()), pa.int64())
    if not any(_is_found(batch, songs) for batch in read(path, ["track_id", "song"])):
        return
    changed = path.with_suffix(".new")
    with pq.ParquetWriter(changed, SCHEMA) as writer:
        for batch in pq.ParquetFile(path).iter_batches():
            found = pc.coalesce(batch["track_id"], ids.take(pc.index_in(batch["song"], value_set=songs)))
            writer.write_batch(batch.set_column(SCHEMA.get_field_index("track_id"), SCHEMA.field("track_id"), found))
    changed.replace(path)


def _is_found(batch: pa.RecordBatch, songs: pa.Array) -> bool:
    waits = batch["track_id"].is_null()
    return bool(pc.any(pc.and_(waits, pc.is_in(batch["song"].cast(pa.string()), value_set=songs))).as_py())
