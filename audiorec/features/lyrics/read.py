"""Find the lyrics of one audio file: a sidecar beside it, else what its tags hold.

Returns the text as it stands, decoded, time stamps and credits included: the stamps tell the pace, and what is sung is
the business of `parts`.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from audiorec.features.lyrics.lrc import parse_lrc
from audiorec.sources.text_decoding import plain_text

_LONGEST = 1_000_000  # bytes: a longer sidecar is not lyrics
_SUFFIXES = (b".lrc", b".LRC", b".Lrc", b".txt", b".TXT", b".Txt")


def read_lyrics(audio_path: bytes, tag_text: str | None) -> str | None:
    """Return the lyrics of an audio file, or None if there are none.

    audio_path: the file's OS path; SONG.lrc and SONG.mp3.lrc go before SONG.txt, and all of them before the tags.
    tag_text: what the tags hold (see `embedded.tag_lyrics`). Unreadable or binary sidecars count as absent.
    """
    for candidate in sidecar_paths(audio_path):
        data = _small_file(candidate)
        if data is None:
            continue
        text = _worded(plain_text(data))
        if text:
            return text
    return _worded(tag_text) if tag_text else None


def sidecar_paths(audio_path: bytes) -> list[bytes]:
    """The names a sidecar may have, best first."""
    stem = os.path.splitext(audio_path)[0]
    timed = [stem + suffix for suffix in _SUFFIXES[:3]] + [audio_path + suffix for suffix in _SUFFIXES[:2]]
    return timed + [stem + suffix for suffix in _SUFFIXES[3:]] + [audio_path + _SUFFIXES[3]]


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
    except (OSError, ValueError):
        return None
    return None if _binary(data) else data


def _binary(data: bytes) -> bool:
    """Control bytes that no text encoding of words has, UTF-16 and UTF-32 aside."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    control = sum(data.count(bytes([byte])) for byte in (*range(1, 9), *range(14, 27)))
    return control * 50 > len(data)
