"""Quod Libet: its library (`songs`), a pickle of dictionaries, read as plain data and never run.

The file is read as a whole (up to 200 MB). Its ratings run from 0 to 1; a song that was never rated has none.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audiorec.sources.formats.pickled_data import PickleError, plain_data
from audiorec.sources.formats.text_file import read_bytes
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.fields import (
    Entry,
    Kept,
    count_of,
    kept_rows,
    length_of,
    past_moment,
    stars_of,
    text_of,
    written,
)


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is such a library: a pickle that names Quod Libet's classes."""
    return head.startswith(b"\x80") and b"quodlibet" in head and b"~filename" in head


def read(path: Path) -> Iterator[Row | Unread]:
    """What was played, skipped and rated; raises InputError when the file cannot be opened."""
    try:
        songs = plain_data(read_bytes(path))
    except PickleError as error:
        yield Unread(1, f"{path}: {error}")
        return
    yield from kept_rows(enumerate(songs if isinstance(songs, list) else [songs], start=1), _kept)


def _kept(number: int, entry: Entry) -> Kept | Unread:
    # Its names of fields are bytes, as Python 2 wrote them.
    named = ((_as_text(key), value) for key, value in entry.items())
    fields: dict[str, Any] = {key: _as_text(value) for key, value in named if isinstance(key, str)}
    artist = text_of(fields, "artist").replace("\n", "; ") or text_of(fields, "albumartist")
    title, album = (text_of(fields, name).replace("\n", " ") for name in ("title", "album"))
    path, mbid = text_of(fields, "~filename"), text_of(fields, "musicbrainz_trackid")
    song = written(artist, title, album, path, length_of(fields, "~#length"), mbid=mbid, isrc=text_of(fields, "isrc"))
    last = past_moment(fields, "~#lastplayed")
    plays, skips = count_of(fields, "~#playcount"), count_of(fields, "~#skipcount")
    return Kept(song, plays, last, skips, stars_of(fields, "~#rating", 1))


def _as_text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
