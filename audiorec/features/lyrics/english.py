"""The feeling of an English line: polarity from VADER's rules and lexicon, emotions from our own list of lyric words.

VADER was made for short messages: it knows negation, degree, shouting and "but", and it knows no metaphor.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from audiorec.features.lyrics.feeling import Feeling, FeltWord
from audiorec.features.lyrics.lexicon import EMOTIONS, english_emotions
from audiorec.features.lyrics.tokens import words_of

_NEGATIONS = frozenset(
    "not no never don't can't won't ain't isn't wasn't aren't weren't doesn't didn't couldn't wouldn't "
    "shouldn't haven't hasn't hadn't cannot "
    "without nothing nobody none neither nor nowhere".split()
)
_FIRST = frozenset("i me my mine we us our ours i'm i'll i've i'd we're we'll we've myself".split())
_SECOND = frozenset("you your yours you're you'll you've you'd ya yourself".split())
_EMOTIVE = re.compile(r"[:;=][-']?[()DPp/|*]|[\U0001f300-\U0001faff\u2600-\u27bf]")
_VADER_SCALE = 3.0  # VADER's valences go from -4 to 4, and its strong everyday words stand near 3
_JOY, _SADNESS = EMOTIONS.index("joy"), EMOTIONS.index("sadness")


@cache
def _analyzer() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    for word, entry in english_emotions().items():
        analyzer.lexicon.setdefault(word, _VADER_SCALE * entry.polarity)
    return analyzer


def english_feeling(line: str) -> Feeling:
    """Score one English line; lines in other Latin languages mostly come out as unknown."""
    words = words_of(line, "en")
    felt = tuple(_felt_words(words))
    return Feeling(
        text=line,
        polarity=_compound(line, words),
        intensity=max((word.intensity for word in felt), default=0.0),
        words=felt,
        tokens=tuple(words),
        negations=sum(word in _NEGATIONS for word in words),
        question=line.rstrip().endswith("?"),
        exclamation="!" in line,
        first_person=not _FIRST.isdisjoint(words),
        second_person=not _SECOND.isdisjoint(words),
    )


def _compound(line: str, words: list[str]) -> float:
    """VADER's compound score; a line without any of VADER's words scores 0 there, so VADER is spared."""
    lexicon = _analyzer().lexicon
    if not any(word in lexicon for word in words) and not _EMOTIVE.search(line):
        return 0.0
    return float(_analyzer().polarity_scores(line.replace("’", "'"))["compound"])


def _felt_words(words: list[str]) -> list[FeltWord]:
    """Words of VADER's or our list; their value turns when a negation stands in the three words before."""
    lexicon, emotions = _analyzer().lexicon, english_emotions()
    felt = []
    for at, word in enumerate(words):
        entry = emotions.get(word)
        valence = lexicon.get(word)
        if entry is None and valence is None:
            continue
        value = valence / 4.0 if valence is not None else (entry.polarity if entry else 0.0)
        turned = any(before in _NEGATIONS for before in words[max(0, at - 3) : at])
        emotion = entry.emotion if entry is not None else (_JOY if value > 0 else _SADNESS)
        if turned:
            emotion = _SADNESS if value > 0 else _JOY
        strength = max(abs(value), entry.intensity if entry is not None else 0.0)
        felt.append(FeltWord(word, -0.74 * value if turned else value, strength * (0.5 if turned else 1.0), emotion))
    return felt
