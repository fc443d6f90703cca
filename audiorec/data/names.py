"""Names of artists and titles as they are compared: one spelling for the many ways in which people write them.

It folds width, case, accents, punctuation and traditional characters; it does not know that two different names can
mean one artist (romanised and original spellings stay apart).
"""

import re
import unicodedata
from functools import cache, lru_cache

import opencc

from audiorec.data import nobody

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|【[^【】]*】|「[^「」]*」|<[^<>]*>")
_GUESTS = re.compile(r"\b(feat|ft|featuring|with guest)\b.*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LAST_ARTICLE = re.compile(r"^(.*\S)\s*,\s*(the|a|an|die|der|das|les|le|la|los|las|el)$")
_LETTER_SIGN = re.compile(r"(?<=\w)!(?=\w)|\$(?=\w)|(?<=\w)\$")  # P!nk, Ke$ha, A$AP
# Letters that are no base letter with a mark, as people type them who lack the key.
_LETTERS = {"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t"}
_NOTHING = {"'", "’", "‘", "ʼ", "ʻ", "`", "´", "′", "＇"}


class _Signs(dict[int, str]):
    """What each sign becomes, found once a sign: letters and digits stay, marks and apostrophes go, others divide."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        if sign in _LETTERS:
            out = _LETTERS[sign]
        elif sign in _NOTHING or "\u0300" <= sign <= "\u036f" or unicodedata.category(sign) == "Cf":
            out = ""
        elif sign in "&+":
            out = " and "
        else:
            out = sign if unicodedata.category(sign)[0] in "LNM" else " "
        self[code] = out
        return out


_SIGNS = _Signs()


@lru_cache(maxsize=100_000)
def normalise(text: str) -> str:
    """A name as it is compared: NFKC, lower case, simplified characters, no accents, no punctuation, no article.

    >>> normalise("The  Beyoncé!"), normalise("後來"), normalise("Beatles, The"), normalise("MØ & Łona")
    ('beyonce', '后来', 'beatles', 'mo and lona')
    """
    if text.isascii():
        text = plain = text.lower()
    else:
        text = unicodedata.normalize("NFKC", text).casefold()
        plain = unicodedata.normalize("NFD", _simplifier().convert(text) if _HAN.search(text) else text)
    if "!" in plain or "$" in plain:
        plain = _LETTER_SIGN.sub(lambda found: "i" if found[0] == "!" else "s", plain)
    if "," in plain and (last := _LAST_ARTICLE.match(plain)):
        plain = f"{last[2]} {last[1]}"
    words = plain.translate(_SIGNS).split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    # A name of signs alone ("???") would become empty and match every other such name.
    folded = " ".join(words)
    return (folded if folded.isascii() else unicodedata.normalize("NFC", folded)) or text.strip()


def normalise_loosely(text: str) -> str:
    """`normalise` without what stands in brackets and without guests.

    >>> normalise_loosely("Halo (Live) feat. Somebody")
    'halo'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    bare = _GUESTS.sub("", _BRACKETS.sub(" ", folded)).strip()
    return normalise(bare or folded)


@lru_cache(maxsize=100_000)
def artist_key(text: str) -> str:
    """What all spellings of one artist have in common, or an empty text for what is no artist (`is_nobody`).

    >>> artist_key("AC/DC") == artist_key("ac dc") == artist_key("ACDC"), artist_key("Various Artists")
    (True, '')
    """
    name = normalise(text).replace(" ", "")
    return "" if _means_nobody(text, name) else name


def _means_nobody(text: str, key: str) -> bool:
    if text[:4].lower() == "the " and " " not in text[4:].strip():
        return False
    bare = nobody.bare(text)
    numberless = key.rstrip("0123456789")
    return (
        nobody.is_signs(text)
        or key in _nobodies()
        or (bare != text and normalise(bare).replace(" ", "") in _nobodies())
        or (numberless != key and numberless in _numbered())
    )


def is_nobody(text: str) -> bool:
    """Whether a text in an artist's place names no artist: empty, "Various Artists",
    "Unknown Artist", 群星 and the like.

    >>> is_nobody("VARIOUS ARTISTS"), is_nobody("<unknown>"), is_nobody("Unknown Mortal Orchestra")
    (True, True, False)
    """
    return not artist_key(text)


@cache
def _nobodies() -> frozenset[str]:
    return frozenset({"", *(normalise(name).replace(" ", "") for name in nobody.NAMES)})


@cache
def _numbered() -> frozenset[str]:
    return frozenset(name.replace(" ", "") for name in nobody.NUMBERED)


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
