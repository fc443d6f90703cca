"""Feature tables: immutable Parquet shards with one row a track, and the reader that joins them.

A shard's schema carries the layout (names of the descriptors, scale of the log-mel, digest of the recipe), so a
file explains itself to Spark, DuckDB or a person. It does not know the catalogue: which rows are valid is said by
the caller.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from audiorec.data import coded_sound
from audiorec.data.encoder_outputs import EncodedSong
from audiorec.data.plane_filter import differences, restored
from audiorec.data.shard_places import Place, read_schema, read_table
from audiorec.errors import WorkspaceError

_LAYOUT_KEY = b"audiorec.layout"
# How patches lie in a shard: log-mel as differences, sound coded, what its channels have apart in a column of its own,
# since what packs a column packs what is alike. Before: sound in one column; both as differences; or, where nothing is
# said, as they are.
_PATCHES_KEY, _CODED = b"audiorec.patches", b"differences, coded sound, its side apart"
_CODED_TOGETHER = b"differences, coded sound"
# The cheapest level: what the differences leave has no repetitions to search for, and higher ones took more room.
LEVEL = 1
FINGERPRINT_BYTES = 64


@dataclass(frozen=True)
class Layout:
    """How to read a shard. Log-mel in dB is `logmel_offset + logmel_scale * q`; the rate of the waveform is in Hz."""

    digest: str
    descriptor_names: tuple[str, ...]
    lyrics_names: tuple[str, ...]
    logmel_scale: float
    logmel_offset: float
    waveform_rate: int


@dataclass(frozen=True)
class TrackFeatures:
    """What one track was turned into.

    Shape:
        logmel: uint8 [k, bands, frames]; waveform: uint8 [m, rows, frames], as `coded_sound.coded` gives it;
        descriptors: float32 [D]; lyrics: float32 [L], or None for a track without lyrics; fingerprint: uint8 [64], all
        0 where nothing is known; encoded: an encoder's output, stored apart (`encoder_outputs.py`), None without one.
    """

    logmel: NDArray[np.uint8]
    waveform: NDArray[np.uint8]
    descriptors: NDArray[np.float32]
    lyrics: NDArray[np.float32] | None = None
    lyrics_text: str | None = None
    language: str | None = None
    fingerprint: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(FINGERPRINT_BYTES, np.uint8))
    encoded: EncodedSong | None = None


@dataclass(frozen=True)
class Patches:
    """Patches of several tracks in one array; `owner` [P] is the position of each patch's track in the request."""

    values: NDArray[np.uint8]
    owner: NDArray[np.int64]


def write_shard(path: Path, rows: Sequence[tuple[int, TrackFeatures]], layout: Layout) -> None:
    """Write rows to `path` and flush them to the disk; the caller renames the file and records it."""
    table = shard_table(rows, layout)
    with path.open("wb") as file:
        pq.write_table(table, file, compression="zstd", compression_level=LEVEL)
        file.flush()
        os.fsync(file.fileno())


def shard_table(rows: Sequence[tuple[int, TrackFeatures]], layout: Layout) -> pa.Table:
    """The rows of a shard as a table; the same rows give the same bytes."""
    return pa.table(_columns(rows, layout), schema=_schema(layout))


def has_earlier_form(path: Path) -> bool:
    """Whether a shard was written by an earlier version, whose recipes nobody can ask for any more."""
    try:
        return bool((read_schema(path).metadata or {}).get(_PATCHES_KEY) != _CODED)
    except (OSError, pa.ArrowException):
        return False


class FeatureTable:
    """The valid rows of a set of shards, in rising order of track id; columns are read when they are asked for."""

    def __init__(self, rows_of: Mapping[Place, Sequence[int]], digest: str) -> None:
        """`rows_of` maps each shard to the track ids that count in it; raises WorkspaceError for a foreign shard."""
        self._shards = [
            (path, np.asarray(sorted(ids), dtype=np.int64))
            for path, ids in sorted(rows_of.items(), key=lambda item: str(item[0]))
        ]
        ids = [ids for _, ids in self._shards]
        self.track_ids: NDArray[np.int64] = np.sort(np.concatenate(ids)) if ids else np.zeros(0, np.int64)
        if not self._shards:
            raise WorkspaceError("no features here yet: run audiorec extract FOLDER first")
        self.layout = _read_layout(self._shards[0][0])
        for path, _ in self._shards:
            if _read_layout(path).digest != digest:
                raise WorkspaceError(f"{path} was made by another feature recipe: remove it and extract again")

    def __len__(self) -> int:
        return len(self.track_ids)

    def descriptors(self) -> NDArray[np.float32]:
        """float32 [N, D], columns as in `layout.descriptor_names`."""
        return self._vectors("descriptors", len(self.layout.descriptor_names))

    def lyrics(self) -> NDArray[np.float32]:
        """float32 [N, L], columns as in `layout.lyrics_names`; a row of NaN is a track without lyrics."""
        return self._vectors("lyrics", len(self.layout.lyrics_names))

    def texts(self) -> list[str | None]:
        """The lyrics of each track as clean lines, or None."""
        return self._values("lyrics_text")

    def languages(self) -> list[str | None]:
        """The language of each track's lyrics, or None."""
        return self._values("language")

    def fingerprints(self) -> NDArray[np.uint8]:
        """uint8 [N, 64]; a row of zeros says nothing."""
        values = self._read(["fingerprint"])["fingerprint"].to_pylist()
        return np.frombuffer(b"".join(values), dtype=np.uint8).reshape(-1, FINGERPRINT_BYTES)

    def logmel(self, track_ids: NDArray[np.int64] | None = None) -> Patches:
        """Log-mel patches uint8 [P, bands, frames] of the tracks (default: all), in the order of the request."""
        return self._patches("logmel", track_ids)

    def waveform(self, track_ids: NDArray[np.int64] | None = None) -> Patches:
        """Waveform patches, 8-bit mu-law, uint8 [P, channels, samples], of the tracks (default: all), as requested."""
        return self._patches("waveform", track_ids)

    def _read(self, columns: list[str]) -> pa.Table:
        parts = []
        for path, ids in self._shards:
            try:
                part = read_table(path, ["track_id", *columns])
            except pa.ArrowInvalid as error:
                raise WorkspaceError(
                    f"{path} was written by another version of audiorec: run audiorec extract on your music again"
                ) from error
            counts = np.isin(part["track_id"].to_numpy(), ids)
            parts.append(part if counts.all() else part.filter(counts))
        whole = pa.concat_tables(parts)
        tracks = whole["track_id"].to_numpy()
        return whole if (tracks[1:] > tracks[:-1]).all() else whole.sort_by("track_id")

    def _vectors(self, column: str, width: int) -> NDArray[np.float32]:
        chunked = self._read([column])[column].combine_chunks()
        out = np.full((len(chunked), width), np.nan, dtype=np.float32)
        valid = chunked.is_valid().to_numpy(zero_copy_only=False)
        # flatten() leaves the null rows out, so the values line up with the valid rows.
        out[valid] = chunked.flatten().to_numpy(zero_copy_only=False).reshape(int(valid.sum()), width)
        return out

    def _values(self, column: str) -> list[str | None]:
        values: list[str | None] = self._read([column])[column].to_pylist()
        return values

    def _patches(self, column: str, track_ids: NDArray[np.int64] | None) -> Patches:
        wanted = self.track_ids if track_ids is None else np.asarray(track_ids, dtype=np.int64)
        shapes: dict[int, list[int]] = {}
        for path, ids in self._shards:
            shapes.update(_read_shapes(path, column, set(ids.tolist())))
        missing = [int(track) for track in wanted if int(track) not in shapes]
        if missing:
            raise WorkspaceError(f"tracks {missing[:5]} have no features: run audiorec extract again")
        counts = [shapes[int(track)][0] for track in wanted]
        edges = np.cumsum([0, *counts])
        some = next((shapes[int(track)] for track in wanted if shapes[int(track)][0]), [0, 0, 0])
        # Filled a shard at a time: patches of a large library must not be in memory twice.
        values = np.empty((int(edges[-1]), *some[1:]), dtype=np.uint8)
        places: dict[int, list[int]] = {}
        for row, track in enumerate(wanted):
            places.setdefault(int(track), []).append(row)
        for path, ids in self._shards:
            here = set(ids.tolist()) & set(places)
            for track, patches in _read_patches(path, column, here) if here else ():
                for row in places[track]:
                    values[edges[row] : edges[row + 1]] = patches
        return Patches(values, np.repeat(np.arange(len(wanted), dtype=np.int64), counts))


def _schema(layout: Layout) -> pa.Schema:
    fields = [
        pa.field("track_id", pa.int64(), nullable=False),
        pa.field("logmel", pa.binary(), nullable=False),
        pa.field("logmel_shape", pa.list_(pa.int32(), 3), nullable=False),
        pa.field("waveform", pa.binary(), nullable=False),
        pa.field("waveform_side", pa.binary(), nullable=False),
        pa.field("waveform_shape", pa.list_(pa.int32(), 3), nullable=False),
        pa.field("descriptors", pa.list_(pa.float32(), len(layout.descriptor_names)), nullable=False),
        pa.field("lyrics", pa.list_(pa.float32(), len(layout.lyrics_names))),
        pa.field("lyrics_text", pa.string()),
        pa.field("language", pa.string()),
        pa.field("fingerprint", pa.binary(FINGERPRINT_BYTES), nullable=False),
    ]
    return pa.schema(fields, metadata={_LAYOUT_KEY: json.dumps(asdict(layout)).encode(), _PATCHES_KEY: _CODED})


def _columns(rows: Sequence[tuple[int, TrackFeatures]], layout: Layout) -> dict[str, list[object]]:
    for track, row in rows:
        if row.descriptors.shape != (len(layout.descriptor_names),):
            raise ValueError(f"track {track}: descriptors {row.descriptors.shape} do not fit the layout")
    return {
        "track_id": [track for track, _ in rows],
        "logmel": [differences(row.logmel).tobytes() for _, row in rows],
        "logmel_shape": [list(row.logmel.shape) for _, row in rows],
        "waveform": [row.waveform[:, : coded_sound.MIDDLE_ROWS].tobytes() for _, row in rows],
        "waveform_side": [row.waveform[:, coded_sound.MIDDLE_ROWS :].tobytes() for _, row in rows],
        "waveform_shape": [list(row.waveform.shape) for _, row in rows],
        "descriptors": [row.descriptors for _, row in rows],
        "lyrics": [row.lyrics for _, row in rows],
        "lyrics_text": [row.lyrics_text for _, row in rows],
        "language": [row.language for _, row in rows],
        "fingerprint": [row.fingerprint.tobytes() for _, row in rows],
    }


def _read_layout(path: Place) -> Layout:
    try:
        metadata = read_schema(path).metadata or {}
        values = json.loads(metadata[_LAYOUT_KEY])
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise WorkspaceError(f"{path} is not a readable feature shard: remove it and extract again") from error
    values.update({key: tuple(values[key]) for key in ("descriptor_names", "lyrics_names")})
    return Layout(**values)


def _read_shapes(path: Place, column: str, ids: set[int]) -> dict[int, list[int]]:
    table = read_table(path, ["track_id", f"{column}_shape"])
    rows = zip(table["track_id"].to_pylist(), table[f"{column}_shape"].to_pylist(), strict=True)
    is_coded = _is_coded(table.schema, column)
    return {track: coded_sound.shape_of(shape) if is_coded else shape for track, shape in rows if track in ids}


def _read_patches(path: Place, column: str, ids: set[int]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    parts = [part for part in (column, f"{column}_side") if part in read_schema(path).names]
    table = read_table(path, ["track_id", *parts, f"{column}_shape"])
    tracks, shapes = table["track_id"].to_pylist(), table[f"{column}_shape"].to_pylist()
    unpacked = _unpacking(table.schema, column)
    for track, shape, *values in zip(tracks, shapes, *(table[part] for part in parts), strict=True):
        if track in ids:
            yield track, unpacked(_joined([np.frombuffer(value.as_buffer(), np.uint8) for value in values], shape))


def _joined(parts: Sequence[NDArray[np.uint8]], shape: Sequence[int]) -> NDArray[np.uint8]:
    """Patches whose rows lie in several columns, one part after the other."""
    patches, _, frames = shape
    if not patches:
        return parts[0].reshape(shape)
    return np.concatenate([part.reshape(patches, -1, frames) for part in parts], axis=1)


def _is_coded(schema: pa.Schema, column: str) -> bool:
    return column == "waveform" and schema.metadata.get(_PATCHES_KEY) in (_CODED, _CODED_TOGETHER)


def _unpacking(schema: pa.Schema, column: str) -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]]:
    """What turns the stored patches of a column into those that are handed out."""
    if _is_coded(schema, column):
        rate = json.loads(schema.metadata[_LAYOUT_KEY])["waveform_rate"]
        return lambda kept: coded_sound.mu_law(coded_sound.sound_of(kept, rate))
    return restored if _PATCHES_KEY in schema.metadata else np.asarray
