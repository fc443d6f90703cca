"""Playlists in the m3u and m3u8 formats: the songs in their order, each as a path and, if the list says it, a name.

`.m3u8` is UTF-8 by rule and `.m3u` is anything in practice, so both are decoded by guess. Stations and other network
addresses are kept as names that no track will match. It does not know the library.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from audiorec.sources.contract import Row, Unread
from audiorec.sources.listens_tables import Problem
from audiorec.sources.matching import SongName
from audiorec.sources.text_file import UNREADABLE, read_text

_EXTINF = re.compile(r"#EXTINF:\s*-?[\d.]*(?P<attributes>(?:\s+[\w-]+=\"[^\"]*\")*)\s*,(?P<name>.*)", re.IGNORECASE)
_EXTRA_ARTIST = re.compile(r"#EXTART:(.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """One song of a playlist and the line that it stands on."""

    line: int
    song: SongName


@dataclass(frozen=True)
class Playlist:
    """The songs of one playlist file, and the lines that could not be used."""

    entries: list[Entry]
    problems: list[Problem]


def read_playlist(path: Path) -> Playlist:
    """Read an m3u or m3u8 file; raises InputError when it cannot be opened."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    name, artist = "", ""
    # "\r" alone ended lines on old systems, and such lists are still about.
    for number, line in enumerate(read_text(path).replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        line = line.strip().strip("\ufeff")
        if line.startswith("#"):
            name = _group(_EXTINF, line, "name") or name
            artist = _group(_EXTRA_ARTIST, line, 1) or artist
        elif line:
            if UNREADABLE in line or "\0" in line:
                problems.append(Problem(number, "bytes that are no text in the encoding of this file"))
            else:
                entries.append(Entry(number, _song(line, name, artist)))
            name, artist = "", ""
    return Playlist(entries, problems)


def _song(path: str, name: str, artist: str) -> SongName:
    before, dash, after = name.partition(" - ")
    if dash:
        return SongName(path=path, artist=before.strip(), title=after.strip())
    return SongName(path=path, artist=artist.strip(), title=name.strip())


def _group(pattern: re.Pattern[str], line: str, group: str | int) -> str:
    found = pattern.match(line)
    return found[group].strip() if found else ""


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a playlist."""
    return path.suffix.lower() in (".m3u", ".m3u8") or head.lstrip(b"\xef\xbb\xbf").startswith(b"#EXTM3U")


def read(path: Path) -> Iterator[Row | Unread]:
    """Every song of a playlist, as of nobody yet."""
    found = read_playlist(path)
    for entry in found.entries:
        yield Row("", entry.song.written, kind="playlist", row=entry.line)
    for problem in found.problems:
        yield Unread(problem.line, problem.reason)
