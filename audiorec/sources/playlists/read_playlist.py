"""Playlists (m3u, m3u8, pls, xspf, jspf, wpl, zpl, asx, b4s, smil): the songs in their order, as paths and as names.

Lists of text are read here, the others in `marked_playlists.py`. A list says nothing of who made it, so its rows have
no user. It does not know the library: paths of other machines are given as they are written.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from audiorec.errors import InputError
from audiorec.sources.formats.no_music import files_below
from audiorec.sources.formats.text_file import UNREADABLE, decode
from audiorec.sources.formats.text_lines import text_lines
from audiorec.sources.playlists.marked_playlists import read_jspf, read_wpl, read_xspf
from audiorec.sources.rows.contract import Row, Unread, WrittenSong

# Players write marks of their own that begin alike (#EXT-X-RATING).
_STREAM = re.compile(
    r"#EXT-X-(?:VERSION|TARGETDURATION|MEDIA|STREAM-INF|I-FRAME|PLAYLIST-TYPE|KEY|MAP|INDEPENDENT|ENDLIST|PART|BYTERANGE"
    r"|DISCONTINUITY|PROGRAM-DATE-TIME|START|SERVER-CONTROL)",
    re.IGNORECASE,
)
_EXTINF = re.compile(
    r"#EXTINF:\s*(?P<seconds>-?[\d.]*)(?P<attributes>(?:\s+[\w-]+=\"[^\"]*\")*)\s*,?(?P<name>.*)", re.IGNORECASE
)
_EXTRA = re.compile(r"#(?P<what>EXTART|EXTALB):(?P<value>.*)", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(artist|title|album)=\"([^\"]*)\"", re.IGNORECASE)
_SOUND = re.compile(
    r"\.(?:mp3|flac|ogg|oga|opus|m4a|m4b|mp4|aac|wav|wave|aif|aiff|aifc|wma|wv|ape|mpc|spx|tta|tak|ac3|eac3|dsf|dff|dts|mka|mp2|alac"
    r"|amr|au|caf|w64|webm|ra|rm|mid|midi|mod|xm|it|s3m)$",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")  # in no path, but in what is no text
# Marks of encodings, and how DOS and careless programs end a file.
_AROUND = " \t\r\n\f\v\xa0\ufeff\x1a"
_ENDINGS = frozenset((".m3u", ".m3u8", ".pls", ".xspf", ".jspf", ".wpl", ".zpl", ".asx", ".b4s", ".smil"))
_HEAD = 65_536  # bytes
_PLS = re.compile(r"\s*(?P<key>file|title|length)(?P<number>\d{1,9})\s*=\s*(?P<value>.*)", re.IGNORECASE)
_DASH = re.compile(r"\s+[-–—]\s+")


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a playlist, by its content, or by its name where the content says nothing."""
    return not path.is_dir() and _format(path, head) != ""


def playlists_below(folder: Path) -> list[Path]:
    """The playlists in a folder of music, by their names and first bytes; what cannot be read is left out."""
    return [path for path in files_below(folder) if path.suffix.lower() in _ENDINGS and _is_playlist(path)]


def _is_playlist(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _format(path, file.read(_HEAD)) != ""
    except OSError:
        return False


def read(path: Path) -> Iterator[Row | Unread]:
    """Every song of a playlist of any format, as of nobody yet; raises InputError when it cannot be opened."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    readers = {"pls": _read_pls, "xspf": read_xspf, "jspf": read_jspf, "wpl": read_wpl}
    yield from readers.get(_format(path, head), _read_m3u)(path)


def _format(path: Path, head: bytes) -> str:
    """m3u, pls, xspf, jspf or wpl; empty for what is no playlist."""
    start = decode(head[:4096]).lstrip("\ufeff \r\n\t")
    lower = start[:2000].casefold()
    if lower.startswith("#extm3u") or "#extinf:" in lower:
        return "m3u"
    if lower.startswith("[playlist]"):
        return "pls"
    if lower.startswith("<"):
        if "xspf.org/ns" in lower or "<tracklist" in lower:
            return "xspf"
        return "wpl" if any(word in lower for word in ("<?wpl", "<?zpl", "<smil", "<asx", "<winampxml")) else ""
    if lower.startswith("{"):
        return "jspf" if '"playlist"' in lower and ('"track"' in decode(head).casefold() or "jspf" in lower) else ""
    if path.suffix.lower() in (".m3u", ".m3u8", ".pls"):
        return "pls" if path.suffix.lower() == ".pls" else "m3u"
    lines = [line.strip() for line in re.split(r"[\r\n]+", start) if line.strip()][:20]
    lines = [line for line in lines if not line.startswith("#")]
    # The last line may be cut by the end of the head.
    lines = lines[:-1] or lines
    return "m3u" if lines and all(_SOUND.search(line) for line in lines) else ""


class _Noted:
    """What the comments before a path say of it."""

    def __init__(self) -> None:
        self.name = self.artist = self.album = ""
        self.seconds: float | None = None
        self.line = 0

    def take(self, line: str, number: int) -> None:
        if found := _EXTINF.match(line):
            said = {key.lower(): value for key, value in _ATTRIBUTE.findall(found["attributes"])}
            self.name, self.line = found["name"].strip() or said.get("title", ""), number
            self.artist = self.artist or said.get("artist", "")
            self.album = self.album or said.get("album", "")
            self.seconds = as_seconds(found["seconds"])
        elif found := _EXTRA.match(line):
            if found["what"].upper() == "EXTART":
                self.artist = found["value"].strip()
            else:
                self.album = found["value"].strip()

    def song(self, path: str) -> WrittenSong:
        return named_song(path, self.name, self.artist, self.album, self.seconds)


def _read_m3u(path: Path) -> Iterator[Row | Unread]:
    noted = _Noted()
    for number, line in enumerate(text_lines(path), start=1):
        line = line.strip(_AROUND)
        if _STREAM.match(line):
            yield Unread(number, "pieces of a stream, no songs", skipped=True)
            return
        if not line.strip(UNREADABLE) or _is_comment(line):
            if _EXTINF.match(line) and noted.name:
                yield Row("", noted.song(""), kind="playlist", row=noted.line)
                noted = _Noted()
            noted.take(line, number)
            continue
        yield _entry(line, noted, number)
        noted = _Noted()
    if noted.name:
        yield Row("", noted.song(""), kind="playlist", row=noted.line)


def _is_comment(line: str) -> bool:
    """Whether a line is no path; "#1 Crush.mp3" is one."""
    return line.startswith("#") and (line[:4].upper() == "#EXT" or not _SOUND.search(line))


def _entry(path: str, noted: _Noted, number: int) -> Row | Unread:
    if UNREADABLE in path or _CONTROL.search(path):
        return Unread(number, "bytes that are no text in the encoding of this file")
    if path[path.rfind(".") :].lower() in {*_ENDINGS, ".cue"}:
        return Unread(number, "another playlist", skipped=True)
    return Row("", noted.song(path), kind="playlist", row=number)


def _read_pls(path: Path) -> Iterator[Row | Unread]:
    entries: dict[int, dict[str, str]] = {}
    for number, line in enumerate(text_lines(path), start=1):
        if found := _PLS.match(line.lstrip("\ufeff")):
            entry = entries.setdefault(int(found["number"]), {"line": str(number)})
            entry[found["key"].lower()] = found["value"].strip()
    for _, entry in sorted(entries.items()):
        noted = _Noted()
        noted.name, noted.seconds = entry.get("title", ""), as_seconds(entry.get("length", ""))
        if entry.get("file") or noted.name:
            yield _entry(entry.get("file", ""), noted, int(entry["line"]))
        else:
            yield Unread(int(entry["line"]), "neither a file nor a title")


def named_song(path: str, name: str, artist: str, album: str, seconds: float | None) -> WrittenSong:
    """A song of a path and a name, which may be `artist - title`."""
    parts = _DASH.split(name, maxsplit=1)
    if not artist and len(parts) == 2 and all(parts):
        artist, name = parts[0].strip(), parts[1].strip()
    return WrittenSong((artist,) if artist else (), name, album, path, seconds=seconds)


def as_seconds(text: str) -> float | None:
    """Seconds above 0, or None: -1 and 0 stand for an unknown length."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 < seconds < 1e6 else None
