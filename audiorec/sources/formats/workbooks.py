"""Workbooks of spreadsheets (XLSX): the rows of one sheet as texts, one after the other.

Texts that cells share are held, everything else is read as a stream. Dates are given as the numbers that stand there:
days since 1900. Formulas give the value that was kept with them. It does not know what the columns mean.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from audiorec.sources.formats.bounded_xml import Element, elements_of
from audiorec.sources.formats.exports import ExportError, Member, members

_MOST_TEXTS = 3_000_000
_WIDEST = 256  # columns


def has_sheet(path: Path, wanted: Callable[[str], bool]) -> bool:
    """Whether an archive is a workbook with a sheet of a wanted name; raises InputError for what is broken."""
    return _place_of(path, wanted) != ""


def sheet_rows(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[int, Sequence[str]]]:
    """Numbers (from 1) and cells of the rows of the first sheet of a wanted name, header included.

    Raises ExportError and XmlError, both InputError, where it cannot be read (on).
    """
    place = _place_of(path, wanted)
    sheet = _part(path, place)
    if sheet is None:
        raise ExportError(f"{path} has no sheet of the name that is read")
    texts = _shared(path)
    cells: list[str] = []
    number, kind, column = 0, "", 0
    for element in elements_of(sheet.blocks(), f"{path}, {place}"):
        if element.name == "row" and element.starts:
            number, cells = number + 1, []
        elif element.name == "row":
            yield number, cells
        elif element.name == "c" and element.starts:
            kind, column = element.attributes.get("t", ""), _column(element, len(cells))
        elif element.name in ("v", "t") and not element.starts and column < _WIDEST:
            cells += [""] * (column + 1 - len(cells))
            cells[column] += _text(kind, element.text, texts)


def _column(cell: Element, following: int) -> int:
    """The place of a cell such as C7; those that do not say it follow each other."""
    letters = cell.attributes.get("r", "").rstrip("0123456789")
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        return following
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - 64
    return place - 1


def _text(kind: str, text: str, texts: Sequence[str]) -> str:
    if kind != "s":
        return text
    return texts[int(text)] if text.isdecimal() and len(text) < 9 and int(text) < len(texts) else ""


def _place_of(path: Path, wanted: Callable[[str], bool]) -> str:
    """Where in the archive the sheet lies."""
    book, links = _part(path, "xl/workbook.xml"), _part(path, "xl/_rels/workbook.xml.rels")
    if book is None or links is None:
        return ""
    key = next(
        (
            value
            for element in elements_of(book.blocks(), book.name)
            if element.name == "sheet" and element.starts and wanted(element.attributes.get("name", ""))
            for name, value in element.attributes.items()
            if name.rpartition(":")[2] == "id"
        ),
        None,
    )
    for element in elements_of(links.blocks(), links.name):
        if element.starts and key is not None and element.attributes.get("Id") == key:
            target = element.attributes.get("Target", "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _shared(path: Path) -> list[str]:
    part = _part(path, "xl/sharedStrings.xml")
    return [] if part is None else list(islice(_shared_texts(part), _MOST_TEXTS))


def _shared_texts(part: Member) -> Iterator[str]:
    """Texts, each of one or of several runs; what tells how a run is read aloud (rPh) is none of it."""
    text, aloud = "", False
    for element in elements_of(part.blocks(), part.name):
        if element.name == "si":
            if not element.starts:
                yield text
            text = ""
        elif element.name == "rPh":
            aloud = element.starts
        elif element.name == "t" and not element.starts and not aloud:
            text += element.text


def _part(path: Path, name: str) -> Member | None:
    """A part of a workbook; its bytes can be read as often as asked."""
    base = name.rpartition("/")[2]
    found = next((part for part in members(path, lambda other: other == base) if part.name == name), None)
    return None if found is None else Member(name, lambda: _again(path, name, base))


def _again(path: Path, name: str, base: str) -> Iterator[bytes]:
    for part in members(path, lambda other: other == base):
        if part.name == name:
            yield from part.blocks()
