"""Songs as OpenSubsonic servers write them, and answers of their API that were saved as files (JSON).

The server itself is read by `subsonic.py`. Albums and artists in an answer are no songs and give no rows.
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
    FieldError,
    Kept,
    count_of,
    kept_row,
    length_of,
    list_of,
    past_moment,
    rows,
    stars_of,
    text_of,
)

_LONGEST = 64_000_000  # bytes of one answer
_BARE = (b'"status"', b'"version"', b'"openSubsonic"')  # an answer that was saved without what wraps it
_LISTS = ("song", "entry", "child", "match")


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is an answer of such a server."""
    return b'"subsonic-response"' in head[:1000] or all(word in head[:400] for word in _BARE)


def read(path: Path) -> Iterator[Row | Unread]:
    """The songs of an answer, those of a list as listed; raises InputError for what is none."""
    if path.is_file() and path.stat().st_size > _LONGEST:
        raise InputError(f"{path} is larger than any answer ({_LONGEST // 10**6} MB): it is not read")
    try:
        found = json.loads(read_text(path).lstrip("\ufeff"))
        answer = found if "openSubsonic" in found else found["subsonic-response"]
        outer = [value for value in answer.values() if isinstance(value, dict)]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is no saved answer of a Subsonic server: give its address, such as https://music.example"
        ) from error
    number = 0
    for part in outer:
        owner = part.get("owner")
        for name in _LISTS:
            entries: Any = part.get(name)
            for entry in entries if isinstance(entries, list) else ():
                number += 1
                if isinstance(owner, str) and name == "entry":
                    yield from rows([(number, entry)], partial(listed_row, owner=owner))
                elif not (isinstance(entry, dict) and entry.get("isDir") is True):
                    yield from kept_row(number, entry, kept_song)
                else:
                    yield Unread(number, "a folder, no song", skipped=True)
    if not number:
        yield Unread(1, "an answer without songs", skipped=True)


def song_of(entry: Entry) -> WrittenSong:
    """A song as the API writes it; raises FieldError."""
    artists = [text_of(artist, "name") for artist in list_of(entry, "artists") if isinstance(artist, dict)]
    isrc = entry.get("isrc")
    ids = {
        "subsonic": text_of(entry, "id"),
        "mbid": text_of(entry, "musicBrainzId"),
        "isrc": text_of({"isrc": isrc[0] if isinstance(isrc, list) and isrc else None}, "isrc"),
    }
    names = tuple(filter(None, artists or [text_of(entry, "artist")]))
    known = {kind: key for kind, key in ids.items() if key}
    title, album, path = (text_of(entry, name) for name in ("title", "album", "path"))
    return WrittenSong(names, title, album, path, known, length_of(entry, "duration"))


def kept_song(number: int, entry: Entry, seen: int = 0) -> Kept | Unread:
    """What the server keeps of a song, without `seen` plays that a history holds; raises FieldError."""
    if entry.get("isVideo") is True or entry.get("type") in ("video", "podcast", "audiobook"):
        return Unread(number, "a video, a book or a podcast: no song", skipped=True)
    plays = max(0.0, count_of(entry, "playCount") - seen)
    last, star_time = past_moment(entry, "played"), past_moment(entry, "starred")
    if seen and not (plays or star_time or entry.get("userRating")):
        return Unread(number, "its plays are all in the history", skipped=True)
    stars = stars_of(entry, "userRating", 5)
    return Kept(
        song_of(entry), plays, None if seen else last, stars=stars, starred=bool(star_time), star_time=star_time
    )


def play_row(number: int, entry: Entry, user: str, time: float) -> Row | Unread:
    """A play of a song; raises FieldError."""
    return Row(user, song_of(entry), time, row=number)


def listed_row(number: int, entry: Entry, owner: str) -> Row | Unread:
    """A song of a list; raises FieldError."""
    song = song_of(entry)
    if not (song.title or song.path):
        raise FieldError("no song")
    return Row(owner, song, kind="playlist", row=number)
