"""Text files in the encodings that people's exports come in: UTF-8, UTF-16 with a mark, GB18030, Western.

It guesses from the bytes alone; it does not know what the text means. A line that the chosen encoding cannot read
keeps the sign U+FFFD, so that its reader can report that line and go on with the others.
"""

import codecs
import re
from pathlib import Path

from audiorec.errors import InputError

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_HIGH, _ALONE = re.compile(rb"[\x80-\xff]"), re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_text(path: Path) -> str:
    """The text of a file, decoded by guess; raises InputError when the file cannot be opened."""
    return decode(read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; raises InputError when it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def decode(data: bytes) -> str:
    """Text of some bytes: by their mark, else the encoding that reads the most lines, UTF-8 before GB18030.

    >>> decode("晴天".encode("gb18030")), decode("café".encode())
    ('晴天', 'café')
    """
    return data.decode(encoding_of(data[:4], data), "replace")


def encoding_of(first: bytes, sample: bytes) -> str:
    """The encoding of a text, by its first bytes and by a sample of its lines that are not ASCII."""
    for mark, encoding in _MARKS.items():
        if first.startswith(mark):
            return encoding
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    high, alone = len(_HIGH.findall(sample)), len(_ALONE.findall(sample))
    # Single letters with accents inside words are Western; the bytes of Chinese come in pairs.
    if alone * 2 > high and _readable(lines, "utf-8") < 0.5:
        return "cp1252"
    shares = {encoding: _readable(lines, encoding) for encoding in ("utf-8", "gb18030")}
    best = max(shares, key=lambda encoding: shares[encoding])
    return best if shares[best] >= 0.5 else "cp1252"


def _readable(lines: list[bytes], encoding: str) -> float:
    return sum(_can_read(line, encoding) for line in lines) / len(lines) if lines else 1.0


def _can_read(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
