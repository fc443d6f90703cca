"""Last.fm and Libre.fm: what the common exporters write (CSV, TSV, JSON), pages of their APIs, and loved tracks.

CSV comes with and without header; without one the column of dates shows which is which. What is playing now has
no date and is skipped. The API itself is read by `lastfm_api.py`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

from audiorec.errors import InputError
from audiorec.sources.formats.delimited import read_delimited
from audiorec.sources.formats.exports import Member, members
from audiorec.sources.formats.json_stream import JsonError, json_items
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import Entry, FieldError, checked, moment_of, object_of, rows, text_of, written
from audiorec.sources.rows.times import parse_time

_HEADS = (b'"recenttracks"', b'"lovedtracks"', b'"scrobbles"')
_OPENED = ("", ".recenttracks", ".lovedtracks", *(f"{page}.track[" for page in ("", ".recenttracks", ".lovedtracks")),
           ".scrobbles[", ".tracks[")  # fmt: skip
_USER = re.compile(rb'"(?:user|username)"\s*:\s*"([^"\\]{1,100})"')
_NAMES = {
    "time": ("uts", "date", "time", "timestamp", "utctime", "datetime"),
    "artist": ("artist", "artistname"),
    "title": ("track", "trackname", "title", "song", "name"),
    "album": ("album", "albumname"),
    "mbid": ("trackmbid", "mbid"),
}
_SONG = ("artist", "title", "album", "mbid")
_WITHOUT_HEADER = ("artist", "album", "title", "time")
_LASTEXPORT = ("time", "title", "artist", "album", "mbid")
_UTF7 = "+ACM-"


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is of an exporter or of the API."""
    if path.is_dir():
        return False
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"["):
        is_page = b'"track"' in head and b'"uts"' in head and b'"#text"' in head
        stats = b'"scrobbles"' in head and b'"username"' in head and b'"albumId"' in head
        return is_page or stats or any(key in head for key in _HEADS[:2])
    return _is_table(path, head)


def read(path: Path) -> Iterator[Row | Unread]:
    """Plays and loved tracks; raises InputError when the file cannot be opened."""
    with _opened(path) as file:
        start = file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    return _read_json(path) if start in (b"{", b"[") else _read_table(path)


def _opened(path: Path) -> Any:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


# --- JSON ------------------------------------------------------------------------------------------------------------


def _read_json(path: Path) -> Iterator[Row | Unread]:
    user, number = _user_of(path), 0
    for member in members(path, lambda name: True):
        try:
            for found in rows(_entries(member), lambda at, entry: parse(at, entry, user)):
                number = found.row
                yield found
        except JsonError as error:
            yield Unread(number + 1, f"from here on it is no JSON: {error}")


def parse(number: int, entry: Entry, user: str = "") -> Row | Unread:
    """A scrobble or a loved track of a page (then `loved` is set); raises FieldError for what cannot be used."""
    artist = entry.get("artist")
    artist = artist.get("#text") or artist.get("name") if isinstance(artist, dict) else artist
    album = entry.get("album")
    album = album.get("#text") or album.get("title") if isinstance(album, dict) else album
    names = {"artist": artist, "album": album, "title": entry.get("name") or entry.get("track")}
    title, artist = text_of(names, "title"), text_of(names, "artist")
    if not title:
        return Unread(number, "no song")
    song = written(artist, title, text_of(names, "album"), mbid=text_of(entry, "mbid"))
    date = entry.get("date")
    time = moment_of(date, "uts") if isinstance(date, dict) else moment_of(entry, "date")
    if entry.get("loved_page"):
        return Row(user, song, time or None, kind="like", row=number)
    is_now = object_of(entry, "@attr").get("nowplaying") in ("true", True)
    if is_now or date is None:
        return Unread(number, "playing now, not yet a scrobble", skipped=True)
    # Scrobbles of players without a clock are dated 1970.
    return Row(user, song, time if time and time > 86_400 else None, row=number)


def _entries(member: Member) -> Iterator[tuple[int, Any]]:
    number = 0
    for place, value in json_items(member.blocks(), _OPENED):
        for entry in _tracks(place, value):
            number += 1
            is_loved = ".lovedtracks" in place and isinstance(entry, dict)
            yield number, ({**entry, "loved_page": True} if is_loved else entry)


def _tracks(place: str, value: Any) -> list[Any]:
    """The tracks of a list of pages or of tracks, or of a page, which holds a single one without a list."""
    if place == "[]" and isinstance(value, dict):
        page = value.get("recenttracks", value)
        tracks = page.get("track", value) if isinstance(page, dict) and "artist" not in page else value
        return tracks if isinstance(tracks, list) else [tracks]
    if place.endswith("[]") or (place.endswith(".track") and isinstance(value, dict)):
        return [value]
    return []


def _user_of(path: Path) -> str:
    """Whose pages these are: pages say it before or behind their tracks."""
    with _opened(path) as file:
        start = file.read(65_536)
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 4096))
        found = _USER.search(start) or _USER.search(file.read())
    return str(found[1].decode("utf-8", "replace")).strip() if found else ""


# --- tables ----------------------------------------------------------------------------------------------------------


def _is_table(path: Path, head: bytes) -> bool:
    if b"Libre.fm" in head[:200] or re.search(rb'Date#[^\s;,"]+', head[:300]):
        return True
    try:
        _, first = next(read_delimited(path), (0, []))
    except InputError:
        return False
    places = _places(first)
    if {"artist", "title", "time"} <= set(places):
        names = {_folded(name) for name in first}
        return bool(names & {"uts", "utctime", "albummbid", "artistmbid", "trackmbid"})
    return _headless(first) is not None


def _read_table(path: Path) -> Iterator[Row | Unread]:
    lines = read_delimited(path)
    first = next(lines, None)
    is_utf7 = first is not None and bool(first[1]) and first[1][0].startswith(_UTF7)
    while first is not None and first[1] and first[1][0].startswith(("#", _UTF7)):
        first = next(lines, None)
    if first is None:
        raise InputError(f"{path} is empty: it needs rows of artist, album, track and date")
    places, user = _places(first[1]), _user_in(first[1])
    if not {"artist", "title"} <= set(places):
        order = _headless(first[1])
        if order is None:
            raise InputError(f"{path} has no columns of artist and track, and its first row no date")
        places, lines = {name: at for at, name in enumerate(order)}, chain([first], lines)
    names = tuple(name for name in _SONG if name in places)
    pick, width = itemgetter(*(places[name] for name in names)), max(places.values()) + 1
    for number, found in lines:
        fields = [_from_utf7(field) for field in found] if is_utf7 else found
        whole = [*fields, *[""] * (width - len(fields))] if len(fields) < width else fields
        if fields:
            yield _row_of(number, (names, pick(whole)), whole[places["time"]] if "time" in places else "", user)
        else:
            yield Unread(number, "a quotation mark has no partner")


def _row_of(number: int, written_song: tuple[Sequence[str], Sequence[str]], date: str, user: str) -> Row | Unread:
    try:
        song = _song_of(*written_song)
        if not song.title or not song.artists:
            return Unread(number, "no song")
        time = parse_time(checked(date, "time"))
    except (FieldError, ValueError, OverflowError) as error:
        return Unread(number, str(error))
    return Row(user, song, time if time and time > 86_400 else None, row=number)


@lru_cache(maxsize=100_000)
def _song_of(names: Sequence[str], values: Sequence[str]) -> WrittenSong:
    """A song of some of the fields _SONG; histories hold few songs many times."""
    field = {name: checked(value.strip(), name) for name, value in zip(names, values, strict=True)}
    return written(field["artist"], field["title"], field.get("album", ""), mbid=field.get("mbid", ""))


def _places(header: Sequence[str]) -> dict[str, int]:
    folded = [_folded(name) for name in header]
    return {
        column: next(folded.index(name) for name in names if name in folded)
        for column, names in _NAMES.items()
        if any(name in folded for name in names)
    }


def _folded(name: str) -> str:
    """Letters of a column's name; `Date#ann` of lastfmstats also says whose it is."""
    return "".join(sign for sign in name.partition("#")[0].casefold() if sign.isalnum())


def _user_in(header: Sequence[str]) -> str:
    return next((name.partition("#")[2].strip() for name in header if name.casefold().startswith("date#")), "")


def _headless(fields: Sequence[str]) -> Sequence[str] | None:
    """The columns of a table without header, by where its date stands; None where it has none."""
    if len(fields) >= 4 and re.fullmatch(r"\d{9,10}", fields[0].strip()):
        return _LASTEXPORT
    if len(fields) == 4 and re.match(r"\d{1,2} \w{3,} \d{4},? \d{1,2}:\d{2}", fields[3].strip()):
        return _WITHOUT_HEADER
    return None


def _from_utf7(text: str) -> str:
    """Libre.fm's exporter writes UTF-7, of which only some rows can be decoded as a whole."""
    try:
        return text.encode("ascii").decode("utf-7")
    except UnicodeError:
        return text
