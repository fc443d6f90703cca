"""Tags: who plays what, from ID3, Vorbis, MP4, APE or ASF, with the file's name as a stand-in for a missing title.

Broken tags count as absent: they must never cost the song. It does not decide which lyrics are used.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import mutagen

from audiorec.features.lyrics import tag_lyrics

# The names of one thing in ID3, Vorbis / APE, MP4 and ASF.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("TIT2", "title", "\xa9nam", "Title"),
    "artist": ("TPE1", "artist", "\xa9ART", "Author", "TPE2", "albumartist", "aART", "WM/AlbumArtist"),
    "album_artist": ("TPE2", "albumartist", "album artist", "aART", "WM/AlbumArtist"),
    "album": ("TALB", "album", "\xa9alb", "WM/AlbumTitle"),
    "year": ("TDRC", "TYER", "TDOR", "date", "year", "\xa9day", "WM/Year"),
    "genre": ("TCON", "genre", "\xa9gen", "WM/Genre"),
}
_LONGEST = 500
_NUMBER = re.compile(r"^\s*\d{1,3}[\s._-]+")


@dataclass(frozen=True)
class Tags:
    """What the tags say; texts are clean, `year` is None and `lyrics` None when unknown."""

    title: str
    artists: tuple[str, ...] = ()
    album: str = ""
    year: int | None = None
    genre: str = ""
    lyrics: str | None = None
    album_artist: str = ""


def read_tags(file: BinaryIO, path: bytes) -> Tags:
    """Read the tags of an open file; `path` gives a title (and `Artist - Title`) where they have none."""
    file.seek(0)
    try:
        found = mutagen.File(file)
        tags = found.tags if found is not None else None
        values = {field: _texts(tags, keys) for field, keys in _KEYS.items()}
        lyrics = tag_lyrics(tags)
    except (mutagen.MutagenError, ValueError, KeyError, TypeError, OSError, EOFError, IndexError, AttributeError):
        # mutagen lets errors of its parsers out on hostile files; such tags are as good as none.
        values, lyrics = {field: [] for field in _KEYS}, None
    guessed_artist, guessed_title = _from_name(path)
    artists = _split(values["artist"]) or ((guessed_artist,) if guessed_artist and not values["title"] else ())
    return Tags(
        title=_first(values["title"]) or guessed_title,
        artists=artists,
        album=_first(values["album"]),
        year=_year(_first(values["year"])),
        genre=_first(values["genre"]),
        lyrics=lyrics,
        album_artist=_first(values["album_artist"]),
    )


def _texts(tags: Any, keys: tuple[str, ...]) -> list[str]:
    """Values of the first key that has any."""
    for key in keys:
        if tags is None or not _has(tags, key):
            continue
        value = tags[key]
        pieces = value if isinstance(value, list) else value.text if hasattr(value, "text") else [value]
        texts = [_clean(str(piece)) for piece in pieces]
        if any(texts):
            return [text for text in texts if text]
    return []


def _has(tags: Any, key: str) -> bool:
    try:
        return key in tags
    except ValueError:  # Vorbis comments refuse to be asked for the names of MP4, which are no ASCII
        return False


def _clean(text: str) -> str:
    """Without control characters and lone surrogates, spaces folded, never longer than a screen."""
    kept = text.replace("\0", ";").encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(char if char.isprintable() else " " for char in kept).split())[:_LONGEST]


def _first(texts: list[str]) -> str:
    return texts[0].strip("; ") if texts else ""


def _split(texts: list[str]) -> tuple[str, ...]:
    """Artists, split at `;` and spaced slashes only: AC/DC is one band."""
    names = [name.strip() for text in texts for name in re.split(r";| / ", text)]
    return tuple(dict.fromkeys(name for name in names if name))


def _year(text: str) -> int | None:
    found = re.search(r"\d{4}", text)
    return int(found[0]) if found and 1000 <= int(found[0]) <= 2999 else None


def _from_name(path: bytes) -> tuple[str, str]:
    stem = os.fsdecode(os.path.splitext(os.path.basename(path))[0])
    name = _NUMBER.sub("", _clean(stem)) or _clean(stem)
    artist, dash, title = name.partition(" - ")
    return (artist.strip(), title.strip()) if dash and title.strip() else ("", name)
