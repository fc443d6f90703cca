"""The output of an encoder for songs: Parquet shards of their own beside the feature shards, one row a song.

They stand apart so that a library that was described before gets them by a pass that does nothing else, and is whole
without them. Each encoder has a digest of its own; the last one that was run is in use. It does not know encoders.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from audiorec.data.open_folder import OpenFolder
from audiorec.errors import WorkspaceError

Floats = NDArray[np.float32]
_KEY = b"audiorec.heard"
_VECTORS = ("mean", "spread", "tags")


@dataclass(frozen=True)
class EncodedSong:
    """Mean and spread over the patches of a song of its embedding, float32 [d] each, and the mean of the tags'
    probabilities [t] (none: an encoder without tags)."""

    mean: Floats
    spread: Floats
    tags: Floats


@dataclass(frozen=True)
class EncodedBy:
    """Which encoder it was: its name, the digest of its file and of how it was used, and the names of its tags."""

    name: str
    digest: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class EncodedSongs:
    """An encoder's output for N songs, float32 [N, d], [N, d], [N, t]; rows of NaN: not encoded."""

    by: EncodedBy
    mean: Floats
    spread: Floats
    tags: Floats

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which songs were encoded, bool [N]."""
        return np.asarray(~np.isnan(self.mean).any(axis=1))


def commit(space: OpenFolder, rows: Sequence[tuple[int, EncodedSong]], by: EncodedBy) -> None:
    """Store an encoder's output for some songs (track ids), in the place of what it gave before."""
    if rows:
        tracks = [track for track, _ in rows]
        space.add_shard(f"heard-{by.digest}", tracks, lambda path: _write(path, rows, by))


def use(space: OpenFolder, digest: str) -> None:
    """Make this encoder's output the one in use; an empty digest: none."""
    with space.transaction() as db:
        db.execute("INSERT OR REPLACE INTO setting (key, value) VALUES ('heard', ?)", (digest,))


def in_use(space: OpenFolder) -> str:
    """Digest of the encoder in use, empty for none."""
    row = space.db.execute("SELECT value FROM setting WHERE key = 'heard'").fetchone()
    return "" if row is None else str(row[0])


def encoded_ids(space: OpenFolder, digest: str) -> set[int]:
    """Ids of the songs that this encoder encoded."""
    return space.has_features(f"heard-{digest}")


def read(space: OpenFolder, track_ids: NDArray[np.int64], digest: str = "") -> EncodedSongs | None:
    """The output of the encoder in use (or of the one of a digest) for songs; None when it encoded none of them."""
    name = f"heard-{digest or in_use(space)}"
    rows = space.db.execute(
        "SELECT shard.file, feature.track_id FROM feature JOIN shard ON shard.id = feature.shard_id"
        " WHERE feature.digest = ?",
        (name,),
    )
    place = {track: row for row, track in enumerate(track_ids.tolist())}
    wanted: dict[Path, dict[int, int]] = {}
    for file, track in rows:
        if track in place:
            wanted.setdefault(space.root / file, {})[track] = place[track]
    return _gathered(wanted, len(track_ids)) if wanted else None


def _gathered(wanted: Mapping[Path, Mapping[int, int]], songs: int) -> EncodedSongs:
    found: dict[str, Floats] = {}
    by = _layout(next(iter(wanted)))
    for path, rows in sorted(wanted.items()):
        table = pq.read_table(path)
        here = [(at, rows[track]) for at, track in enumerate(table["track_id"].to_pylist()) if track in rows]
        taken, given = np.array(here, dtype=np.int64).reshape(-1, 2).T
        for name in (name for name in _VECTORS if name in table.column_names):
            kind = table.schema.field(name).type
            values = table[name].combine_chunks().flatten().to_numpy().reshape(len(table), kind.list_size)
            found.setdefault(name, np.full((songs, values.shape[1]), np.nan, dtype=np.float32))[given] = values[taken]
    # An encoder without tags has no column of them.
    found.setdefault("tags", np.zeros((songs, 0), dtype=np.float32))
    return EncodedSongs(by, **found)


def _write(path: Path, rows: Sequence[tuple[int, EncodedSong]], by: EncodedBy) -> None:
    fields = [pa.field("track_id", pa.int64(), nullable=False)]
    # Parquet does not give lists of no length back.
    widths = {name: size for name in _VECTORS if (size := len(getattr(rows[0][1], name)))}
    fields += [pa.field(name, pa.list_(pa.float32(), size), nullable=False) for name, size in widths.items()]
    columns: dict[str, list[object]] = {"track_id": [track for track, _ in rows]}
    columns |= {name: [getattr(row, name) for _, row in rows] for name in widths}
    schema = pa.schema(fields, metadata={_KEY: json.dumps(asdict(by)).encode()})
    with path.open("wb") as file:
        pq.write_table(pa.table(columns, schema=schema), file, compression="zstd")
        file.flush()
        os.fsync(file.fileno())


def _layout(path: Path) -> EncodedBy:
    try:
        said = json.loads((pq.read_schema(path).metadata or {})[_KEY])
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise WorkspaceError(f"{path} is not a readable shard: remove it and extract again") from error
    return EncodedBy(said["name"], said["digest"], tuple(said["labels"]))
