"""Answers of NetEase Cloud Music that were saved as files (JSON): a list, what somebody played, comments on a song.

Of a list all songs are given by their ids, with names where the answer has them: it names only the first ones. What a
crawl found is read by `netease.py`.
"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from audiorec.errors import InputError
from audiorec.sources.formats.text_file import read_text
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import (
    Entry,
    checked,
    length_of,
    list_of,
    number_of,
    object_of,
    past_moment,
    rows,
    text_of,
)

_LONGEST = 64_000_000  # bytes of one answer


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is such an answer."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    is_list = b'"playlist"' in head and (b'"trackIds"' in head or b'"ar"' in head)
    return start.startswith(b"{") and (is_list or b'"allData"' in head or b'"weekData"' in head)


def read(path: Path) -> Iterator[Row | Unread]:
    """The songs of a list or of a record of plays; raises InputError for what is neither."""
    if path.is_file() and path.stat().st_size > _LONGEST:
        raise InputError(f"{path} is larger than any answer ({_LONGEST // 10**6} MB): it is not read")
    try:
        answer = json.loads(read_text(path).lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no valid JSON ({str(error)[:80]})") from error
    found = answer.get("playlist") if isinstance(answer, dict) else None
    if isinstance(found, dict):
        yield from _of_list(found)
        return
    # Plays in all, or of the last week.
    played = (answer.get("allData") or answer.get("weekData")) if isinstance(answer, dict) else None
    if not isinstance(played, list):
        raise InputError(f"{path} is no answer with a playlist or a record of plays")
    yield from rows(enumerate(played, start=1), _played)


def _of_list(found: dict[str, Any]) -> Iterator[Row | Unread]:
    creator = found.get("creator")
    owner = creator.get("nickname") if isinstance(creator, dict) else None
    tracks = found.get("tracks") if isinstance(found.get("tracks"), list) else []
    named = {str(track.get("id")): track for track in tracks or () if isinstance(track, dict)}
    entries = found.get("trackIds") if isinstance(found.get("trackIds"), list) else None
    parse = partial(_listed, named=named, owner=owner if isinstance(owner, str) else "")
    yield from rows(enumerate(entries or tracks or (), start=1), parse)


def _listed(number: int, entry: Entry, named: dict[str, Any], owner: str) -> Row | Unread:
    key = text_of(entry, "id")
    if not key:
        return Unread(number, "a song without an id")
    song = song_of({**named.get(key, {}), "id": key})
    return Row(checked(owner, "creator"), song, past_moment(entry, "at"), kind="playlist", row=number)


def _played(number: int, entry: Entry) -> Row | Unread:
    song, plays = song_of(object_of(entry, "song")), number_of(entry, "playCount") or 0
    if not song.title or not 0 < plays < 1e9:
        return Unread(number, "no song" if not song.title else "it was not played")
    return Row("", song, weight=plays, row=number)


def song_of(entry: Entry) -> WrittenSong:
    """A song as the service writes it (`ar`, `al`, `dt`); raises FieldError."""
    # Older answers write the names of the fields out.
    artists = list_of(entry, "ar") or list_of(entry, "artists")
    names = [text_of(artist, "name") for artist in artists if isinstance(artist, dict)]
    album = text_of(object_of(entry, "al") or object_of(entry, "album"), "name")
    seconds = length_of(entry, "dt", 0.001) or length_of(entry, "duration", 0.001)
    ids = {"netease": text_of(entry, "id")}
    return WrittenSong(tuple(filter(None, names)), text_of(entry, "name"), album, "", ids, seconds)
