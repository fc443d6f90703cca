"""Finding audio files: nested folders in sorted order, symlink loops, odd names and unreadable places included.

It reads the directory only, never a file. What could not be entered is returned with the reason, not raised.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audiorec.errors import InputError
from audiorec.features.lyrics.read import LYRICS_SUFFIXES, name_key, sidecar_paths

SUFFIXES = frozenset(
    b".mp3 .mp2 .flac .ogg .oga .opus .wav .m4a .m4b .m4p .mp4 .aac .wma .wv .ape .aiff .aif .mpc .dsf .caf .tta"
    b" .mka .au .spx .ac3 .eac3 .dff .tak .mkv .webm .3gp .amr .mp1 .aifc .rf64 .w64".split()
)


# Folders that hold no music of the library: thumbnails, trash, resource forks and snapshots of the systems that shares
# and sticks come from. In lower case.
_NO_MUSIC = frozenset(
    (b"@eadir", b"#recycle", b"#snapshot", b"$recycle.bin", b"recycler", b"system volume information", b"__macosx",
     b"lost+found", b"found.000", b".git")
)  # fmt: skip
# A file of such a name asks that its folder is left out.
_LEAVE_OUT = frozenset((b".nomedia", b".ndignore", b".plexignore", b".audiorecignore"))


@dataclass(frozen=True)
class FoundFile:
    """A file: absolute path, size in bytes, time of change, and the stamp of the lyrics files beside it."""

    path: bytes
    size: int
    mtime_ns: int
    sidecar: str


@dataclass(frozen=True)
class Scan:
    """Files in sorted order of path, and (path, reason) of what could not be looked at."""

    files: list[FoundFile]
    problems: list[tuple[bytes, str]]


def scan(paths: Sequence[bytes]) -> Scan:
    """Look for audio below folders; a file that is named itself is taken whatever its suffix.

    Raises InputError for a path that does not exist.
    """
    found: dict[bytes, FoundFile] = {}
    problems: list[tuple[bytes, str]] = []
    seen: set[tuple[int, int]] = set()
    for path in paths:
        whole = os.path.abspath(path)
        if not os.path.exists(whole):
            raise InputError(f"{os.fsdecode(path)} does not exist: give a folder of music or an audio file")
        walk = _folder(whole, seen, problems) if os.path.isdir(whole) else _single(whole, problems)
        found.update((file.path, file) for file in walk)
    return Scan([found[path] for path in sorted(found)], sorted(set(problems)))


def _single(path: bytes, problems: list[tuple[bytes, str]]) -> Iterator[FoundFile]:
    status = os.stat(path)
    if stat.S_ISREG(status.st_mode):
        beside = {name: entry for name in sidecar_paths(path) if (entry := _stat_or_none(name))}
        yield FoundFile(path, status.st_size, status.st_mtime_ns, _stamp(path, beside))
    else:
        problems.append((path, "is not a regular file"))


def _folder(folder: bytes, seen: set[tuple[int, int]], problems: list[tuple[bytes, str]]) -> Iterator[FoundFile]:
    """Depth first without recursion, so that depth has no limit; a folder is entered once, by whatever link."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            status = os.stat(here)
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(here) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            problems.append((here, f"folder cannot be read ({error.strerror})"))
            continue
        if here != folder and any(entry.name.lower() in _LEAVE_OUT for entry in entries):
            continue
        waiting.extend(entry.path for entry in reversed(entries) if _is_folder(entry) and not _is_no_music(entry.name))
        yield from _audio_files(entries, problems)


def _audio_files(entries: list["os.DirEntry[bytes]"], problems: list[tuple[bytes, str]]) -> Iterator[FoundFile]:
    texts = {name_key(entry.name): entry for entry in entries if entry.name.lower().endswith(LYRICS_SUFFIXES)}
    for entry in entries:
        if os.path.splitext(entry.name)[1].lower() not in SUFFIXES or entry.name.startswith(b".") or _is_folder(entry):
            continue
        try:
            status = entry.stat()
        except OSError as error:
            problems.append((entry.path, f"cannot be read ({error.strerror})"))
            continue
        if not stat.S_ISREG(status.st_mode):
            problems.append((entry.path, "is not a regular file"))
            continue
        beside = {name: texts[key].stat() for name in sidecar_paths(entry.path) if (key := name_key(name)) in texts}
        yield FoundFile(entry.path, status.st_size, status.st_mtime_ns, _stamp(entry.path, beside))


def _is_no_music(name: bytes) -> bool:
    """Whether a folder is hidden or one of the system's own."""
    return name.startswith(b".") or name.lower() in _NO_MUSIC


def _is_folder(entry: "os.DirEntry[bytes]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _stat_or_none(path: bytes) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None


def _stamp(path: bytes, beside: dict[bytes, os.stat_result]) -> str:
    """Suffix, size and time of every sidecar: changes when any is added, edited or removed."""
    stem = len(os.path.splitext(path)[0])
    return " ".join(f"{os.fsdecode(name[stem:])!a}:{s.st_size}:{s.st_mtime_ns}" for name, s in sorted(beside.items()))
