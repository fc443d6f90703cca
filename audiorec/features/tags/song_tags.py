"""Tags: who plays what, from ID3, Vorbis, MP4, APE, ASF or RIFF, with the file's name where they say nothing.

Broken tags count as absent: one that cannot be read costs that tag, never the others and never the song. Artists are
kept as the file credits them; `data/artists.py` divides credits. It does not decide which lyrics are used.
"""

import html
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import mutagen
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3, UFID

from audiorec.data.names import is_nobody
from audiorec.data.nobody import SPECIAL_MBIDS
from audiorec.features.decoding.packets import metadata
from audiorec.features.decoding.sniff import Container, sniff
from audiorec.features.lyrics import tag_lyrics
from audiorec.features.may_pass import raise_if_it_may_pass
from audiorec.features.tags.chunk_words import chunk_words
from audiorec.features.tags.tag_pages import Page, page_of

# Names of one thing in ID3, Vorbis / APE, MP4, ASF and RIFF, as `_GAPS` leaves them: the first with a value counts.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("tit2", "tt2", "title", "\xa9nam", "inam"),
    "artists": ("artists",),
    "artist": ("tpe1", "tp1", "artist", "\xa9art", "author", "iart", "performer"),
    "album_artist": ("tpe2", "tp2", "albumartist", "aart", "albumartists"),
    "artist_mbid": ("musicbrainzartistid", "musicbrainz/artistid"),
    "album_artist_mbid": ("musicbrainzalbumartistid", "musicbrainz/albumartistid"),
    "album": ("talb", "tal", "album", "\xa9alb", "albumtitle", "iprd", "product"),
    "year": ("tdrc", "tyer", "tye", "tdor", "tory", "date", "year", "originaldate", "\xa9day", "icrd", "tdrl",
             "originalyear", "originalreleaseyear", "releasedate", "releaseyear", "datereleased", "recorddate",
             "recordingdate", "daterecorded"),
    "genre": ("tcon", "tco", "genre", "\xa9gen", "ignr"),
    "mbid": ("ufid:http://musicbrainz.org", "musicbrainztrackid", "musicbrainz/trackid"),
    "isrc": ("tsrc", "isrc", "xid"),
}  # fmt: skip
# Prefixes of owners, languages and signs by which writers differ: TXXX:ALBUM ARTIST, WM/AlbumArtist, ALBUM_ARTIST.
_GAPS = re.compile(r"^(?:txxx:|----:(?:[^:]*:)?|wm/)|:eng.*|[\s_]")
# mutagen lets errors of its parsers out on hostile files (MemoryError: a length that no file has): such tags are as
# good as none.
_TORN = (mutagen.MutagenError, ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError, TypeError,
         ValueError)  # fmt: skip
_LONGEST = 500
# Containers that mutagen does not know, or not all of whose tags.
_BY_FFMPEG = frozenset(
    ("matroska", "mp4", "wma", "avi", "flv", "caf", "w64", "realmedia", "mpeg-ts", "oma", "voc", "iff", "twinvq", "au")
)
# Where an APE tag may stand that mutagen does not look for.
_WITH_APE = frozenset(("mp3", "flac", "tta", "aac", "latm", "ac3", "dts", "shorten", "tak"))
_ENDINGS = {"mp4": "m4a", "wavpack": "wv", "musepack": "mpc", "matroska": "mka"}
_MBID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ISRC = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[A-Z0-9]{3}[0-9]{7}(?![A-Z0-9])")
# A number in front of a name is a track's when it is padded, when a dash, dot or underscore follows, or when it is the
# disc's too ("1-05"); "50 Cent", "99 Luftballons" and "2-4-6-8 Motorway" are names.
_NUMBER = re.compile(
    r"^\s*(?!\d+-\d+-\d)(?:\d{1,2}[-.]\d{1,3}[\s._-]+|0\d{1,2}[\s._-]+|[(\[]\d{2}[)\]]\s*|\d{1,3}\s*[._、-]\s*(?=\S))"
    r"(?=\D|\d+\D)"
)
# What those who fetch songs from the web leave in names: an id, and what kind of picture there was.
_WEB_ID = re.compile(r"\s*\[(?=[^]]*(?:\d|_|[a-z][A-Z]))[\w-]{11}\]$")
_WEB_WORDS = re.compile(
    r"\s*[(\[](?!music\W)(?:(?:official|music|lyrics?|hd|hq|4k|mv|m/v|\d{2,3} ?kbps|audio|video|visuali[sz]er)\s*)+"
    r"[)\]]$",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:amp|quot|apos|lt|gt|nbsp|#\d{2,6}|#x[0-9a-fA-F]{2,5});")
_CJK = "[\u3040-\u9fff\uac00-\ud7a3]"
_DASH = re.compile(rf"\s+[-–—]\s+|(?<=\w)\s*–\s*(?=\w)|(?<={_CJK})-(?={_CJK})")
# A track's number in the middle: "Artist - Album - 01 - Title".
_NUMBER_WITHIN = re.compile(r"\s-\s(?:.*\s-\s)?(?:\d{1,3}\s-|0\d\.?)\s(?=\S)")


@dataclass(frozen=True)
class Tags:
    """What the tags say; texts are clean, `year` is None and `lyrics` None when unknown.

    artists: credits as written; genre: all genres, divided by "; "; album_artist: empty for various artists; mbid,
    isrc: ids of the recording; guessed: the code page by which they were read where that is not sure.
    """

    title: str
    artists: tuple[str, ...] = ()
    album: str = ""
    year: int | None = None
    genre: str = ""
    lyrics: str | None = None
    album_artist: str = ""
    mbid: str = ""
    isrc: str = ""
    guessed: str = ""


def read_tags(file: BinaryIO, path: bytes, container: Container | None = None) -> Tags:
    """Read the tags of an open file; `path` gives a title (and `Artist - Title`) where they have none.

    container: what the file is by its first bytes, if that is known.
    """
    found = _open(file, container or sniff(file))
    page = _page(found, path)
    values = {field: _values(found, keys, page, _MAKES_SENSE.get(field, bool)) for field, keys in _KEYS.items()}
    for field in ("artist", "album_artist"):
        if _is_special(values[f"{field}_mbid"]):
            values |= {name: [] for name in (field, f"{field}s") if name in values}
    guessed_artist, guessed_title = _from_name(path)
    credits = next(filter(None, map(_split, (values["artists"], values["artist"], values["album_artist"]))), ())
    artists = credits or (() if values["title"] else _split([guessed_artist]))
    return Tags(
        title=_first(values["title"]) or guessed_title,
        artists=artists,
        album=_first(values["album"]),
        year=next((year for text in values["year"] if (year := _year(text)) is not None), None),
        genre=_genres(values["genre"]),
        lyrics=None if (lyrics := _lyrics(found)) is None else page.read(lyrics),
        album_artist=next((name for name in values["album_artist"] if not is_nobody(name)), ""),
        mbid=_fitting(_MBID, [text.lower() for text in values["mbid"]]),
        isrc=_fitting(_ISRC, [re.sub(r"[\s-]", "", text).upper() for text in values["isrc"]]),
        guessed="" if page.sure else page.name or "latin-1",
    )


def _open(file: BinaryIO, container: Container | None) -> list[Any]:
    """The tags of a file, those of its own format first, then an APE and an ID3 tag in front or at the end of it."""
    found, is_torn = [], False
    named = _Named(file, container)
    for read in (mutagen.File, APEv2, ID3):
        if read is APEv2 and container and container.name not in _WITH_APE:
            continue
        file.seek(0)
        try:
            opened = read(named)
        except _TORN as error:
            raise_if_it_may_pass(error)
            is_torn |= read is mutagen.File
            continue
        tags = opened if isinstance(opened, ID3 | APEv2) else getattr(opened, "tags", None)
        if tags is not None:
            found.append(tags)
    # Of thirty letters each: what says more goes before it.
    found.sort(key=lambda tags: isinstance(tags, ID3) and tags.version < (2,))
    if container and container.name in ("wav", "aiff"):
        found.append(chunk_words(file.fileno(), *(container.parts or ((0, os.fstat(file.fileno()).st_size),))[0]))
    elif container and (is_torn or container.name in _BY_FFMPEG) and not any(_names(tags) for tags in found):
        found.append(metadata(file.fileno(), container))
    return found


class _Named:
    """An open file under the name that its first bytes ask for: mutagen believes endings more than bytes."""

    def __init__(self, file: BinaryIO, container: Container | None) -> None:
        name = container.name if container else ""
        self.name = f"x.{_ENDINGS.get(name, name)}"
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


def _page(found: Sequence[Any], path: bytes) -> Page:
    """The code page of the texts that claim Latin-1, or that are Unicode and may have been widened from another."""
    claimed, stated = _claims(found)
    return page_of(claimed, stated, path, _claimed_texts) if claimed or stated else Page()


def _claims(found: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Texts beyond ASCII of all frames: those that claim Latin-1, and those in Unicode."""
    claimed, stated = list[str](), list[str]()
    for tags in found:
        for name in _names(tags):
            try:
                value = tags[name]
                texts = [text for text in _texts(value) if not text.isascii()]
            except _TORN:
                continue
            is_claimed = getattr(value, "encoding", None) == 0 or isinstance(value, bytes)
            (claimed if is_claimed else stated).extend(texts)
    return claimed, stated


def _claimed_texts(path: bytes) -> list[str]:
    try:
        with open(path, "rb") as file:
            return _claims(_open(file, sniff(file)))[0]
    except OSError:
        return []


def _values(found: Sequence[Any], keys: Sequence[str], page: Page, makes_sense: Callable[[str], Any]) -> list[str]:
    """Values of the first key that has any that makes sense, in the first tags that have it."""
    for tags in found:
        named: dict[str, list[str]] = {}
        for name, found_texts in _named(tags):
            named.setdefault(name, []).extend(found_texts)
        for key in keys:
            texts = [text for piece in named.get(key, ()) if (text := _clean(page.read(piece)))]
            if any(map(makes_sense, texts)):
                return texts
    return []


def _named(tags: Any) -> Iterator[tuple[str, list[str]]]:
    """Every tag by its folded name with its texts; one that cannot be read is left out."""
    for name in _names(tags):
        try:
            value = tags[name]
            yield _GAPS.sub("", str(name).lower()), list(_texts(value))
        except _TORN:
            continue


def _names(tags: Any) -> list[str]:
    try:
        return list(dict.fromkeys(tags.keys()))
    except _TORN:
        return []


_SWAPPED = frozenset(letter << 8 for letter in range(32, 127))


def _texts(value: Any) -> Iterator[str]:
    value = value.data if isinstance(value, UFID) else value  # type: ignore[attr-defined]
    pieces = value if isinstance(value, list | tuple) else getattr(value, "text", value)
    for piece in pieces if isinstance(pieces, list | tuple) else [pieces]:
        yield _text_of(piece) if isinstance(piece, bytes) else _in_order(str(piece))


def _in_order(text: str) -> str:
    """UTF-16 that was read in the wrong order of bytes put right, where its mark or letters all of ASCII tell.

    >>> _in_order("吀椀搀攀"), _in_order("夜曲")
    ('Tide', '夜曲')
    """
    is_swapped = text[:1] == "\ufffe" or (len(text) > 1 and all(ord(sign) in _SWAPPED for sign in text))
    return (
        text.encode("utf-16-le", "surrogatepass").decode("utf-16-be", "replace").lstrip("\ufeff")
        if is_swapped
        else text
    )


def _text_of(data: bytes) -> str:
    """UTF-8, or every byte as a sign, for the page of the file to be told from all of them."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _lyrics(found: Sequence[Any]) -> str | None:
    for tags in found:
        try:
            text = tag_lyrics(tags)
        except _TORN:
            continue
        if text:
            return text
    return None


def _clean(text: str) -> str:
    """Without control characters and lone surrogates, spaces folded, never longer than a screen."""
    text = html.unescape(text) if _ENTITY.search(text) else text
    kept = text.replace("\0", ";").encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(char if char.isprintable() else " " for char in kept).split())[:_LONGEST]


def _first(texts: list[str]) -> str:
    return texts[0].strip("; ") if texts else ""


def _is_special(mbids: list[str]) -> bool:
    """Whether MusicBrainz' ids of artists name nobody, whatever the tagger was told to call that."""
    ids = {one for text in mbids for one in re.split(r"[;/\s]+", text.lower()) if one}
    return bool(ids) and ids <= SPECIAL_MBIDS


def _fitting(form: re.Pattern[str], texts: list[str]) -> str:
    return next((found[0] for text in texts if (found := form.search(text))), "")


def _split(texts: list[str]) -> tuple[str, ...]:
    """Artists, split at `;` and spaced or double slashes only: AC/DC is one band. Nobody is left out."""
    names = [name.strip() for text in texts for name in re.split(r";| / |//|\\\\", text)]
    return tuple(dict.fromkeys(name for name in names if not is_nobody(name)))


def _genres(texts: list[str]) -> str:
    """All genres, divided by "; "; numbers of ID3v1 as their names."""
    names = [name for text in texts for part in re.split(r"[;\0]", text) for name in _numbered(part.strip())]
    return "; ".join(dict.fromkeys(name for name in names if name))[:_LONGEST]


def _numbered(text: str) -> list[str]:
    """Genres of a text such as "(17)(18)Rock" or "17".

    >>> _numbered("(17)(8)"), _numbered("(17)Rock"), _numbered("Pop")
    (['Rock', 'Jazz'], ['Rock'], ['Pop'])
    """
    found = re.match(r"^((?:\(\d{1,3}\))+)(.*)$", text)
    numbers = re.findall(r"\d+", found[1]) if found else [text] if text.isdecimal() and len(text) < 4 else []
    named = [ID3V1[int(number)] for number in numbers if int(number) < len(ID3V1)]
    rest = found[2].strip() if found else "" if numbers else text
    return list(dict.fromkeys([*named, *([rest] if rest else [])]))


ID3V1: tuple[str, ...] = tuple(mutagen.id3.TCON.GENRES)


def _year(text: str) -> int | None:
    found = re.search(r"\d{4}", text)
    return int(found[0]) if found and 1000 <= int(found[0]) <= 2999 else None


# A date that is none costs itself, not the year that stands beside it under another name.
_MAKES_SENSE: Mapping[str, Callable[[str], Any]] = {"year": _year, "mbid": lambda text: _MBID.search(text.lower())}


def _from_name(path: bytes) -> tuple[str, str]:
    stem = _clean(os.fsdecode(os.path.splitext(os.path.basename(path))[0]))
    stem = stem if " " in stem else stem.replace("_", " ").strip()
    while stem != (bare := _WEB_ID.sub("", _WEB_WORDS.sub("", stem))) and bare:
        stem = bare
    name = _NUMBER.sub("", stem) or stem
    parts = (_NUMBER_WITHIN if _NUMBER_WITHIN.search(name) else _DASH).split(name, maxsplit=1)
    artist, title = (parts[0].strip(), parts[1].strip()) if len(parts) == 2 else ("", "")
    return (artist, title) if title else ("", name)
