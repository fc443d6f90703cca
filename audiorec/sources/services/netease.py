"""NetEase Cloud Music: what a crawl found, as rows: songs of lists, liked songs, plays by record, and comments.

A comment is an event whose weight is its feeling (-1 to 1), which somebody must judge: without a judge it weighs 0. The
crawl itself is in `netease_crawl.py`.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from audiorec.sources.formats.sqlite_files import DatabaseError, entries, has_tables, is_database, opened
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import Entry, FieldError, checked, length_of, number_of, past_moment, rows, text_of
from audiorec.sources.services import netease_replies

Judge = Callable[[str], float]
_SONG = "s.id AS song, s.title AS title, s.artists AS artists, s.album AS album, s.ms AS ms"
_USER = "u.id AS user_id, u.name AS user_name, (SELECT count(*) FROM user o WHERE o.name = u.name) AS namesakes"
_LISTED = (
    f"SELECT {_SONG}, {_USER}, p.liked AS liked, e.added AS time FROM entry e JOIN playlist p ON p.id = e.playlist"
    " JOIN song s ON s.id = e.song LEFT JOIN user u ON u.id = p.owner ORDER BY e.playlist, e.place"
)
_PLAYED = (
    f"SELECT {_SONG}, {_USER}, r.plays AS plays FROM record r JOIN song s ON s.id = r.song"
    " LEFT JOIN user u ON u.id = r.user ORDER BY r.user, r.song"
)
_SAID = (
    f"SELECT {_SONG}, {_USER}, c.text AS text, c.time AS time FROM comment c JOIN song s ON s.id = c.song"
    " LEFT JOIN user u ON u.id = c.user ORDER BY c.id"
)


_TABLES = {"task": "outcome", "entry": "playlist", "comment": "likes", "lyric": "translation"}


class Lyric(NamedTuple):
    """The words of a song, with time stamps (LRC), and their translation; either may be empty."""

    song: WrittenSong
    text: str
    translation: str


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is of a crawl, or an answer of the service."""
    return netease_replies.recognises(path, head) or has_tables(path, head, _TABLES)


def is_crawl(path: Path) -> bool:
    """Whether a file is of a crawl."""
    return path.is_file() and is_database(path)


def read(path: Path, judge: Judge | None = None) -> Iterator[Row | Unread]:
    """Every event of a crawl or of a saved answer; a fault ends the reading, and what stands before it is given.

    judge: the feeling of a comment, from -1 to 1.
    """
    if not is_database(path):
        yield from netease_replies.read(path)
        return
    number = 0
    try:
        with opened(path) as db:
            for query, parse in ((_LISTED, _listed), (_PLAYED, _played), (_SAID, partial(_said, judge=judge))):
                for found in rows(entries(db, query, number + 1), parse):
                    number = found.row
                    yield found
    except DatabaseError as error:
        yield Unread(number + 1, str(error))


def songs(path: Path) -> Iterator[WrittenSong]:
    """Every song that the service has returned, once; raises InputError."""
    with opened(path) as db:
        for _, entry in entries(db, f"SELECT {_SONG} FROM song s WHERE s.title <> '' ORDER BY s.id"):
            yield _song(entry)


def lyrics(path: Path) -> Iterator[Lyric]:
    """The words of all songs that have some; raises InputError."""
    with opened(path) as db:
        query = (
            f"SELECT {_SONG}, l.text AS text, l.translation AS translation FROM lyric l JOIN song s ON s.id = l.song"
        )
        for _, entry in entries(db, query):
            yield Lyric(_song(entry), str(entry["text"] or ""), str(entry["translation"] or ""))


def friends(path: Path) -> list[tuple[str, str]]:
    """Who follows whom, by the names that the rows have; raises InputError."""
    with opened(path) as db:
        names = {entry["user_id"]: _user(entry) for _, entry in entries(db, f"SELECT {_USER} FROM user u")}
        pairs: list[tuple[int, int]] = db.execute(
            "SELECT user, followed FROM follow ORDER BY user, followed"
        ).fetchall()
        return [(names.get(one, str(one)), names.get(other, str(other))) for one, other in pairs]


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """How much of what a crawl has found so far."""
    tables = ("user", "playlist", "entry", "song", "comment", "lyric", "follow", "record")
    return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def _listed(number: int, entry: Entry) -> Row | Unread:
    song, time = _song(entry), past_moment(entry, "time")
    return Row(_user(entry), song, time, None, "like" if entry["liked"] else "playlist", 1.0, number)


def _played(number: int, entry: Entry) -> Row | Unread:
    return Row(_user(entry), _song(entry), None, None, "play", number_of(entry, "plays") or 1.0, number)


def _said(number: int, entry: Entry, judge: Judge | None) -> Row | Unread:
    text = entry["text"]
    if not isinstance(text, str) or not text.strip():
        return Unread(number, "a comment without words", skipped=True)
    feeling = judge(text) if judge is not None else 0.0
    return Row(_user(entry), _song(entry), past_moment(entry, "time"), None, "comment", feeling, number)


def _user(entry: Entry) -> str:
    """A user's name; with their id where others have the same name, or they have none."""
    name, key = text_of(entry, "user_name"), text_of(entry, "user_id")
    if not name:
        return key
    return f"{name} ({key})" if (number_of(entry, "namesakes") or 0) > 1 else name


def _song(entry: Entry) -> WrittenSong:
    title = text_of(entry, "title")
    if not title:
        raise FieldError(f"song {entry['song']} has no name (yet): the service does not know it, or was not asked")
    try:
        names = json.loads(entry["artists"] or "[]")
    except (TypeError, ValueError) as error:
        raise FieldError("its artists are no list") from error
    artists = tuple(checked(name, "artist") for name in names if isinstance(name, str) and name)
    seconds = length_of(entry, "ms", 0.001)
    return WrittenSong(artists, title, text_of(entry, "album"), "", {"netease": text_of(entry, "song")}, seconds)
