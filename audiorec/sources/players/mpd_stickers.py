"""MPD: the sticker database, in which its clients keep plays, likes and stars (myMPD, Cantata, mpdpopm).

Songs are named by their paths inside the music folder alone. It does not know MPD's own database, which counts nothing.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from audiorec.sources.formats.sqlite_files import DatabaseError, entries, has_tables, opened
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import Entry, Kept, count_of, kept_rows, number_of, past_moment, stars_of, text_of

_QUERY = "SELECT type, uri, name, value FROM sticker ORDER BY type, uri, name"
_POPM = "unwoundstack.com:"  # before the names of mpdpopm, whose ratings are bytes


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a sticker database."""
    return has_tables(path, head, {"sticker": "uri"}) and has_tables(path, head, {"sticker": "value"})


def read(path: Path) -> Iterator[Row | Unread]:
    """What was played, skipped, liked and rated; raises InputError when it is no such database."""
    number = 0
    try:
        with opened(path) as db:
            for found in kept_rows(_songs(entries(db, _QUERY)), _kept):
                number = found.row
                yield found
    except DatabaseError as error:
        yield Unread(number + 1, str(error))


def _songs(stickers: Iterator[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """All stickers of a song as one entry; clients write their names in several ways."""
    things = groupby(stickers, key=lambda sticker: (sticker[1]["type"], sticker[1]["uri"]))
    for number, ((kind, uri), group) in enumerate(things, start=1):
        named = {str(sticker["name"]).casefold().replace("_", ""): sticker["value"] for _, sticker in group}
        yield number, {**named, "uri": uri, "type": kind}


def _kept(number: int, entry: Entry) -> Kept | Unread:
    if entry["type"] != "song":
        return Unread(number, f"no song but a {str(entry['type'])[:30]}", skipped=True)
    uri = text_of(entry, "uri")
    if "://" in uri:
        return Unread(number, "an address of the network", skipped=True)
    # 0 hated, 1 neither, 2 loved
    like = number_of(entry, "like")
    liked = None if like is None or like == 1 else like > 1
    last = past_moment(entry, "lastplayed") or past_moment(entry, f"{_POPM}lastplayed")
    stars = stars_of(entry, "rating", 10) or float(round(stars_of(entry, f"{_POPM}rating", 255)))
    plays = max(count_of(entry, "playcount"), count_of(entry, f"{_POPM}playcount"))
    skips = count_of(entry, "skipcount")
    return Kept(WrittenSong(path=uri), plays, last, skips, stars, liked)
