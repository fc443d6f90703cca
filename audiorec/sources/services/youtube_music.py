"""YouTube Music out of Google's Takeout: the history (JSON or HTML) and the songs of the library (CSV), as zip or file.

The history also holds what was watched on YouTube itself, which is skipped. Titles begin with a word such as "Watched"
in the language of the account. How long a song was heard is not said.
"""

import csv
import html
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from audiorec.sources.formats.exports import ExportError, Member, byte_lines, has_member, head_of, is_zip, members
from audiorec.sources.formats.json_stream import JsonError, json_items
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import Entry, list_of, moment_of, rows, text_of, written
from audiorec.sources.rows.times import parse_time

_WATCHED = re.compile(
    r"^(?:Watched|Vous avez regardé|Has visto|Hai guardato|Assistiu a|Você assistiu a|Obejrzano:?|Je hebt"
    r"|Вы посмотрели(?: видео)?|Angesehen:|观看了|已观看|已觀看)\s+"
    r"|\s*(?:angesehen|bekeken(?: naar)?|を視聴しました|을\(를\) 시청했습니다)$",
    re.IGNORECASE,
)
_TOPIC = re.compile(r"\s+[-–]\s+(?:Topic|Thema|Thème|Tema|Tópico|Onderwerp|Temat|トピック)$|VEVO$", re.IGNORECASE)
_VIDEO = re.compile(r"[?&]v=([\w-]{11})")
_CELL = re.compile(
    r"<a href=\"(?P<url>[^\"]*)\">(?P<title>.*?)</a>"
    r"(?:<br\s*/?>(?:<a [^>]*>(?P<artist>.*?)</a><br\s*/?>)?(?P<date>[^<]+))?",
    re.DOTALL,
)
_ZONES = {"CET": 1, "CEST": 2, "BST": 1, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "EST": -5, "EDT": -4, "CST": -6,
          "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "UTC": 0, "GMT": 0}  # fmt: skip
_LONGEST = 100_000  # signs of one entry of the page


def recognises(path: Path, head: bytes) -> bool:
    """Whether a folder, archive or file is such a history or list of songs."""
    if path.is_dir():
        return False
    if is_zip(head):
        return has_member(path, _may_be) and any(_is_part(head_of(part)) for part in members(path, _may_be))
    return _is_part(head)


def read(path: Path) -> Iterator[Row | Unread]:
    """Plays and saved songs; raises InputError when nothing can be opened."""
    number = 0
    for part in members(path, _may_be):
        # An archive also holds what is no history; a file that is named is one.
        if part.name != path.name and not _is_part(head_of(part)):
            continue
        try:
            for found in rows(enumerate(_values(part), start=number + 1), _row):
                number = found.row
                yield found
        except (JsonError, ExportError, csv.Error) as error:
            number += 1
            yield Unread(number, f"{part.name}: {error}")


def _may_be(name: str) -> bool:
    return name.lower().endswith((".json", ".html", ".csv"))


def _is_part(head: bytes) -> bool:
    if b"outer-cell" in head:
        return b"youtube.com/watch" in head
    return (b'"titleUrl"' in head and b"youtube.com/" in head) or b"Song Title,Album Title" in head[:300]


def _values(part: Member) -> Iterator[Any]:
    head = head_of(part)
    if b"outer-cell" in head:
        return _cells(part)
    if b"Song Title,Album Title" in head[:300]:
        lines = (line.decode("utf-8-sig", "replace") for line in byte_lines(part.blocks(), _LONGEST))
        return csv.DictReader(lines)
    return (value for _, value in json_items(part.blocks(), ("",)))


def _row(number: int, entry: Entry) -> Row | Unread:
    if "Song Title" in entry:
        return _saved(number, entry)
    title, url = text_of(entry, "title"), text_of(entry, "titleUrl")
    if "music.youtube.com" not in url and text_of(entry, "header") != "YouTube Music":
        return Unread(number, "watched on YouTube: perhaps no song", skipped=True)
    channels = [channel for channel in list_of(entry, "subtitles") if isinstance(channel, dict)]
    song = _song_of(title, url, text_of(channels[0], "name") if channels else "")
    if not song.title or song.title.startswith("https://"):
        return Unread(number, "a song that the service no longer names")
    time = moment_of(entry, "time")
    if time is None:
        return Unread(number, "no time")
    return Row("", song, time, row=number)


@lru_cache(maxsize=100_000)
def _song_of(title: str, url: str, channel: str) -> WrittenSong:
    title = _WATCHED.sub("", title.replace("\N{NO-BREAK SPACE}", " ")).strip()
    video = _VIDEO.search(url)
    return written(_TOPIC.sub("", channel), title, youtube=video[1] if video else "")


def _saved(number: int, entry: Entry) -> Row | Unread:
    names = [text_of(entry, key) for key in entry if str(key).startswith("Artist Name")]
    title, video = (
        text_of(entry, "Song Title"),
        text_of(entry, "Video ID") or text_of(entry, "Song URL").partition("v=")[2],
    )
    if not title:
        return Unread(number, "no song")
    song = written("; ".join(filter(None, names)), title, text_of(entry, "Album Title"), youtube=video)
    return Row("", song, kind="like", row=number)


def _cells(part: Member) -> Iterator[Any]:
    """The entries of the page, in the form that they have in JSON."""
    rest = ""
    for block in part.blocks():
        *cells, rest = (rest + block.decode("utf-8", "replace")).split('<div class="outer-cell')
        yield from (_cell(cell) for cell in cells if "href=" in cell)
        rest = rest[:_LONGEST]
    if "href=" in rest:
        yield _cell(rest)


def _cell(text: str) -> Any:
    header = "YouTube Music" if "YouTube Music<" in text else "YouTube"
    found = _CELL.search(text.replace("\N{NARROW NO-BREAK SPACE}", " "))
    if not found:
        return {"header": header, "title": ""}
    title, artist = (html.unescape(found[name] or "") for name in ("title", "artist"))
    entry = {"header": header, "title": title, "titleUrl": html.unescape(found["url"]), "subtitles": [{"name": artist}]}
    return {**entry, "time": _date(html.unescape(found["date"] or ""))}


def _date(text: str) -> Any:
    """Unix seconds of a date with the name of a zone; the text itself where it is none."""
    words = text.strip().rsplit(" ", 1)
    hours = _ZONES.get(words[-1], 0)
    try:
        moment = parse_time(words[0] if words[-1] in _ZONES else text.strip())
    except (ValueError, OverflowError):
        return text.strip()
    return None if moment is None else moment - hours * 3600
