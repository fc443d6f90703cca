"""Text files as people's exports come; which encoding they have is found by `text_decoding.py`.

A line that the chosen encoding cannot read keeps the sign U+FFFD, so that its reader can report that line and go on.
"""

import codecs
from pathlib import Path

from audiorec.errors import InputError
from audiorec.sources.formats.text_decoding import decode_text

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_WIDE = 4096  # bytes that tell whether a text without a mark is UTF-16
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
    """The text of some bytes.

    >>> decode("晴天".encode("gb18030")), decode("café".encode())
    ('晴天', 'café')
    """
    return data.decode(encoding_of(data[:4], data), "replace")


def encoding_of(first: bytes, sample: bytes) -> str:
    """The encoding of a text that is read piece by piece, by its first bytes and by a sample of its lines.

    `utf-8-sig` and `utf-16` take the mark off.
    """
    for mark, encoding in _MARKS.items():
        if first.startswith(mark):
            return encoding
    head = max(first, sample, key=len)[:_WIDE]
    if b"\0" in head and (wide := decode_text(head).encoding).startswith(("utf-16", "utf-32")):
        return wide
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    # A few lines of another encoding in a file of UTF-8 are those lines' fault.
    if sum(is_utf_8(line) for line in lines) * 2 >= len(lines):
        return "utf-8"
    found = decode_text(sample).encoding
    return "utf-8" if found == "ascii" else found


def is_utf_8(line: bytes) -> bool:
    """Whether some bytes are UTF-8."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
