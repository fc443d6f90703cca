"""A text file line by line, in bounded memory whatever its length, its encoding found from the lines that show it.

It does not know what the text means. A line that the encoding cannot read keeps the sign U+FFFD, a line that is too
long is cut and ends with that sign, so that its reader can report it and go on.
"""

from collections.abc import Iterator
from pathlib import Path

from audiorec.errors import InputError
from audiorec.sources.text_file import UNREADABLE, encoding_of

LONGEST = 1_000_000  # signs of one line
_BLOCK = 1 << 20
_SAMPLE = 1 << 18  # bytes of lines that are not ASCII: as many as tell the encoding


def text_lines(path: Path) -> Iterator[str]:
    """Every line of a file, without its end; raises InputError when it cannot be opened."""
    encoding = _encoding(path)
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


def _encoding(path: Path) -> str:
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
    return encoding_of(first, sample)
