"""Listens as events: every single play, like or playlist entry, in Parquet shards below `listens/<source>/`."""

import hashlib
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from audiorec.errors import WorkspaceError

# One event. track_id: null while its song is not in the library; song: as written, JSON of a `WrittenSong`, so that it
# can be matched again; time: UTC seconds, null: unknown; kind: play, like, dislike, skip, never, playlist, star,
# rating, comment; weight: plays that the row stands for, or stars; row: its number in the source.
SCHEMA = pa.schema(
    [
        ("user", pa.string()),
        ("track_id", pa.int64()),
        ("song", pa.string()),
        ("time", pa.float64()),
        ("seconds", pa.float32()),
        ("kind", pa.string()),
        ("weight", pa.float32()),
        ("row", pa.int64()),
    ]
)

Event = tuple[str, int | None, str, float | None, float | None, str, float, int]  # the fields of SCHEMA in order
_BATCH = 50_000


def write_events(root: Path, source: str, events: Iterable[Event]) -> Path:
    """Store the events of one source in the place of those that it gave before, or not at all; returns their file.

    root: the folder of the workspace. Raises WorkspaceError when the disk does not take it.
    """
    path = _file_of(root, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting, rest = path.with_suffix(".new"), iter(events)
    try:
        with pq.ParquetWriter(waiting, SCHEMA) as writer:
            while batch := list(islice(rest, _BATCH)):
                columns = [
                    pa.array(values, field.type) for values, field in zip(zip(*batch, strict=True), SCHEMA, strict=True)
                ]
                writer.write_table(pa.Table.from_arrays(columns, schema=SCHEMA))
        waiting.replace(path)
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be written ({error}): see to the disk and run the same command") from error
    finally:
        waiting.unlink(missing_ok=True)
    return path


def read_events(root: Path, source: str) -> pa.Table:
    """The events of one source, with the columns of SCHEMA; none where it gave none."""
    path = _file_of(root, source)
    return pq.read_table(path, schema=SCHEMA) if path.is_file() else SCHEMA.empty_table()


def folder_of(root: Path, source: str) -> Path:
    """Where the shards of a source lie (`data/event_shards.py`)."""
    kind, digest = source.partition(":")[0], hashlib.sha256(source.encode()).hexdigest()[:16]
    return root / "listens" / kind / digest


def _file_of(root: Path, source: str) -> Path:
    return folder_of(root, source).with_suffix(".parquet")
