"""Finding audio files: nested folders in sorted order, symlink loops, odd names and unreadable places included.

It reads the directory only, never a file. What could not be entered is returned with the reason, not raised.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase as fnmatch

from audiorec.errors import InputError
from audiorec.features.lyrics.read import LYRICS_SUFFIXES, name_key, names_beside, sidecar_paths

SUFFIXES = frozenset(
    b".mp3 .mp2 .mp1 .mpga .mpa .flac .ogg .oga .ogx .opus .spx .wav .wave .bwf .rf64 .w64 .m4a .m4b .m4p .m4r .mp4"
    b" .aac .loas .wma .asf .wv .ape .aiff .aif .aifc .mpc .mpp .mp+ .dsf .dff .caf .tta .tak .shn .qoa .vqf .mka .weba"
    b" .au .snd .voc .ac3 .eac3 .ec3 .dts .thd .mlp .amr .awb .ra .rm .oma .aa3 .at3"
    # Films and recordings of concerts: their sound counts.
    b" .mkv .webm .m4v .mov .qt .3gp .3g2 .avi .wmv .flv .f4v .ogv .ogm .mpg .mpeg .vob .m2ts .mts".split()
)
# Sound that nothing here can read; what of it was passed over is said.
NOT_READ = frozenset(
    b".mid .midi .kar .rmi .mod .xm .it .s3m .mtm .stm .ofr .ofs .la .aa .aax .aaxc .ac4 .sid .nsf .spc .vgm .gsm .dst"
    b" .cda .dss .ds2 .msv .dvf .rmvb .adx .hca .ts".split()
)


# Folders that hold no music of the library: thumbnails, trash, resource forks and snapshots of the systems that shares
# and sticks come from. In lower case.
_NO_MUSIC = frozenset(
    (b"@eadir", b"#recycle", b"#snapshot", b"@recycle", b"@recently-snapshot", b"@sharesnapshot", b"@tmp", b"~snapshot",
     b"$recycle.bin", b"recycler", b"recycled", b"system volume information", b"network trash folder",
     b"temporary items", b"__macosx", b"lost+found", b"found.000", b".git")
)  # fmt: skip
# A file of such a name asks that its folder is left out; one of the others may name what of it in patterns.
_LEAVE_OUT = frozenset((b".nomedia", b".noindex"))
_IGNORE = frozenset((b".ndignore", b".plexignore", b".embyignore", b".ignore", b".audiorecignore"))
_LONGEST_IGNORE = 65_536  # bytes


# (folder, pattern) of what is to be left out below the folder.
_Ignored = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class FoundFile:
    """A file: absolute path, size in bytes, time of change, and the stamp of the lyrics files beside it."""

    path: bytes
    size: int
    mtime_ns: int
    sidecar: str


@dataclass(frozen=True)
class Scan:
    """Files in sorted order of path, (path, reason) of what could not be looked at, and how many files of each ending
    were left out because nothing here reads them."""

    files: list[FoundFile]
    problems: list[tuple[bytes, str]]
    left_out: Mapping[str, int] = field(default_factory=dict)


def scan(paths: Sequence[bytes]) -> Scan:
    """Look for audio below folders; a file that is named itself is taken whatever its suffix.

    Raises InputError for a path that does not exist.
    """
    found: dict[bytes, FoundFile] = {}
    problems: list[tuple[bytes, str]] = []
    seen: set[tuple[int, int]] = set()
    left_out: Counter[str] = Counter()
    for path in paths:
        whole = os.path.abspath(path)
        if not os.path.exists(whole):
            raise InputError(f"{os.fsdecode(path)} does not exist: give a folder of music or an audio file")
        walk = _Walk(seen, problems, left_out).below(whole) if os.path.isdir(whole) else _single(whole, problems)
        found.update((file.path, file) for file in walk)
    return Scan([found[path] for path in sorted(found)], sorted(set(problems)), dict(sorted(left_out.items())))


def _single(path: bytes, problems: list[tuple[bytes, str]]) -> Iterator[FoundFile]:
    status = os.stat(path)
    if stat.S_ISREG(status.st_mode):
        yield FoundFile(path, status.st_size, status.st_mtime_ns, _stamp(path, names_beside(os.path.dirname(path))))
    else:
        problems.append((path, "is not a regular file"))


@dataclass
class _Walk:
    """A walk over folders: what was entered already, and what could not be looked at or is not read."""

    seen: set[tuple[int, int]]
    problems: list[tuple[bytes, str]]
    left_out: Counter[str]

    def below(self, folder: bytes) -> Iterator[FoundFile]:
        """Depth first without recursion, so that depth has no limit; a folder is entered once, by whatever link."""
        waiting: list[tuple[bytes, _Ignored]] = [(folder, ())]
        while waiting:
            here, ignored = waiting.pop()
            entries = self._entries(here)
            names = {entry.name.lower(): entry for entry in entries}
            if here != folder and not _LEAVE_OUT.isdisjoint(names):
                continue
            for name in _IGNORE & names.keys():
                patterns = _patterns(names[name].path)
                ignored += tuple((here, pattern) for pattern in patterns or ((b"*",) if here != folder else ()))
            kept = [entry for entry in entries if not _is_ignored(entry, ignored)]
            folders = [entry for entry in kept if _is_folder(entry) and not is_no_music(entry.name)]
            waiting.extend((entry.path, ignored) for entry in reversed(folders))
            yield from self._audio_files(here, kept)

    def _entries(self, here: bytes) -> list["os.DirEntry[bytes]"]:
        try:
            status = os.stat(here)
            if (status.st_dev, status.st_ino) in self.seen:
                return []
            self.seen.add((status.st_dev, status.st_ino))
            with os.scandir(here) as listing:
                return sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            self.problems.append((here, f"folder cannot be read ({error.strerror})"))
            return []

    def _audio_files(self, folder: bytes, entries: list["os.DirEntry[bytes]"]) -> Iterator[FoundFile]:
        texts = {name_key(entry.name): entry.path for entry in entries if entry.name.lower().endswith(LYRICS_SUFFIXES)}
        for entry in entries:
            suffix = os.path.splitext(entry.name)[1].lower()
            if is_hidden(entry.name) or suffix not in SUFFIXES | NOT_READ or _is_folder(entry):
                continue
            if suffix in NOT_READ:
                self.left_out[os.fsdecode(suffix)] += 1
                continue
            try:
                status = entry.stat()
            except OSError as error:
                self.problems.append((entry.path, f"cannot be read ({error.strerror})"))
                continue
            if not stat.S_ISREG(status.st_mode):
                self.problems.append((entry.path, "is not a regular file"))
                continue
            yield FoundFile(entry.path, status.st_size, status.st_mtime_ns, _stamp(entry.path, texts))


def _patterns(path: bytes) -> tuple[bytes, ...]:
    """The patterns of a file that says what to leave out; none: all of the folder."""
    try:
        with open(path, "rb") as file:
            lines = file.read(_LONGEST_IGNORE).splitlines()
    except OSError:
        return ()
    stripped = (line.strip() for line in lines)
    return tuple(line.strip(b"/") for line in stripped if line and not line.startswith((b"#", b"!")))


def _is_ignored(entry: "os.DirEntry[bytes]", ignored: _Ignored) -> bool:
    """Whether a pattern fits the entry's name, or its path from the folder that the pattern stands in."""
    return any(
        fnmatch(entry.name, pattern) or fnmatch(entry.path[len(base) + 1 :], pattern) for base, pattern in ignored
    )


def is_hidden(name: bytes) -> bool:
    """Whether a name is hidden: a dot and a letter. "...Baby One More Time" and ".38 Special" are names.

    >>> is_hidden(b"._song.mp3"), is_hidden(b".hidden.mp3"), is_hidden(b"...And Justice.mp3"), is_hidden(b".38 Special")
    (True, True, False, False)
    """
    return name.startswith(b".") and not (name[1:2] == b"." or name[1:2].isdigit())


def is_no_music(name: bytes) -> bool:
    """Whether a folder is hidden or one of the system's own."""
    return is_hidden(name) or name.lower() in _NO_MUSIC


def _is_folder(entry: "os.DirEntry[bytes]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _stamp(path: bytes, texts: Mapping[str, bytes]) -> str:
    """Suffix, size and time of every sidecar: changes when any is added, edited or removed."""
    stem, found = len(os.path.splitext(path)[0]), []
    for name in sidecar_paths(path):
        try:
            status = os.stat(texts[name_key(name)])
        except (KeyError, OSError):
            continue
        found.append((name, status))
    return " ".join(f"{os.fsdecode(name[stem:])!a}:{s.st_size}:{s.st_mtime_ns}" for name, s in sorted(found))
