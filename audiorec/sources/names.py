"""Names of artists and titles as they are compared: one spelling for the many ways in which people write them.

It folds width, case, accents, punctuation and traditional characters; it does not know that two different names can
mean one artist (romanised and original spellings stay apart).
"""

import re
import unicodedata
from functools import cache, lru_cache

import opencc

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|【[^【】]*】|「[^「」]*」|<[^<>]*>")
_GUESTS = re.compile(r"\b(feat|ft|featuring|with guest)\b.*")
_ARTIST_BREAK = re.compile(
    r"\s*(?:[|;,、/&+×]|\bfeat\b\.?|\bft\b\.?|\bfeaturing\b|\bvs\b\.?|\band\b|\bx\b)\s*", re.IGNORECASE
)
_HAN = re.compile(r"[\u3400-\u9fff]")


@lru_cache(maxsize=200_000)
def normalise(text: str) -> str:
    """A name as it is compared: NFKC, lower case, simplified characters, no accents, no punctuation, no leading "the".

    >>> normalise("The  Beyoncé!"), normalise("後來")
    ('beyonce', '后来')
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    if _HAN.search(text):
        text = _simplifier().convert(text)
    plain = "".join(
        c for c in unicodedata.normalize("NFD", text.replace("&", " and ")) if not "\u0300" <= c <= "\u036f"
    )
    plain = plain.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    words = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in plain).split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    # A name of signs alone ("???") would become empty and match every other such name.
    return unicodedata.normalize("NFC", " ".join(words)) or text.strip()


def normalise_loosely(text: str) -> str:
    """`normalise` without what stands in brackets and without guests.

    >>> normalise_loosely("Halo (Live) feat. Somebody")
    'halo'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    bare = _GUESTS.sub("", _BRACKETS.sub(" ", folded)).strip()
    return normalise(bare or folded)


def split_artists(text: str) -> tuple[str, ...]:
    """The single artists of a credit such as `A feat. B & C`, in order.

    >>> split_artists("Nelly|Kelly Rowland")
    ('Nelly', 'Kelly Rowland')
    """
    return tuple(part for part in _ARTIST_BREAK.split(text) if part.strip())


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
