"""Finding audio files: nested folders in sorted order, symlink loops, odd names and unreadable places included.

It reads the directory only, never a file. What could not be entered is returned with the reason, not raised.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from audiorec.errors import InputError
from audiorec.features.lyrics.read import LYRICS_SUFFIXES, name_key, names_beside, sidecar_paths
from audiorec.sources.formats.no_music import Ignored, ignored_below, is_hidden, is_ignored, is_no_music, left_out_by

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


@dataclass(frozen=True)
class FoundFile:
    """A file: absolute path, size in bytes, time of change, and the stamp of the lyrics files beside it."""

    path: bytes
    size: int
    mtime_ns: int
    sidecar: str


@dataclass(frozen=True)
class Scan:
    """Files in sorted order of path, and (path, reason) of what could not be looked at.

    left_out: how many files of each ending nothing here reads; not_entered: how many folders were no music, by their
    names or by the file that says so; hidden ones are not counted.
    """

    files: list[FoundFile]
    problems: list[tuple[bytes, str]]
    left_out: Mapping[str, int] = field(default_factory=dict)
    not_entered: Mapping[str, int] = field(default_factory=dict)


def scan(paths: Sequence[bytes]) -> Scan:
    """Look for audio below folders; a file that is named itself is taken whatever its suffix.

    Raises InputError for a path that does not exist or cannot be looked at.
    """
    found: dict[bytes, FoundFile] = {}
    walk = _Walk()
    for path in paths:
        whole = os.path.abspath(path)
        _refuse_what_is_not_there(whole, os.fsdecode(path))
        files = walk.below(whole) if os.path.isdir(whole) else _single(whole, walk.problems)
        found.update((file.path, file) for file in files)
    counts = (dict(sorted(counter.items())) for counter in (walk.left_out, walk.not_entered))
    return Scan([found[path] for path in sorted(found)], sorted(set(walk.problems)), *counts)


def _refuse_what_is_not_there(path: bytes, written: str) -> None:
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(
            f"{written} does not exist: give a folder of music or an audio file, or mount its disk"
        ) from error
    except OSError as error:
        raise InputError(
            f"{written} cannot be read now ({error.strerror}): is its disk or share there? What is known of it is kept"
        ) from error


def _single(path: bytes, problems: list[tuple[bytes, str]]) -> Iterator[FoundFile]:
    status = os.stat(path)
    if stat.S_ISREG(status.st_mode):
        yield FoundFile(path, status.st_size, status.st_mtime_ns, _stamp(path, names_beside(os.path.dirname(path))))
    else:
        problems.append((path, "is not a regular file"))


@dataclass
class _Walk:
    """A walk over folders: what was entered already, and what could not be looked at or is not read."""

    seen: set[tuple[int, int]] = field(default_factory=set)
    problems: list[tuple[bytes, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    not_entered: Counter[str] = field(default_factory=Counter)

    def below(self, folder: bytes) -> Iterator[FoundFile]:
        """Depth first without recursion, so that depth has no limit; a folder is entered once, by whatever link."""
        waiting: list[tuple[bytes, Ignored]] = [(folder, ())]
        while waiting:
            here, ignored = waiting.pop()
            entries = self._entries(here)
            names = {entry.name.lower(): entry.path for entry in entries}
            if here != folder and (told := left_out_by(here, names)):
                self.not_entered[os.fsdecode(told)] += 1
                continue
            ignored = ignored_below(here, names, ignored, here == folder)
            kept = [entry for entry in entries if not (ignored and is_ignored(entry.path, _is_folder(entry), ignored))]
            folders = [entry for entry in kept if _is_folder(entry)]
            for entry in reversed(folders):
                if not is_no_music(entry.name, here, names):
                    waiting.append((entry.path, ignored))
                elif not is_hidden(entry.name):
                    self.not_entered[os.fsdecode(entry.name)] += 1
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
            self.problems.append((here, f"folder cannot be read ({error.strerror}); its songs are kept"))
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


def _is_folder(entry: "os.DirEntry[bytes]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _stamp(path: bytes, texts: Mapping[str, bytes]) -> str:
    """Suffix, size and time of every sidecar: changes when any is added, edited or removed."""
    if not texts:
        return ""
    stem, found = len(os.path.splitext(path)[0]), []
    for name in sidecar_paths(path):
        try:
            status = os.stat(texts[name_key(name)])
        except (KeyError, OSError):
            continue
        found.append((name, status))
    return " ".join(f"{os.fsdecode(name[stem:])!a}:{s.st_size}:{s.st_mtime_ns}" for name, s in sorted(found))
