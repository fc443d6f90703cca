"""Exports as services hand them out: one file, a folder of files or a zip of them, each as a stream of bytes.

An archive is never unpacked to disk, and what it unpacks to is counted: one that grows without end (a zip bomb) is
refused while it is read. It does not know what the files hold.
"""

import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO

from audiorec.errors import InputError
from audiorec.sources.formats.no_music import is_hidden, is_no_music

_BLOCK = 1 << 18
_SMALL = 1 << 27  # bytes that any file may unpack to
_RATIO = 150  # more than text compresses to: real histories stay below 40
_MOST_FILES = 20_000
_NESTED = 2  # archives in archives
_DEEPEST = 3  # folders below the one that is named; an export has one or two
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)


class ExportError(InputError):
    """A file of an export cannot be read (on); what was read before was given."""


@dataclass(frozen=True)
class Member:
    """One file of an export: its name inside, with folders, and its bytes from the start, as often as asked."""

    name: str
    blocks: Callable[[], Iterator[bytes]]

    @property
    def base(self) -> str:
        """The name without folders."""
        return PurePosixPath(self.name).name


def is_zip(head: bytes) -> bool:
    """Whether a file begins as an archive does."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def has_member(path: Path, wanted: Callable[[str], bool]) -> bool:
    """Whether an archive holds a file whose base name is wanted; False for what is broken."""
    try:
        return any(True for _ in members(path, wanted))
    except InputError:
        return False


def is_whole(folder: Path, wanted: Callable[[str], bool], beside: Callable[[str], bool] = lambda name: False) -> bool:
    """Whether a folder is one export: it holds a wanted file, and nothing but those and what such exports bring along.

    A folder with other files too is none, or what else lies in it would never be looked at.
    """
    try:
        names = [file.name for file in _files(folder)]
    except InputError:
        return False
    return any(map(wanted, names)) and all(wanted(name) or beside(name) for name in names)


def members(path: Path, wanted: Callable[[str], bool]) -> Iterator[Member]:
    """The files of an export whose base names are wanted, in the order of their names; of a single file, itself.

    What systems put beside them is none of the export: hidden files, resource forks, thumbnails. A wanted file that is
    an archive itself stands for the wanted files in it.
    Raises ExportError when the archive cannot be opened or has too many files.
    """
    if not path.exists():
        raise InputError(f"cannot read {path}: there is no such file or folder")
    if path.is_dir():
        for file in _files(path):
            if wanted(file.name):
                alone = _of_file(file, file.relative_to(path).as_posix())
                yield from _of_archive(file, wanted) if is_zip(head_of(alone)) else (alone,)
    elif zipfile.is_zipfile(path):
        yield from _of_archive(path, wanted)
    else:
        alone = _of_file(path, path.name)
        if is_zip(head_of(alone)):
            raise ExportError(f"{path} is an archive that is broken or cut: copy or fetch it again")
        yield alone


def head_of(member: Member) -> bytes:
    """The first bytes of a file; none where it cannot be read."""
    try:
        return next(member.blocks(), b"")
    except ExportError:
        return b""


def byte_lines(blocks: Iterator[bytes], longest: int) -> Iterator[bytes]:
    """The lines of a stream, without their ends; of one that is too long only its start, a block more than allowed."""
    rest = b""
    for block in blocks:
        *lines, last = block.split(b"\n")
        if lines:
            lines[0] = rest + lines[0]
            yield from lines
            rest = last
        elif len(rest) <= longest:
            rest += last
    if rest:
        yield rest


def _below(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise ExportError(f"cannot read {folder}: {error.strerror or error}") from error
    for entry in entries:
        if entry.is_file() and not is_hidden(os.fsencode(entry.name)):
            yield Path(entry.path)
        elif depth and entry.is_dir(follow_symlinks=False) and not is_no_music(os.fsencode(entry.name)):
            yield from _below(Path(entry.path), depth - 1)


def _files(path: Path) -> list[Path]:
    files = list(islice(_below(path, _DEEPEST), _MOST_FILES + 1))
    if len(files) > _MOST_FILES:
        raise ExportError(f"{path} holds more than {_MOST_FILES} files: name the folder of the export itself")
    return files


def _of_file(path: Path, name: str) -> Member:
    def blocks() -> Iterator[bytes]:
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    yield block
        except OSError as error:
            raise ExportError(f"cannot read {path}: {error.strerror or error}") from error

    return Member(name, blocks)


def _of_archive(path: Path, wanted: Callable[[str], bool]) -> Iterator[Member]:
    with _opened(path, str(path)) as archive:
        yield from _entries(archive, wanted, _NESTED)


def _opened(file: Path | IO[bytes], name: str) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(file)
    except _FAULTS as error:
        raise ExportError(f"{name} is no archive that can be opened ({error})") from error
    if len(archive.filelist) > _MOST_FILES:
        archive.close()
        raise ExportError(f"{name} holds more than {_MOST_FILES} files, as no export does")
    return archive


def _entries(archive: zipfile.ZipFile, wanted: Callable[[str], bool], depth: int) -> Iterator[Member]:
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        if not (_is_part(info) and wanted(PurePosixPath(info.filename).name)):
            continue
        if not info.filename.lower().endswith(".zip"):
            yield _of_entry(archive, info)
        else:
            with _inside(archive, info, depth) as inner:
                yield from _entries(inner, wanted, depth - 1)


def _inside(archive: zipfile.ZipFile, info: zipfile.ZipInfo, depth: int) -> zipfile.ZipFile:
    """An archive in an archive. Of what it unpacks to, zipfile gives no more than the size that it declares."""
    if not depth or info.file_size > _most(info):
        raise ExportError(f"{info.filename} is an archive as no export holds one: it is not read")
    try:
        return _opened(archive.open(info), info.filename)
    except _FAULTS as error:
        raise ExportError(f"{info.filename} cannot be unpacked ({error})") from error


def _most(info: zipfile.ZipInfo) -> int:
    return max(_SMALL, _RATIO * info.compress_size)


def _is_part(info: zipfile.ZipInfo) -> bool:
    parts = [os.fsencode(part) for part in PurePosixPath(info.filename).parts]
    return bool(parts) and not info.is_dir() and not is_hidden(parts[-1]) and not any(map(is_no_music, parts[:-1]))


def _of_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    def blocks() -> Iterator[bytes]:
        size, most = 0, _most(info)
        try:
            with archive.open(info) as file:
                while block := file.read(_BLOCK):
                    size += len(block)
                    if size > most:
                        raise ExportError(f"{info.filename} unpacks to more than any history holds: it is not read on")
                    yield block
        except _FAULTS as error:
            raise ExportError(f"{info.filename} cannot be unpacked ({error})") from error

    return Member(info.filename, blocks)
