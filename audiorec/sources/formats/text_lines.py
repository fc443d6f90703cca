"""A text file line by line, in bounded memory whatever its length, its encoding found from the lines that show it.

It does not know what the text means. A line that the encoding cannot read keeps the sign U+FFFD, a line that is too
long is cut and ends with that sign, so that its reader can report it and go on.
"""

from collections.abc import Iterator
from pathlib import Path

from audiorec.errors import InputError
from audiorec.sources.formats.text_decoding import decode_text
from audiorec.sources.formats.text_file import UNREADABLE, encoding_of, is_utf_8

LONGEST = 1_000_000  # signs of one line
_BLOCK = 1 << 20
_FEW_BROKEN = 1.25  # lines to one that reads as UTF-8: more of the others are no accident
_SAMPLE = 1 << 18  # bytes of lines that are not ASCII: as many as tell the encoding


def text_lines(path: Path) -> Iterator[str]:
    """Every line of a file, without its end; raises InputError when it cannot be opened."""
    encoding = encoding_of(*_sample(path))
    try:
        # newline=None: "\\n", "\\r\\n" and "\\r" all end a line, also in one file.
        with path.open(encoding=encoding, errors="replace", newline=None) as file:
            while line := file.readline(LONGEST):
                if line[-1] == "\n" or len(line) < LONGEST:
                    line = line[:-1] if line[-1] == "\n" else line
                    yield line.replace("\0", UNREADABLE) if "\0" in line else line
                else:
                    yield line[:1000] + UNREADABLE
                    while (rest := file.readline(LONGEST)) and rest[-1] != "\n":
                        pass
    except (OSError, UnicodeError) as error:
        raise InputError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error


def guessed_encoding(path: Path) -> str:
    """The encoding by which a text is read where another may be meant; empty where it is sure, and for what is no text.

    Raises InputError when the file cannot be opened.
    """
    first, sample = _sample(path)
    if b"\0" in first:
        return ""
    encoding = encoding_of(first, sample)
    if encoding != "utf-8":
        return "" if encoding.startswith("utf") or decode_text(sample).sure else encoding
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    good = [line for line in lines if is_utf_8(line)]
    is_sure = len(lines) <= _FEW_BROKEN * len(good) and decode_text(b"\n".join(good)).sure
    return "" if is_sure else "utf-8"


def _sample(path: Path) -> tuple[bytes, bytes]:
    """The first bytes of a file, and lines of it that are not ASCII."""
    sample = b""
    try:
        with path.open("rb") as file:
            first = block = file.read(_BLOCK)
            while block and len(sample) < _SAMPLE:
                if not block.isascii():
                    # A character that is cut at an edge of a block would count against its own encoding.
                    lines = block.split(b"\n")[block is not first : -1 if len(block) == _BLOCK else None]
                    sample += b"\n".join(line for line in lines if not line.isascii())[:_SAMPLE] + b"\n"
                block = file.read(_BLOCK)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    return first, sample
