"""Where feature shards lie: in the workspace's folder, or at a URL (s3://, gs://, file://) that many machines read.

A shard at a URL bears the digest of its bytes as its name. It is put there if it is absent and never changed: two
writers of one name write the same bytes, and a writer that starts again finds what it had put. Objects appear whole or
not at all. It does not know the catalogue, which says what shards there are.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from audiorec.data.disk import flush_file
from audiorec.data.stores import patiently, root_of, store
from audiorec.errors import InputError, WorkspaceError

Place = Path | str
Answer = TypeVar("Answer")
_MARK = "audiorec"


def check(url: str) -> None:
    """Raise InputError or WorkspaceError when shards cannot be put at this URL."""
    parts = urlsplit(url)
    if not parts.scheme or parts.username or parts.password or (parts.scheme != "file" and not parts.hostname):
        raise InputError(f"{parts.scheme or url}: give a URL such as s3://bucket/folder, its keys in the environment")
    _put(_below(url, _MARK), b"Feature shards of audiorec; named by their content.\n")


def put_shard(url: str, table: pa.Table, digest: str, level: int) -> str:
    """Put a table below `url`/`digest` unless it is there, packed at a level of zstd; returns its place.

    Raises WorkspaceError.
    """
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd", compression_level=level)
    data = buffer.getvalue().to_pybytes()
    place = _below(url, digest, hashlib.blake2b(data, digest_size=16).hexdigest() + ".parquet")
    _put(place, data)
    return place


def read_table(place: Place, columns: list[str]) -> pa.Table:
    """Columns of a shard; only they travel from a URL. Raises WorkspaceError when a URL does not answer."""
    if isinstance(place, Path):
        # `read_table` brings all of Arrow's data sets and functions, a fifth of a second of every command.
        with pq.ParquetFile(place) as file:
            if missing := set(columns) - set(file.schema_arrow.names):
                raise pa.ArrowInvalid(f"{place} has no column {', '.join(sorted(missing))}")
            return file.read(columns=columns)
    files, key = _opened(place)
    return _patiently(place, lambda: pq.read_table(key, columns=columns, filesystem=files))


def read_schema(place: Place) -> pa.Schema:
    """The schema of a shard; raises as `read_table`."""
    if isinstance(place, Path):
        return pq.read_schema(place)
    files, key = _opened(place)
    return _patiently(place, lambda: pq.read_schema(key, filesystem=files))


def _put(place: str, data: bytes) -> None:
    files, key = _opened(place)

    def put() -> None:
        found = files.get_file_info(key)
        if found.type == pafs.FileType.File and found.size == len(data):
            return
        if isinstance(files, pafs.LocalFileSystem):
            _put_file(Path(key), data)
            return
        with files.open_output_stream(key) as stream:
            stream.write(data)

    _patiently(place, put)


def _put_file(path: Path, data: bytes) -> None:
    """A file appears while it is written, an object does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(data)
    flush_file(temporary)
    os.replace(temporary, path)


def _patiently(place: str, act: Callable[[], Answer]) -> Answer:
    try:
        return patiently(root_of(place), act)
    except FileNotFoundError:
        raise WorkspaceError(f"{place} is gone: extract again, or give the store its objects back") from None


def _opened(place: str) -> tuple[Any, str]:
    """The store of a place, kept open, and the key in it."""
    parts = urlsplit(place)
    return store(root_of(place)), f"{parts.netloc}{parts.path}"


def _below(url: str, *names: str) -> str:
    parts = urlsplit(url)
    return parts._replace(path="/".join([parts.path.rstrip("/"), *names])).geturl()
