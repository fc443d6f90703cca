"""`.scrobbler.log` of portable players (Rockbox and others), AUDIOSCROBBLER/1.0 and 1.1: listened (L) and skipped (S).

Its times are UTC where the header says so; else they are the clock of the player, which is taken to stand in the time
zone of this machine. It does not know what other programs add behind its columns.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from audiorec.sources.formats.text_lines import text_lines
from audiorec.sources.rows.contract import Kind, Row, Unread
from audiorec.sources.rows.fields import FieldError, checked, length_of, moment_of, written

_NAMES = ("artist", "album", "title", "number", "length", "rating", "time", "mbid")
_OFFSET = re.compile(r"#TZ/(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?\s*$", re.IGNORECASE)
_UNTAGGED = "<UNTAGGED>"  # what Rockbox calls an artist that the tags do not name
_EARLIEST = 946_684_800  # the year 2000: what is before comes from a clock that was never set


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file begins as such a log does."""
    return head.lstrip(b"\xef\xbb\xbf").startswith(b"#AUDIOSCROBBLER/") or (
        path.name.lower().endswith(".scrobbler.log") and head.count(b"\t") > 4
    )


def read(path: Path) -> Iterator[Row | Unread]:
    """Plays and skips; raises InputError when the file cannot be opened."""
    zone = "UNKNOWN"
    for number, line in enumerate(text_lines(path), start=1):
        line = line.lstrip("\ufeff")
        if line.startswith("#"):
            zone = line.strip() if line.upper().startswith("#TZ/") else zone
        elif line.strip():
            try:
                yield _row(number, line.rstrip("\r\n").split("\t"), zone)
            except FieldError as error:
                yield Unread(number, str(error))


def _row(number: int, fields: list[str], zone: str) -> Row | Unread:
    if len(fields) < 7:
        return Unread(number, f"{len(fields)} columns where at least 7 are needed")
    field = {name: checked(value.strip(), name) for name, value in zip(_NAMES, fields, strict=False)}
    if field["rating"].upper() not in ("L", "S"):
        return Unread(number, f"neither L nor S but {field['rating'][:20]!r}")
    if not field["title"]:
        return Unread(number, "no song")
    time = moment_of(field, "time")
    artist, title, path = field["artist"], field["title"], ""
    if title.startswith("/"):  # a song without a title stands under its path
        title, path = "", title
    song = written("" if artist == _UNTAGGED else artist, title, field["album"], path, length_of(field, "length"),
                   mbid=field.get("mbid", ""))  # fmt: skip
    kind: Kind = "skip" if field["rating"].upper() == "S" else "play"
    return Row("", song, None if time is None else clock(time, zone), kind=kind, row=number)


def clock(time: float, zone: str = "UNKNOWN") -> float | None:
    """UTC of a player's clock; None where it was never set. zone: as the header of a log says it."""
    return None if time < _EARLIEST else _in_utc(time, zone)


def _in_utc(time: float, zone: str) -> float:
    if found := _OFFSET.match(zone):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0)).total_seconds()
        return time - offset if found[1] == "+" else time + offset
    if zone.upper().startswith(("#TZ/UTC", "#TZ/GMT")):
        return time
    return datetime.fromtimestamp(time, UTC).replace(tzinfo=None).timestamp()
