"""Apple Music: the plays of a privacy export (`Apple Music Play Activity.csv`).

A play is written twice, when it starts and when it ends, beside displays of lyrics and the like: its end counts. Songs
by name alone (newer exports name no artist) are matched by their album. Addresses and devices are not read.
"""

from collections.abc import Iterator
from pathlib import Path

from audiorec.sources.formats.delimited import read_headed
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.fields import Entry, length_of, moment_of, rows, text_of, written

_LEAST = 30.0  # seconds that count as heard although somebody went on
_FORWARD = ("TRACK_SKIPPED_FORWARDS", "TRACK_SKIPPED_BACKWARDS")


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is such a table."""
    header = head.split(b"\n", 1)[0]
    return all(name in header for name in (b"Event Type", b"End Reason Type", b"Play Duration Milliseconds"))


def read(path: Path) -> Iterator[Row | Unread]:
    """Plays and skips; raises InputError when the file cannot be opened."""
    lines, header = read_headed(path, "Song Name,Artist Name,Event Type")
    names = [name.strip() for name in header]
    yield from rows(((number, dict(zip(names, fields, strict=False))) for number, fields in lines), _row)


def _row(number: int, entry: Entry) -> Row | Unread:
    event = text_of(entry, "Event Type")
    if event not in ("PLAY_END", ""):
        return Unread(number, f"no end of a play but {event[:20]}", skipped=True)
    if text_of(entry, "Media Type") == "VIDEO":
        return Unread(number, "a video: no song", skipped=True)
    title = text_of(entry, "Song Name") or text_of(entry, "Content Name")
    if not title:
        return Unread(number, "no song")
    end, heard = moment_of(entry, "Event End Timestamp"), length_of(entry, "Play Duration Milliseconds", 0.001)
    if end is None or heard is None:
        return Unread(number, "no time" if end is None else "it does not say how long it was heard")
    artist = text_of(entry, "Artist Name") or text_of(entry, "Container Artist Name")
    seconds = length_of(entry, "Media Duration In Milliseconds", 0.001)
    song = written(artist, title, text_of(entry, "Album Name"), seconds=seconds)
    is_skip = heard < _LEAST and text_of(entry, "End Reason Type") in _FORWARD
    return Row("", song, end - heard, heard, "skip" if is_skip else "play", row=number)
