"""Navidrome: its database (`navidrome.db`): every play that it kept, counts, stars, ratings and lists made by hand.

Counts older than the history of plays are given as one row a song for what the history does not explain. The server
itself is read over the network by `subsonic.py`.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from audiorec.sources.formats.sqlite_files import DatabaseError, columns, entries, has_tables, opened, picked
from audiorec.sources.rows.contract import ARTIST, Row, Unread, WrittenSong
from audiorec.sources.rows.fields import (
    Entry,
    Kept,
    count_of,
    kept_rows,
    length_of,
    moment_of,
    past_moment,
    rows,
    stars_of,
    text_of,
    written,
)

_SONG = (
    *("id", "artist_id", "path", "title", "artist", "album_artist", "album", "duration"),
    *("mbz_recording_id", "mbz_track_id"),
)


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a database of Navidrome."""
    return has_tables(path, head, {"media_file": "path", "annotation": "item_id", "user": "user_name"})


def read(path: Path) -> Iterator[Row | Unread]:
    """Plays, counts beyond them, stars, ratings and lists; raises InputError when it is no such database."""
    number = 0
    try:
        with opened(path) as db:
            for part in (_plays, _annotations, _lists):
                for found in part(db, number + 1):
                    number = found.row
                    yield found
    except DatabaseError as error:
        yield Unread(number + 1, str(error))


def _plays(db: sqlite3.Connection, first: int) -> Iterator[Row | Unread]:
    if not columns(db, "scrobbles"):
        return
    query = (
        f"SELECT user_name, submission_time, {picked(db, 'media_file', _SONG, 'm')} FROM scrobbles s"
        " LEFT JOIN media_file m ON m.id = s.media_file_id LEFT JOIN user u ON u.id = s.user_id ORDER BY s.rowid"
    )
    yield from rows(entries(db, query, first), _play)


def _play(number: int, entry: Entry) -> Row | Unread:
    song, time = _song(entry), moment_of(entry, "submission_time")
    if not (song.title or song.path):
        return Unread(number, "a play of a song that the database no longer has")
    return Row(text_of(entry, "user_name"), song, time, row=number)


def _annotations(db: sqlite3.Connection, first: int) -> Iterator[Row | Unread]:
    counted, history = "0", ""
    if columns(db, "scrobbles"):
        counted, history = "c.plays", _HISTORY
    query = (
        f"SELECT user_name, item_type, {counted} AS counted, {picked(db, 'annotation', _KEPT, 'a')},"
        f" {picked(db, 'media_file', _SONG, 'm')} FROM annotation a LEFT JOIN media_file m ON m.id = a.item_id"
        f" LEFT JOIN user u ON u.id = a.user_id {history} ORDER BY a.rowid"
    )
    yield from kept_rows(entries(db, query, first), _kept)


# Counted once for all: the table has no index for single songs.
_HISTORY = (
    "LEFT JOIN (SELECT media_file_id, user_id, count(*) AS plays FROM scrobbles GROUP BY media_file_id, user_id) c"
    " ON c.media_file_id = a.item_id AND c.user_id = a.user_id"
)
_KEPT = ("play_count", "play_date", "rating", "starred", "starred_at")


def _kept(number: int, entry: Entry) -> Kept | Unread:
    if entry["item_type"] != "media_file":
        return Unread(number, f"of no song but of an {str(entry['item_type'])[:30]}", skipped=True)
    song, counted = _song(entry), count_of(entry, "counted")
    if not (song.title or song.path):
        return Unread(number, "counts of a song that the database no longer has")
    starred = entry["starred"] in (1, "1", "true")
    plays, stars = count_of(entry, "play_count"), stars_of(entry, "rating", 5)
    if counted and not (starred or stars or plays > counted):
        return Unread(number, "its plays are all in the history", skipped=True)
    last = None if counted else past_moment(entry, "play_date")
    star_time = past_moment(entry, "starred_at") if starred else None
    kept = Kept(song, max(0.0, plays - counted), last, stars=stars, starred=starred, star_time=star_time)
    return replace(kept, user=text_of(entry, "user_name"))


def _lists(db: sqlite3.Connection, first: int) -> Iterator[Row | Unread]:
    known = columns(db, "playlist")
    if not known or not columns(db, "playlist_tracks"):
        return
    rules = "coalesce(p.rules, '') NOT IN ('', 'null')" if "rules" in known else "0"
    owner = "u.user_name" if "owner_id" in known else "p.owner"
    join = "LEFT JOIN user u ON u.id = p.owner_id" if "owner_id" in known else ""
    query = (
        f"SELECT {owner} AS user_name, p.id AS list, {rules} AS rules, {picked(db, 'media_file', _SONG, 'm')}"
        f" FROM playlist_tracks t LEFT JOIN playlist p ON p.id = t.playlist_id {join}"
        " LEFT JOIN media_file m ON m.id = t.media_file_id ORDER BY t.rowid"
    )
    yield from rows(entries(db, query, first), _listed)


def _listed(number: int, entry: Entry) -> Row | Unread:
    if entry["list"] is None or entry["rules"]:
        return Unread(number, "a list that is gone" if entry["list"] is None else "a list that is kept by rules", True)
    song = _song(entry)
    if not (song.title or song.path):
        return Unread(number, "an entry of a list whose song the database no longer has")
    return Row(text_of(entry, "user_name"), song, kind="playlist", row=number)


def _song(entry: Entry) -> WrittenSong:
    artist = text_of(entry, "artist") or text_of(entry, "album_artist")
    mbid = text_of(entry, "mbz_recording_id") or text_of(entry, "mbz_track_id")
    title, album, path = (text_of(entry, name) for name in ("title", "album", "path"))
    ids = {"subsonic": text_of(entry, "id"), f"subsonic{ARTIST}": text_of(entry, "artist_id"), "mbid": mbid}
    return written(artist, title, album, path, length_of(entry, "duration"), **ids)
