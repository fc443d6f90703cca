"""A title without what players and labels hang on it: guests, remasters, live and other versions, video words.

A suffix stands in brackets or after a dash. Only words of a known kind are taken off: "Hello (Part 2)" is no "Hello",
and a remix or a karaoke version is another recording. It does not know artists.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from audiorec.data.names import normalise

_BRACKETS = re.compile(
    r"\s*(?:\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}|【([^【】]*)】|「([^「」]*)」|<([^<>]*)>)[\s.!?…’,;]*$"
)
_DASH = re.compile(r"\s[-‐‑–—―~/|:]+\s*((?:(?!\s[-–—~/|:]+\s).)+)$")
_MARK = re.compile(r"[)\]}】」>]|\s[-‐‑–—―~/|:]")
_GUEST = re.compile(r"^(?:feat|ft|featuring|with|w/|duet with|合唱|prod|produced by)\b", re.IGNORECASE)
_INNER_GUEST = re.compile(
    r"\s*[(\[]\s*(?:feat|ft|featuring)\b[^()\[\]]*[)\]]|\s+(?:feat|ft|featuring)\b\.?\s[^()\[\]]*"
)
_OTHER = re.compile(
    r"\b(?:remix\w*|rmx|karaoke|instrumentals?|cover|tribute|medley|mash-?up|reprise|dub|nightcore|sped|slowed"
    r"|a ?cappella|acapella|re-?recorded|orchestral|taylor)\b|伴奏|纯音乐|純音樂|翻唱|カラオケ"
)
_ALTERNATIVES = {
    "live": re.compile(
        r"^live(?:$|\W*(?:at|in|from|on|version|session|acoustic|@|aus|au|en|im|with|bonus|ver|lounge|版|\d))"
        r"|\blive$|\blive version|\b(?:en vivo|ao vivo|en directo|dal vivo|unplugged|in concert)\b"
        r"|现场|現場|演唱会|演唱會|ライブ"
    ),
    "acoustic": re.compile(r"^(?:\w+ )?acoustic(?:$| (?:version|session|mix))|不插电"),
    "demo": re.compile(r"^(?:\w+ )?demo(?:$| \d| version| recording)|^early version|^rough mix"),
}
_SAME_WORDS = frozenset(
    "remaster remastered remastering remasterise remasterizado digital digitally mono stereo album single radio"
    " original full explicit clean lp ep studio bonus track deluxe expanded special edition anniversary version ver"
    " edit mix official music lyric lyrics video audio visualizer visualiser hd hq 4k hi res parental advisory"
    " soundtrack ost main title extended long short 7 12 inch bit 24 16 with uncensored censored uncut promo reissue"
    " collectors limited and".split()
)
_SAME_KEYS = frozenset(
    "remaster remastered remastering mono stereo album single radio original explicit clean version ver edit official"
    " video audio lyrics lyric bonus deluxe edition hd hq 4k ost soundtrack visualizer visualiser extended reissue"
    " uncensored".split()
)
_YEAR = re.compile(r"(?:19|20)\d\d|'?\d\ds|\d+(?:st|nd|rd|th)")
_FROM = re.compile(
    r"^(?:from|aus|de|taken from)\s+(?:[\"“„«'].*|.*\b(?:soundtrack|movie|film|motion picture|musical|series)\b.*)$"
)
_WORDS = re.compile(r"[^\W_]+(?:'\w+)?")


class Title(NamedTuple):
    """A title's comparable core (no spaces), and which other recording of it is meant ("", "live", "acoustic demo")."""

    key: str
    version: str


@lru_cache(maxsize=50_000)
def parse_title(text: str) -> Title:
    """Take the known suffixes off a title.

    >>> parse_title("Under Pressure - 2011 Remaster"), parse_title("Hello (Part 2)").key
    (Title(key='underpressure', version=''), 'hellopart2')
    >>> parse_title("Halo (feat. Ann) [Live at Home]")
    Title(key='halo', version='live')
    """
    rest = unicodedata.normalize("NFKC", text).casefold().strip()
    versions: set[str] = set()
    while _MARK.search(rest) and (tail := _BRACKETS.search(rest) or _DASH.search(rest)):
        kind = _kind(next((group for group in tail.groups() if group is not None), "").strip())
        if kind is None or not rest[: tail.start()].strip():
            break
        versions |= {kind} - {""}
        rest = rest[: tail.start()].rstrip()
    bare = _INNER_GUEST.sub("", rest).strip() or rest if "feat" in rest or "ft" in rest else rest
    return Title(normalise(bare).replace(" ", ""), " ".join(sorted(versions)))


@lru_cache(maxsize=50_000)
def album_version(album: str) -> str:
    """The version of songs that their album tells.

    >>> album_version("Live at Home"), album_version("Deep (MTV Unplugged)"), album_version("Deep")
    ('live', 'live', '')
    """
    return parse_title(album).version or _kind(unicodedata.normalize("NFKC", album).casefold().strip()) or ""


@lru_cache(maxsize=10_000)
def _kind(suffix: str) -> str | None:
    """The version that a suffix names, "" for the same recording, None for what belongs to the title."""
    if not suffix or _GUEST.match(suffix):
        return ""
    if _OTHER.search(suffix):
        return None
    for name, pattern in _ALTERNATIVES.items():
        if pattern.search(suffix):
            return name
    if _FROM.match(suffix) or _YEAR.fullmatch(suffix):
        return ""
    words = _WORDS.findall(suffix)
    plain = [word for word in words if not _YEAR.fullmatch(word)]
    known = bool(plain) and set(plain) <= _SAME_WORDS and bool(set(plain) & _SAME_KEYS)
    return "" if known else None


_PART = re.compile(r"\b(?:part|pt|vol|volume|chapter|act|op|movement|teil|parte)\b|^[ivx\W]+$|\d")
_ANY_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|「[^「」]*」|【[^【】]*】")


@lru_cache(maxsize=20_000)
def core_key(text: str) -> str:
    """The key of a title without all that stands in brackets; empty where that would be another song, or changes none.

    >>> core_key("(I Can't Get No) Satisfaction"), core_key("Hello (Part 2)"), core_key("Hello")
    ('satisfaction', '', '')
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    inside = _ANY_BRACKETS.findall(folded)
    if not inside or any(_OTHER.search(part) or _PART.search(part[1:-1]) for part in inside):
        return ""
    key = parse_title(_ANY_BRACKETS.sub(" ", folded)).key
    return key if key != parse_title(text).key else ""
