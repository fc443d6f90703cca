"""foobar2000: the statistics that its component Playback Statistics exports as XML.

The export names songs by their paths alone. Plays are counted; only the first and the last have a date, and the last is
taken.
"""

from collections.abc import Iterator
from pathlib import Path

from audiorec.sources.formats.bounded_xml import XmlError, xml_elements
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import Entry, Kept, count_of, kept_row, moment_of, number_of, text_of

_FROM_1601 = 11_644_473_600  # seconds from the year 1601, where Windows begins to count, to 1970


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is such an export."""
    return b"<PlaybackStatistics" in head[:4096]


def read(path: Path) -> Iterator[Row | Unread]:
    """What was played and rated; a fault ends the reading, and what stands before it is given."""
    entry: dict[str, str] = {}
    number = 0
    try:
        for element in xml_elements(path):
            if element.name == "Entry" and element.starts:
                entry = dict(element.attributes)
            elif element.name == "Item" and element.starts:
                # Files with the same tags share their statistics: the first stands for all.
                entry.setdefault("Path", element.attributes.get("Path", ""))
                entry.setdefault("Subsong", element.attributes.get("Subsong", "0"))
            elif element.name == "Entry":
                number += 1
                yield from kept_row(number, entry, _kept)
    except XmlError as error:
        yield Unread(number + 1, str(error))


def _kept(number: int, entry: Entry) -> Kept | Unread:
    # Nothing in it is percent-encoded, though it looks like a URL.
    path = text_of(entry, "Path").removeprefix("file://")
    if not path:
        return Unread(number, "it names no file")
    if path.lower().endswith(".cue"):
        return Unread(number, f"part {text_of(entry, 'Subsong')} of a cue sheet, which has no file of its own")
    song = WrittenSong(path=path)
    return Kept(song, count_of(entry, "Count"), _moment(entry, "LastPlayed"), stars=_stars(entry))


def _moment(entry: Entry, name: str) -> float | None:
    """100 ns since 1601, or in old exports a date."""
    value = text_of(entry, name)
    if not value.isdigit():
        return moment_of(entry, name)
    seconds = int(value[:20]) / 1e7 - _FROM_1601
    return seconds if 0 < seconds < 4e9 else None


def _stars(entry: Entry) -> float:
    """Stars as they are shown, or the byte (255 the best) that they are kept as."""
    shown = number_of(entry, "RatingFriendly")
    if shown is not None and 0 <= shown <= 5:
        return shown
    rating = number_of(entry, "Rating") or 0.0
    return min(5.0, rating if rating <= 5 else round(rating / 51)) if rating > 0 else 0.0
