"""Find the lyrics of one audio file: a sidecar beside it, else what its tags hold.

Returns the text as it stands, decoded, time stamps and credits included: the stamps tell the pace, and what is sung is
the business of `parts`.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from audiorec.features.lyrics.lrc import parse_lrc
from audiorec.features.may_pass import raise_if_it_may_pass
from audiorec.sources.formats.text_decoding import decode_text, plain_lines, plain_text

_LONGEST = 1_000_000  # bytes: a longer sidecar is not lyrics
# With times of lines, then of words in players' own forms, then subtitles, then words alone.
LYRICS_SUFFIXES = tuple(b".lrc .elrc .ttml .qrc .yrc .krc .lys .srt .vtt .ass .ssa .sbv .txt".split())


@dataclass(frozen=True)
class FoundLyrics:
    """Lyrics as they stand; `guessed`: the code page by which they were read where that is not sure."""

    text: str
    guessed: str = ""


def read_lyrics(audio_path: bytes, tag_text: str | None) -> str | None:
    """The text of `find_lyrics`."""
    found = find_lyrics(audio_path, tag_text)
    return found.text if found else None


def find_lyrics(audio_path: bytes, tag_text: str | None) -> FoundLyrics | None:
    """Return the lyrics of an audio file, or None if there are none.

    audio_path: the file's OS path; SONG.lrc and SONG.mp3.lrc go before SONG.txt, and all of them before the tags.
    tag_text: what the tags hold (see `embedded.tag_lyrics`). Unreadable or binary sidecars count as absent.
    Raises OSError where a disk or share failed, which says nothing of the song.
    """
    folder = os.path.dirname(audio_path)
    beside = names_beside(folder)
    for wanted in sidecar_paths(audio_path) if beside else ():
        candidate = wanted if os.path.exists(wanted) else beside.get(name_key(wanted), wanted)
        data = _small_file(candidate)
        if data is None:
            continue
        found = decode_text(data)
        if text := _worded(plain_lines(found.text)):
            return FoundLyrics(text, "" if found.sure else found.encoding)
    return FoundLyrics(tag_text) if tag_text and _worded(tag_text) else None


def name_key(path: bytes) -> str:
    """The name of a file without regard to case and Unicode form: two systems write one name differently."""
    return unicodedata.normalize("NFC", os.fsdecode(os.path.basename(path)).casefold())


def names_beside(folder: bytes) -> dict[str, bytes]:
    """The texts in a folder, path by key (`name_key`)."""
    return _names_beside(folder, _changed(folder))


@lru_cache(maxsize=4)
def _names_beside(folder: bytes, changed: int) -> dict[str, bytes]:
    """The texts in a folder by their keys; `changed` is the folder's time, so that a later listing is a new one."""
    try:
        names = [name for name in os.listdir(folder or b".") if name.lower().endswith(LYRICS_SUFFIXES)]
    except OSError:
        return {}
    return {name_key(name): os.path.join(folder, name) for name in sorted(names)}


def _changed(folder: bytes) -> int:
    try:
        return os.stat(folder or b".").st_mtime_ns
    except OSError:
        return 0


def sidecar_paths(audio_path: bytes) -> list[bytes]:
    """The names a sidecar may have, best first; case and Unicode form may differ (see `name_key`)."""
    stem = os.path.splitext(audio_path)[0]
    return [name + suffix for suffix in LYRICS_SUFFIXES for name in (stem, audio_path)]


def read_lyrics_file(path: Path) -> str | None:
    """Read one .lrc or .txt file by itself; None if it is empty, binary, too long or not there."""
    data = _small_file(os.fsencode(path))
    return _worded(plain_text(data)) if data is not None else None


def _worded(text: str) -> str | None:
    """The text itself; None when there is nothing in it but stamps and tags."""
    return text if any(line.text for line in parse_lrc(text).lines) else None


def _small_file(path: bytes) -> bytes | None:
    """The bytes of a regular file of sensible size that is not binary."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or not 0 < status.st_size <= _LONGEST:
            return None
        with open(path, "rb") as file:
            data = file.read(_LONGEST)
    except (OSError, ValueError) as error:
        raise_if_it_may_pass(error)
        return None
    return None if _binary(data) else data


def _binary(data: bytes) -> bool:
    """Control bytes that no text encoding of words has, UTF-16 and UTF-32 aside."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    control = sum(data.count(bytes([byte])) for byte in (*range(1, 9), *range(14, 27)))
    return control * 50 > len(data)
