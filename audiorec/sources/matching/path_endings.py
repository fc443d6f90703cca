"""Which file of the library a path from another machine means: the longest common end that only one file has.

Drives, shares, container folders and URLs differ at the front and do not count. Case, Unicode form, both slashes,
percent codes, signs that some systems cannot store, and the extension are overlooked. It does not know tags.
"""

import os
import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from audiorec.data.tracks import Track

LISTED = "song:"  # the "path" of a song that is known by name only is this and its id elsewhere
ITEMS_MARK = "items-"  # begins the digest of a feature table of items (`items.py`)
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:(?://[^/\\]*)?|^local:(?:track|file):")
_DRIVE = re.compile(r"^/*[A-Za-z]:(?=[/\\]|[^/\\:]*[/\\])")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_EXTENSION = re.compile(r"(?<=[^./])\.[A-Za-z][A-Za-z0-9]{0,4}$")
_UNSTORABLE = dict.fromkeys(map(ord, '<>:"|?*\\_ .\t'))
# Words that say nothing about which song it is.
_EMPTY_WORDS = re.compile(
    r"\b(?:track|titel|titre|piste|pista|audio|song|cd|disc|disk|unknown|various|artists?|album|music|musik|media|mp3|flac"
    r"|misc|va|side|part|untitled|sdcard|storage|files?|downloads?)\b|[\d\W_]+"
)


class PathFound(NamedTuple):
    """The files with the longest common end, whether all of the path is alike, and how many of its parts are."""

    ids: tuple[int, ...]
    whole: bool
    depth: int


class PathIndex:
    """The files of a library by their paths, and by the ends of their paths."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self._whole: dict[str, int] = {}
        for track in tracks:
            self._whole.setdefault(os.fsdecode(track.path), track.id)

    @cached_property
    def _ends(self) -> dict[str, list[tuple[str, int]]]:
        """Files by their names; a path that is known whole needs none of them."""
        found: dict[str, list[tuple[str, int]]] = {}
        for path, track in self._whole.items():
            if not path.startswith(LISTED):
                found.setdefault(_key(_stem(path.rpartition("/")[2])), []).append((path, track))
        return found

    def listed(self, key: str) -> int | None:
        """The song that is known by name only under this id."""
        return self._whole.get(f"{LISTED}{key}")

    def find(self, written: str, folder: Path | None) -> PathFound:
        """The files that a path may mean; a relative one starts at `folder` or at any folder above the file."""
        readings = _readings(written)
        for path in readings:
            places = (path, os.path.normpath(folder / path) if folder is not None else path)
            same = next((self._whole[place] for place in places if place in self._whole), None)
            if same is not None:
                return PathFound((same,), True, 99)
        found = PathFound((), False, 0)
        for path in readings:
            parts = _parts(path)
            if parts and (at_end := self._ends.get(_key(_stem(parts[-1])), ())):
                found = max(found, _longest(parts, at_end), key=lambda one: (one.depth, -len(one.ids)))
        return found


def may_end_so(paths: str, written: str) -> bool:
    """Whether a file may have the name with which a written path ends; False is sure.

    paths: those of the library, one after the other; none is looked at by itself, which one question is not worth.
    """
    folded = _folded(paths)
    ends = [parts[-1] for path in _readings(written) if (parts := _parts(path))]
    return any(f"/{_key(_stem(end))}" in folded for end in ends)


def tells(name: str) -> bool:
    """Whether a name of a file or folder says more than "Track 01" or "Music" do."""
    return bool(_EMPTY_WORDS.sub("", name.casefold()))


def folders_of(path: str) -> list[str]:
    """The folders of a path of any machine that tell something, as they are written."""
    return [part for part in _parts(_readings(path)[-1])[:-1] if tells(part)] if path else []


def _longest(parts: list[str], known: Sequence[tuple[str, int]]) -> PathFound:
    ranked = [(_rank(parts, path), track) for path, track in known]
    best = max(rank for rank, _ in ranked)
    depth = best[0]
    if depth < len(parts) and not any(map(tells, (*parts[-depth:-1], _stem(parts[-1])))):
        return PathFound((), False, 0)
    return PathFound(tuple(track for rank, track in ranked if rank == best), depth == len(parts), depth)


def _rank(parts: list[str], path: str) -> tuple[int, int, bool, int]:
    """How many last parts are alike, and how many so to the letter; the same extension, and the same case."""
    theirs = path.split("/")
    depth = exact = same = 0
    for mine, other in zip(reversed(parts), reversed(theirs), strict=False):
        mine, other = (mine, other) if depth else (_stem(mine), _stem(other))
        if _key(mine) != _key(other):
            break
        depth += 1
        exact += _composed(mine).casefold() == _composed(other).casefold()
        same += _composed(mine) == _composed(other)
    extension = parts[-1].rpartition(".")[2].casefold() == theirs[-1].rpartition(".")[2].casefold()
    return depth, exact, extension, same


def _readings(written: str) -> list[str]:
    """The path as it is written, then without scheme, drive and percent codes, with this system's slashes."""
    bare = _SCHEME.sub("", written) if not _DRIVE.match(written) else written
    is_url = bare != written
    if is_url:
        bare = re.split(r"[?#]", bare)[0] if not written.lower().startswith("file:") else bare
    readings = [written, bare]
    if _PERCENT.search(bare):
        readings += _percent_decoded(bare)
    readings += [reading for path in readings if (reading := _encoded_once(path)) != path]
    readings += [path.replace("+", " ") for path in readings if is_url and "+" in path]
    if written.count(":") > 1 and not re.search(r"[/\\]", written):
        readings.append(written.replace(":", "/"))  # as old Macs divide folders
    readings += [_DRIVE.sub("", path).replace("\\", "/") for path in readings]
    return list(dict.fromkeys(os.path.normpath(path) for path in readings if path))


def _encoded_once(path: str) -> str:
    """A path whose UTF-8 was taken for Western letters and written as UTF-8 again, as it was before."""
    try:
        return path if path.isascii() else path.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return path


def _percent_decoded(text: str) -> list[str]:
    data = unquote_to_bytes(text.encode("utf-8", "surrogateescape"))
    try:
        return [data.decode()]
    except UnicodeDecodeError:
        # Old players wrote URLs in the code page of their system; a name that is no text is those bytes here.
        return [os.fsdecode(data), data.decode("cp1252", "replace")]


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".", "..")]


def _stem(name: str) -> str:
    return _EXTENSION.sub("", name)


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


@lru_cache(maxsize=50_000)
def _key(part: str) -> str:
    """A name without case and without the signs that some systems cannot store and replace or leave out."""
    return _folded(part)


def _folded(part: str) -> str:
    folded = unicodedata.normalize("NFKC", part).casefold() if not part.isascii() else part.lower()
    return folded.translate(_UNSTORABLE) or folded
