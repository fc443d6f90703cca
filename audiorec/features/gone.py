"""Known songs that are not found any more: which of them are gone, and which lie where nothing can be seen now."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence

from audiorec.features.music_urls import is_url, on_disk
from audiorec.features.scan import Scan

Said = list[tuple[bytes, str]]


def gone_from(known: Iterable[bytes], found: Scan, paths: Sequence[bytes]) -> tuple[set[bytes], Said]:
    """Known files below the scanned folders that are not there any more, and folders that seem to be away.

    What cannot be looked at is not gone, nor what lies behind a link that leads nowhere, nor the songs of a folder in
    which nothing is left: a share or disk that is not mounted leaves an empty folder.
    """
    roots = [(path if is_url(path) else os.path.abspath(path)).rstrip(b"/") + b"/" for path in map(on_disk, paths)]
    here = {file.path for file in found.files}
    lost = {path for path in set(known) - here if any(path.startswith(root) for root in roots)}
    folders = {os.path.dirname(path) for path in lost if not is_url(path)}
    broken = set(filter(None, map(_broken_link, folders)))
    unreadable = tuple(path.rstrip(b"/") + b"/" for path in (*broken, *(path for path, _ in found.problems)))
    lost = {path for path in lost if not (path + b"/").startswith(unreadable or (b"\0",))}
    away = [(link, "leads nowhere: is its disk or share mounted? Its songs are kept") for link in sorted(broken)]
    for root in roots:
        missing = {path for path in lost if path.startswith(root)}
        if missing and not any(path.startswith(root) for path in here):
            lost -= missing
            away.append((root, f"is empty where {len(missing)} songs were: is it mounted? They are kept"))
    return lost, away


def _broken_link(folder: bytes) -> bytes:
    """The link on the way to a folder that leads nowhere, empty where the way ends at a folder."""
    while not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    return b"" if os.path.exists(folder) else folder


def folders_that_left(gone: Iterable[bytes], found: Scan) -> Said:
    """Folders that held songs which are gone, and hold none now, with words: they may be on a share that is away."""
    here = {os.path.dirname(file.path) for file in found.files}
    inhabited = {above for folder in here for above in _and_above(folder)}
    counts: Counter[bytes] = Counter()
    for path in gone:
        left = [folder for folder in _and_above(os.path.dirname(path)) if folder not in inhabited]
        if left and not is_url(path):
            counts[left[-1]] += 1
    return [
        (folder, f"{_state(folder)} (songs: {count}): if its disk or share is away, they come back with it")
        for folder, count in sorted(counts.items())
    ]


def _state(folder: bytes) -> str:
    return "holds no song any more" if os.path.isdir(folder) else "is not there any more"


def _and_above(folder: bytes) -> list[bytes]:
    """A folder and those that hold it, without the root of the disk."""
    parts = folder.split(b"/")
    return [b"/".join(parts[:end]) for end in range(len(parts), 1, -1)]
