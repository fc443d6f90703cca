"""Tautulli: the history of plays that it keeps of a Plex server (`tautulli.db`).

Where and on what somebody listened is not read.
"""

from collections.abc import Iterator
from pathlib import Path

from audiorec.sources.formats.sqlite_files import DatabaseError, entries, has_tables, opened, picked
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.fields import Entry, length_of, moment_of, rows, text_of, written

_HISTORY = ("media_type", "started", "stopped", "paused_counter", "rating_key", "user")
_SONG = ("title", "parent_title", "grandparent_title", "original_title", "duration")


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is such a database."""
    return has_tables(path, head, {"session_history": "started", "session_history_metadata": "grandparent_title"})


def read(path: Path) -> Iterator[Row | Unread]:
    """Every play of a song; raises InputError when it is no such database."""
    number = 0
    try:
        with opened(path) as db:
            play, song = (
                picked(db, "session_history", _HISTORY, "h"),
                picked(db, "session_history_metadata", _SONG, "m"),
            )
            query = (
                f"SELECT {play}, {song} FROM session_history h"
                " LEFT JOIN session_history_metadata m ON m.id = h.id ORDER BY h.id"
            )
            for found in rows(entries(db, query), _row):
                number = found.row
                yield found
    except DatabaseError as error:
        yield Unread(number + 1, str(error))


def _row(number: int, entry: Entry) -> Row | Unread:
    kind = text_of(entry, "media_type")
    if kind not in ("track", ""):
        return Unread(number, f"no song but {kind[:30]!r}", skipped=True)
    title, start = text_of(entry, "title"), moment_of(entry, "started")
    if not title or start is None:
        return Unread(number, "no time" if title else "no song")
    artist = text_of(entry, "original_title") or text_of(entry, "grandparent_title")
    seconds = length_of(entry, "duration", 0.001)
    song = written(artist, title, text_of(entry, "parent_title"), seconds=seconds, plex=text_of(entry, "rating_key"))
    return Row(text_of(entry, "user"), song, start, _heard(entry, start), row=number)


def _heard(entry: Entry, start: float) -> float | None:
    stop, paused = moment_of(entry, "stopped"), length_of(entry, "paused_counter") or 0.0
    return stop - start - paused if stop is not None and stop - start > paused else None
