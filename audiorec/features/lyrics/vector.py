"""The song's lyrics as named numbers: size, languages, the course of feeling, the wording, and the pace of singing.

A song without lyrics has no vector at all (None): zeros would look like a neutral song.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.features.lyrics.course import COURSE_NAMES, course_vector, line_feelings
from audiorec.features.lyrics.feeling import Feeling
from audiorec.features.lyrics.language import LANGUAGES, language_shares, song_language
from audiorec.features.lyrics.lrc import TimedLyrics, parse_lrc
from audiorec.features.lyrics.parts import sung_lines_of
from audiorec.features.lyrics.wording import PACE_NAMES, pace_of

_WORDING_NAMES = (
    "log_lines",
    "log_words",
    "words_per_line",
    "repeated_lines",
    "longest_refrain",
    "vocabulary_richness",
    "rare_repeats",
    "question_lines",
    "exclaimed_lines",
    "negations_per_line",
    "first_person_lines",
    "second_person_lines",
)
LYRICS_NAMES: tuple[str, ...] = (
    *COURSE_NAMES,
    *_WORDING_NAMES,
    *(f"language_{name}" for name in LANGUAGES),
    "timed",
    *PACE_NAMES,
)
# The middle of 400 English songs, for lyrics without times: `timed` says that nobody knows. Halves of halves, so that
# in a library without any timed song these columns are constant to the last bit and scale to nothing.
_USUAL_PACE = (5.375, 2.75, 14.75, 6.125, 0.078125)


@dataclass(frozen=True, eq=False)
class LyricsFeatures:
    """What the lyrics of one song give.

    vector: float32 [len(LYRICS_NAMES)]; language: "zh", "en", "ja", "ko" or "other"; text: the sung lines, in
    the script they came in.
    """

    vector: NDArray[np.float32]
    language: str
    text: str


def describe_lyrics(text: str) -> LyricsFeatures | None:
    """Describe plain or timed lyrics; None for empty and for instrumental songs."""
    parsed = parse_lrc(text)
    lines = sung_lines_of(parsed)
    if not lines:
        return None
    language = song_language(lines)
    feelings = line_feelings(lines, language)
    shares = language_shares(lines)
    vector = np.concatenate(
        [
            course_vector(feelings),
            _wording(lines, feelings),
            np.array([shares[name] for name in LANGUAGES], dtype=np.float32),
            _pace(parsed),
        ]
    )
    return LyricsFeatures(vector.astype(np.float32), language, "\n".join(lines))


def _wording(lines: Sequence[str], feelings: Sequence[Feeling]) -> NDArray[np.float32]:
    count = len(lines)
    words = sum(feeling.count for feeling in feelings)
    distinct, spoken = _vocabulary(lines, feelings)
    most = max(lines.count(line) for line in set(lines))
    values = [
        math.log1p(count),
        math.log1p(words),
        words / count,
        1.0 - len(set(lines)) / count,
        most / count,
        # Guiraud's index: the plain type-token ratio falls with length, this one hardly does.
        distinct / math.sqrt(max(1, spoken)),
        1.0 - distinct / max(1, spoken),
        sum(feeling.question for feeling in feelings) / count,
        sum(feeling.exclamation for feeling in feelings) / count,
        sum(feeling.negations for feeling in feelings) / count,
        sum(feeling.first_person for feeling in feelings) / count,
        sum(feeling.second_person for feeling in feelings) / count,
    ]
    return np.array(values, dtype=np.float32)


def _pace(lyrics: TimedLyrics) -> NDArray[np.float32]:
    known = pace_of(lyrics)
    timed = bool(np.isfinite(known).all())
    return np.array([timed, *(known if timed else _USUAL_PACE)], dtype=np.float32)


def _vocabulary(lines: Sequence[str], feelings: Sequence[Feeling]) -> tuple[int, int]:
    """Distinct words and words, each line counted once."""
    once = dict(zip(lines, feelings, strict=True)).values()
    words = [word for feeling in once for word in feeling.tokens]
    return len(set(words)), len(words)
