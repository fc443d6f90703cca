"""Catalogues of anything with vectors (news, goods, songs described elsewhere) in the place of extracted sound.

A Parquet file of an id, a title, a creator where there is one, and vectors: columns of lists, of numbers, or both. The
vectors become the descriptors of a feature table with a layout of its own, so that all that learns from descriptors
works. It does not know what the numbers mean.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from audiorec.data.catalogue import FileRecord
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError, WorkspaceError
from audiorec.sources.formats.columns import find_columns, folded
from audiorec.sources.formats.record_files import as_text, is_parquet
from audiorec.sources.matching.path_endings import ITEMS_MARK, LISTED
from audiorec.sources.rows.contract import Unread

_BATCH = 4096
_LARGEST = 1e30  # squares of what is larger do not fit the arithmetic behind
_PLAIN = {"genre": ("genre", "category", "topic", "section"), "year": ("year", "published", "release year")}
_EMPTY = np.zeros((0, 1, 1), dtype=np.uint8)


@dataclass(frozen=True)
class Item:
    """One item: its id, what people call it, and its vector float32 [D]."""

    key: str
    title: str
    creators: tuple[str, ...]
    genre: str
    year: int | None
    vector: NDArray[np.float32]


@dataclass(frozen=True)
class ItemsFile:
    """The columns of a catalogue: where id, title, creator, genre and year stand, and what makes up the vector."""

    path: Path
    places: dict[str, str]
    vectors: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def layout(self) -> Layout:
        """The layout of its feature table."""
        digest = hashlib.sha256("\n".join(self.names).encode()).hexdigest()[:16]
        return Layout(f"{ITEMS_MARK}{digest}", self.names, ("words",), 1.0, 0.0, 1)


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a Parquet catalogue with a column of vectors, and no record of who did what."""
    if not head.startswith(b"PAR1"):
        return False
    try:
        schema = pq.read_schema(path)
        found = open_items(path)
    except (InputError, OSError, pa.ArrowException):
        return False
    has_list = any(_is_list(schema.field(name).type) for name in found.vectors)
    return has_list and not {"user", "time"} & set(find_columns(schema.names))


def open_items(path: Path) -> ItemsFile:
    """Look at a catalogue's columns; raises InputError when it is none."""
    if not is_parquet(path):
        raise InputError(f"{path} is not Parquet: items come as Parquet of id, title, creator and vectors")
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path} is not a readable Parquet file ({error})") from error
    schema = file.schema_arrow
    columns = find_columns(schema.names)
    places = {
        name: schema.names[next(columns[known] for known in wanted if known in columns)]
        for name, wanted in (("id", ("song_id", "song", "track_id")), ("title", ("title",)), ("creator", ("artist",)))
        if any(known in columns for known in wanted)
    }
    for name, words in _PLAIN.items():
        known = [column for column in schema.names if folded(column) in map(folded, words)]
        places |= {name: known[0]} if known else {}
    if "id" not in places or "title" not in places:
        raise InputError(f"{path} has the columns {', '.join(schema.names)[:200]}: items need id, title and vectors")
    vectors = tuple(
        field.name
        for field in schema
        if field.name not in places.values() and (_is_list(field.type) or _is_number(field.type))
    )
    names = tuple(name for column in vectors for name in _names(path, file, column))
    if not names:
        raise InputError(f"{path} has no vectors: add columns of numbers, or one of lists of numbers")
    return ItemsFile(path, places, vectors, names)


def read_items(file: ItemsFile) -> Iterator[Item | Unread]:
    """Every item of a catalogue; raises InputError when the file breaks off."""
    number = 0
    try:
        for batch in pq.ParquetFile(file.path).iter_batches(_BATCH, columns=[*file.places.values(), *file.vectors]):
            plain = {name: batch[column].to_pylist() for name, column in file.places.items()}
            parts = [batch[column].to_pylist() for column in file.vectors]
            for row in range(batch.num_rows):
                number += 1
                values = {name: as_text(column[row]).strip() for name, column in plain.items()}
                yield _item(number, values, [part[row] for part in parts], len(file.names))
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{file.path} is not a readable Parquet file ({error})") from error


def store_items(space: Workspace, file: ItemsFile) -> tuple[int, list[Unread]]:
    """Give every item a place in the catalogue and a row in the feature table; returns how many, and what was not used.

    Raises WorkspaceError where the workspace holds features of another kind: they would be lost from sight.
    """
    layout = file.layout
    _refuse_mixture(space, layout)
    problems: list[Unread] = []
    waiting: dict[str, Item] = {}
    stored = set[str]()
    for found in read_items(file):
        if isinstance(found, Unread):
            problems.append(found)
            continue
        waiting[found.key] = found
        stored.add(found.key)
        if len(waiting) >= _BATCH:
            _commit(space, list(waiting.values()), layout)
            waiting.clear()
    if waiting:
        _commit(space, list(waiting.values()), layout)
    if stored:
        space.use_features(layout.digest)
    return len(stored), problems


def _commit(space: Workspace, items: Sequence[Item], layout: Layout) -> None:
    paths = {f"{LISTED}{item.key}".encode("utf-8", "surrogateescape"): item for item in items}
    space.add_paths(list(paths))
    ids = {track.path: track.id for track in space.tracks() if track.path in paths}
    rows = [(ids[path], TrackFeatures(_EMPTY, _EMPTY, item.vector)) for path, item in paths.items()]
    records = [
        FileRecord(ids[path], 0, 0, "ok", title=item.title, artists=item.creators, genre=item.genre, year=item.year)
        for path, item in paths.items()
    ]
    space.commit_shard(rows, records, layout)


def _refuse_mixture(space: Workspace, layout: Layout) -> None:
    row = space.db.execute("SELECT value FROM setting WHERE key = 'features'").fetchone()
    if row is not None and row[0] != layout.digest:
        what = "items with other vectors" if str(row[0]).startswith(ITEMS_MARK) else "features of sound"
        raise WorkspaceError(f"{space.root} holds {what}: import these items into another one, with --workspace DIR")


def _item(number: int, values: dict[str, str], parts: Sequence[object], width: int) -> Item | Unread:
    if not values["id"] or not values["title"]:
        return Unread(number, "no title" if values["id"] else "no id")
    flat = [value for part in parts for value in (part if isinstance(part, list) else [part])]
    if len(flat) != width or any(value is None for value in flat):
        return Unread(
            number, f"a vector of {sum(value is not None for value in flat)} numbers where {width} are needed"
        )
    wide = np.array(flat, dtype=np.float64)
    if not np.all(np.abs(wide) < _LARGEST):
        return Unread(number, "a vector with a number that is none, or too large")
    creators = tuple(part for part in map(str.strip, values.get("creator", "").split("|")) if part)
    year = values.get("year", "")[:4]
    return Item(
        values["id"],
        values["title"],
        creators,
        values.get("genre", ""),
        int(year) if year.isdecimal() else None,
        wide.astype(np.float32),
    )


def _names(path: Path, file: pq.ParquetFile, column: str) -> list[str]:
    """Names of the numbers of a column: its own, or one for each place of its lists."""
    kind = file.schema_arrow.field(column).type
    if not _is_list(kind):
        return [column]
    if pa.types.is_fixed_size_list(kind):
        return [f"{column}_{place}" for place in range(kind.list_size)]
    for batch in file.iter_batches(64, columns=[column]):
        width = next((len(value) for value in batch[0].to_pylist() if value), 0)
        if width:
            return [f"{column}_{place}" for place in range(width)]
    return []


def _is_list(kind: pa.DataType) -> bool:
    lists = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    return bool(lists and _is_number(kind.value_type))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))
