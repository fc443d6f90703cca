"""Rows of a CSV or TSV file: the delimiter is found out, quoted fields may hold line breaks, and one stray quotation
mark spoils its own row only.

It knows no columns beyond those that tell the delimiter. Excel's first line `sep=;` is obeyed and left out.
"""

import csv
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from audiorec.errors import InputError
from audiorec.sources.formats.columns import find_columns
from audiorec.sources.formats.text_lines import text_lines

Fields = list[str]
_NONE = "\x1f"
_DELIMITERS = (",", "\t", ";", "|")
_SEP = re.compile(r"^\ufeff?\"?sep=(.)\"?$", re.IGNORECASE)
_SPAN = 100  # lines that one quoted field may span
_PATIENCE = 1000  # fields without an end after which only single lines are tried


def read_delimited(path: Path) -> Iterator[tuple[int, Fields]]:
    """Line number (from 1) and fields of every row that is not empty; a row that cannot be divided has no fields.

    Raises InputError when the file cannot be opened.
    """
    lines = enumerate(text_lines(path), start=1)
    first = list(islice(lines, 20))
    if first and (said := _SEP.match(first[0][1].strip())):
        return split_rows(chain(first[1:], lines), said[1])
    return split_rows(chain(first, lines), sniff_delimiter([line for _, line in first]))


def read_headed(path: Path, example: str) -> tuple[Iterator[tuple[int, Fields]], Fields]:
    """The rows after the first, and the first; raises InputError, which shows the example, when there is none."""
    rows = read_delimited(path)
    _, header = next(rows, (0, []))
    if not header:
        raise InputError(f"{path} is empty: it needs a header such as {example} and rows")
    return rows, [header[0].lstrip("\ufeff"), *header[1:]]


def split_rows(lines: Iterator[tuple[int, str]], delimiter: str) -> Iterator[tuple[int, Fields]]:
    """The rows of numbered lines."""
    ahead: list[tuple[int, str]] = []
    failures = 0
    while (numbered := ahead.pop(0) if ahead else next(lines, None)) is not None:
        number, line = numbered
        if '"' not in line:
            if line and not line.isspace():
                yield number, line.split(delimiter)
            continue
        fields, used = _quoted(line, delimiter), 0
        if fields is None and failures < _PATIENCE:
            ahead += islice(lines, _SPAN - len(ahead))
            fields, used = _spanning(line, [more for _, more in ahead], delimiter)
        if fields is None:
            failures += 1
            fields = _lenient(line, delimiter)
        del ahead[:used]
        yield number, fields


def sniff_delimiter(lines: list[str]) -> str:
    """The delimiter that finds the most known columns in the first line, then the one that divides all lines alike."""
    lines = [line for line in lines if line.strip()] or [""]

    def merit(delimiter: str) -> tuple[int, bool, int]:
        rows = [_quoted(line, delimiter) or line.split(delimiter) for line in lines]
        width = len(rows[0])
        return len(find_columns(rows[0])), width > 1 and all(len(row) == width for row in rows), width

    best = max(_DELIMITERS, key=merit)
    # A table of one column has no delimiter: a comma in it is part of a name.
    return best if merit(best)[2] > 1 else _NONE


def _quoted(text: str, delimiter: str) -> Fields | None:
    """Fields of a text whose quotation marks are in order, with doubled or with escaped ones inside."""
    if text[:1] == text[-1:] == '"' and len(text) > 1:
        inner, between = text[1:-1], f'"{delimiter}"'
        # Every field in quotation marks and none inside: what most exporters write, at a fraction of csv's time.
        if inner.count('"') == 2 * inner.count(between):
            return inner.split(between)
    for form in (text, text.replace('\\"', '""')) if "\\" in text else (text,):
        try:
            return next(csv.reader([form], delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            continue
    return None


def _spanning(line: str, more: list[str], delimiter: str) -> tuple[Fields | None, int]:
    """The fields of a row that goes on in the next lines, and how many of them it takes."""
    text, marks = line, line.count('"')
    for used, following in enumerate(more, start=1):
        text, marks = f"{text}\n{following}", marks + following.count('"')
        # Inside a quoted field the marks so far are odd in number, so that only few texts are worth a try.
        if '"' in following and (marks % 2 == 0 or "\\" in text) and (fields := _quoted(text, delimiter)) is not None:
            return fields, used
    return None, 0


def _lenient(line: str, delimiter: str) -> Fields:
    """Fields of a line with stray quotation marks; none where one opens a field that would swallow the next line."""
    try:
        rows = list(csv.reader([line, "next"], delimiter=delimiter))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 2 else []
