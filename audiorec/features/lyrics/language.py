"""Tell the language of a line and of a song: Chinese, English, Japanese, Korean, or other.

Scripts decide between the CJK languages, small words decide between English and other Latin languages; it cannot tell
those others apart, and a Latin line of one or two rare words counts as English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

LANGUAGES = ("zh", "en", "ja", "ko", "other")

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u052f\u0590-\u06ff\u0900-\u0e7f]")
_WORD = re.compile(r"[a-z\u00df-\u024f']+")
_ENGLISH = frozenset(
    "the a an and or but if of to in on at by for with from up down out off over i you he she it we they me "
    "him her us them my your his its our "
    "their this that these those is are was were be been am do does did done don't have has had will would can "
    "could shall should may might must "
    "not no never ever all every some any one two what who when where why how here there now then so too very "
    "just only like love baby oh yeah "
    "hey i'm you're it's that's can't won't i'll i've i'd we're gonna wanna got get go come let know see say "
    "feel want need make take give tell "
    "time day night life heart way world away back home girl boy man more again into through than about as".split()
)
_FOREIGN = frozenset(
    "le la les des du de et est un une je tu il elle nous vous que qui dans pour pas sur avec mon ma mes ton "
    "ta ne se ce au aux mais comme "
    "el los las y en con por para mi tu su yo te lo es no como pero más sin una uno del al quiero amor corazón "
    "der die das und ich du er sie wir ihr nicht ein eine ist mit auf "  # codespell:ignore
    "den dem von zu im für mein dein doch nur wie "
    "il gli che di non per con sono io mi ti si ma una nel della amore "
    "eu você não meu minha que com uma os as em do da no na é "  # codespell:ignore
    "en jag du och det att inte som för på med har är "  # codespell:ignore
    "ik je het een niet van".split()
)


@lru_cache(maxsize=4096)  # readers, scorers and shares ask for the same lines of a song
def line_language(line: str) -> str:
    """Return "zh", "en", "ja", "ko" or "other" for one line; "" when the line has no letters."""
    han, kana, hangul = len(_HAN.findall(line)), len(_KANA.findall(line)), len(_HANGUL.findall(line))
    latin = len(_LATIN.findall(line))
    if hangul and hangul >= kana and hangul * 3 >= latin:
        return "ko"
    if kana and kana * 5 >= han and (han + kana) * 3 >= latin:
        return "ja"
    if han and han * 4 >= latin:
        return "zh"
    if len(_OTHER_SCRIPT.findall(line)) > latin:
        return "other"
    return _latin_language(line) if latin else ""


def _latin_language(line: str) -> str:
    words = _WORD.findall(line.lower().replace("’", "'"))
    english = sum(word in _ENGLISH for word in words)
    foreign = sum(word in _FOREIGN for word in words)
    accents = len(re.findall(r"[\u00c0-\u024f]", line))
    return "other" if foreign + 0.5 * accents > english else "en"


def song_language(lines: Sequence[str]) -> str:
    """Return the language of most of the song's letters.

    Any sizeable share of kana makes it Japanese, since Japanese has lines of Han alone.
    """
    weights = dict.fromkeys(LANGUAGES, 0.0)
    for line in lines:
        language = line_language(line)
        if language:
            # One Han, kana or hangul character says about as much as two and a half Latin letters.
            weights[language] += len(line) * (1.0 if language in ("en", "other") else 2.5)
    if weights["ja"] > 0.3 * (weights["ja"] + weights["zh"]):
        weights["ja"] += weights.pop("zh")
    best = max(weights, key=lambda name: weights[name])
    return best if weights[best] > 0 else "other"


def language_shares(lines: Sequence[str]) -> dict[str, float]:
    """Share of the lines in each language; lines without letters do not count."""
    found = [language for language in map(line_language, lines) if language]
    return {name: found.count(name) / max(1, len(found)) for name in LANGUAGES}
