"""The words that chunks of a wav or an AIFF hold: RIFF's INFO, and AIFF's NAME, AUTH and their like.

Source: Multimedia Programming Interface and Data Specifications 1.0 (1991), "INFO list chunk"; Audio Interchange File
Format 1.3 (1989), "Text chunks". ID3 in a chunk is mutagen's business.
"""

import os
from typing import Literal

_MOST_CHUNKS = 1000
_LONGEST = 65_536
_OF_AIFF = {b"NAME": "title", b"AUTH": "artist"}


def chunk_words(file: int, start: int, end: int) -> dict[str, bytes]:
    """Texts by their names in lower case; empty where the file has none, or is no such file."""
    head = os.pread(file, 4, start)
    found: dict[str, bytes] = {}
    for name, place, size in _chunks(file, start + 12, end, "little" if head == b"RIFF" else "big"):
        if head == b"RIFF" and name == b"LIST" and os.pread(file, 4, place) == b"INFO":
            for key, there, length in _chunks(file, place + 4, place + min(size, _LONGEST), "little"):
                found[key.decode("latin-1").lower()] = _text(file, there, length)
        elif head == b"FORM" and name in _OF_AIFF:
            found[_OF_AIFF[name]] = _text(file, place, size)
    return {name: text for name, text in found.items() if text}


def _chunks(file: int, place: int, end: int, order: Literal["little", "big"]) -> list[tuple[bytes, int, int]]:
    found: list[tuple[bytes, int, int]] = []
    while place + 8 <= end and len(found) < _MOST_CHUNKS:
        head = os.pread(file, 8, place)
        size = int.from_bytes(head[4:], order)
        found.append((head[:4], place + 8, size))
        place += 8 + size + size % 2
    return found


def _text(file: int, place: int, size: int) -> bytes:
    return os.pread(file, min(size, _LONGEST), place).partition(b"\0")[0].strip()
