"""Rows of a table as columns, tens of thousands at a time; what is no whole row is told with its number.

The rows themselves go within a hundred: Python looks through all lists that stay again and again, which took longer
than everything else. It does not know what the columns mean.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from audiorec.sources.rows.contract import Unread
from audiorec.sources.rows.row_blocks import AT_ONCE

Numbered = tuple[int, Sequence[str]]
_FEW = 100  # rows that are taken together
_LONG = 50_000_000  # signs that are held at most, but for one row


@dataclass(slots=True)
class Columns:
    """numbers: of the rows; columns: their values, one list for each name of the header; unread: rows that are none."""

    columns: list[list[str]]
    numbers: list[int] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def in_columns(rows: Iterator[Numbered], header: Sequence[str], otherwise: Mapping[int, str]) -> Iterator[Columns]:
    """All rows; of a short one the values that are lacking are empty, or what `otherwise` says of their place."""
    filler, signs = [otherwise.get(place, "") for place in range(len(header))], 0
    part = Columns([[] for _ in header])
    while few := list(islice(rows, _FEW)):
        whole = few if _are_whole(few, header) else list(_filled(few, header, filler, part.unread))
        part.numbers += [number for number, _ in whole]
        for column, values in zip(part.columns, zip(*(values for _, values in whole), strict=False), strict=False):
            column += values
            signs += sum(map(len, values))
        if len(part.numbers) + len(part.unread) >= AT_ONCE or signs > _LONG:
            yield part
            part, signs = Columns([[] for _ in header]), 0
    if part.numbers or part.unread:
        yield part


def _are_whole(rows: Sequence[Numbered], header: Sequence[str]) -> bool:
    width = len(header)
    return all(len(values) == width and values != header for _, values in rows)


def _filled(
    rows: Sequence[Numbered], header: Sequence[str], filler: Sequence[str], unread: list[Unread]
) -> Iterator[Numbered]:
    """Rows of full width, and why the others are none."""
    width = len(header)
    for number, values in rows:
        if len(values) > width and any(values[width:]):
            why = f"{len(values)} fields where the header has {width}: is one not in quotation marks?"
            unread.append(Unread(number, why))
        elif values == header:
            unread.append(Unread(number, "the header once more", skipped=True))
        elif not values:
            unread.append(Unread(number, "a quotation mark has no partner"))
        else:
            yield number, [*values[:width], *filler[len(values) :]]
