"""Music at URLs (s3://bucket/folder, gs://...): found as in a folder, and described from a copy of one file at a time.

A song's path is its URL without settings: these and the keys come from the environment, on every node of a cluster.
What a folder may say of itself (`.nomedia`, patterns) is not read here, and texts bear exactly the name of their song.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote_to_bytes

import pyarrow.fs as pafs

from audiorec.data.stores import patiently, store
from audiorec.errors import InputError
from audiorec.features.lyrics.read import sidecar_paths
from audiorec.features.scan import NOT_READ, SUFFIXES, FoundFile, Scan, scan
from audiorec.sources.formats.no_music import is_hidden, is_no_music

_BLOCK = 4_000_000  # bytes


def is_url(path: bytes) -> bool:
    """Whether a path is the URL of a store.

    >>> is_url(b"s3://bucket/song.mp3"), is_url(b"/music/song.mp3")
    (True, False)
    """
    return b"://" in path


def find(paths: Sequence[bytes]) -> Scan:
    """Look for audio below folders and URLs, see `scan`; file:// is a folder of this machine.

    Raises InputError for what does not exist, WorkspaceError for a store that refuses or stays away.
    """
    paths = [on_disk(path) for path in paths]
    here = scan([path for path in paths if not is_url(path)])
    found = {file.path: file for file in here.files}
    left_out = Counter(here.left_out)
    for url in filter(is_url, paths):
        sizes = _listed(url)
        for path in sizes:
            suffix = os.path.splitext(path)[1].lower()
            if path != url and _is_no_song(path[len(url) :]):
                continue
            if path == url or suffix in SUFFIXES:
                info = sizes[path]
                found[path] = FoundFile(path, info.size, info.mtime_ns, _stamp(path, sizes))
            elif suffix in NOT_READ:
                left_out[os.fsdecode(suffix)] += 1
    return Scan(
        [found[path] for path in sorted(found)], here.problems, dict(sorted(left_out.items())), here.not_entered
    )


@contextmanager
def copied(file: FoundFile) -> Iterator[bytes]:
    """The path of a copy of a file at a URL, the texts of its words beside it; gone afterwards. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix="audiorec-") as folder:
        for url in (file.path, *(sidecar_paths(file.path) if file.sidecar else ())):
            place = os.path.join(os.fsencode(folder), os.path.basename(url))
            try:
                _copy(url, place)
            except FileNotFoundError:
                if url == file.path:
                    raise
        yield os.path.join(os.fsencode(folder), os.path.basename(file.path))


def _copy(url: bytes, place: bytes) -> None:
    files, root, key = _opened(url)

    def copy() -> None:
        with files.open_input_stream(key) as source, open(place, "wb") as target:
            shutil.copyfileobj(source, target, _BLOCK)

    patiently(root, copy)


def _listed(url: bytes) -> dict[bytes, pafs.FileInfo]:
    """What is known of every object below a URL, or of the one that it names and what stands beside it, by URL."""
    files, root, key = _opened(url)

    def look() -> list[pafs.FileInfo]:
        one = files.get_file_info(key)
        if one.type != pafs.FileType.File:
            return list(files.get_file_info(pafs.FileSelector(key, recursive=True)))
        beside = [_opened(path)[2] for path in sidecar_paths(url)]
        return [one, *files.get_file_info(beside)]

    try:
        found = patiently(root, look)
    except FileNotFoundError:
        raise InputError(f"there is nothing at {os.fsdecode(url)}: give the URL of a folder of music") from None
    scheme = url.partition(b"://")[0] + b"://"
    return {scheme + os.fsencode(info.path): info for info in found if info.type == pafs.FileType.File}


def _opened(url: bytes) -> tuple[Any, str, str]:
    """The store of a URL, its root, and the key in it: what follows the scheme, as it stands."""
    scheme, _, key = os.fsdecode(url).partition("://")
    root = f"{scheme}://{key.partition('/')[0]}"
    return store(root), root, key.rstrip("/")


def _is_no_song(below: bytes) -> bool:
    """Whether a file, by its path below the folder that was named, is hidden or in a folder without music."""
    *folders, name = below.strip(b"/").split(b"/")
    return is_hidden(name) or any(map(is_no_music, folders))


def _stamp(path: bytes, found: Mapping[bytes, pafs.FileInfo]) -> str:
    """As `scan` stamps the texts beside a file."""
    stem, texts = len(os.path.splitext(path)[0]), sorted(name for name in sidecar_paths(path) if name in found)
    return " ".join(f"{os.fsdecode(name[stem:])!a}:{found[name].size}:{found[name].mtime_ns}" for name in texts)


def on_disk(path: bytes) -> bytes:
    """The path that a file:// URL names; everything else as it is."""
    return unquote_to_bytes(path[len(b"file://") :]) if path.startswith(b"file:///") else path
