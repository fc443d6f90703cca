"""Song texts for classifiers: sung lines as words, and the pace of timed ones.

Pace is known only where the source has times; elsewhere it is NaN, never zero.
"""

import math

import numpy as np
from numpy.typing import NDArray

from audiorec.features.lyrics.language import line_language, song_language
from audiorec.features.lyrics.lrc import TimedLyrics, parse_lrc
from audiorec.features.lyrics.parts import sung_lines
from audiorec.features.lyrics.simplify import simplified
from audiorec.features.lyrics.tokens import words_of

PACE_NAMES = ("log_seconds", "first_line_at", "lines_per_minute", "letters_per_second", "longest_gap_share")


def song_words(text: str) -> list[list[str]]:
    """Return the words of every sung line, Chinese in simplified script; a text with nothing sung is read whole."""
    lines = sung_lines(text) or text.splitlines()
    main = song_language(lines)
    words = []
    for line in lines:
        language = line_language(line) or main
        words.append(words_of(simplified(line) if language == "zh" else line, language))
    return words


def pace(text: str) -> NDArray[np.float64]:
    """Return the numbers named by PACE_NAMES, float64 [5]; NaN for lyrics with fewer than three times."""
    return pace_of(parse_lrc(text))


def pace_of(lyrics: TimedLyrics) -> NDArray[np.float64]:
    """The same from lyrics that are parsed already."""
    lines = [(line.start, line.text) for line in lyrics.lines if line.start is not None]
    starts = np.array([start for start, _ in lines])
    if len(starts) < 3 or starts[-1] <= starts[0]:
        return np.full(len(PACE_NAMES), np.nan)
    seconds = float(starts[-1] - starts[0])
    letters = sum(len(words) for _, words in lines)
    return np.array(
        [
            math.log(starts[-1]),
            math.log1p(starts[0]),
            60.0 * len(starts) / seconds,
            letters / seconds,
            float(np.diff(starts).max()) / seconds,
        ]
    )
