"""From lines to the song: how its feeling lies, spreads and moves from the first line to the last.

Lines count as often as they are sung. It does not weigh chorus against verse in any other way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from audiorec.features.lyrics.english import english_feeling
from audiorec.features.lyrics.feeling import Feeling
from audiorec.features.lyrics.language import line_language, song_language
from audiorec.features.lyrics.lexicon import EMOTIONS
from audiorec.features.lyrics.sentiment import chinese_feeling
from audiorec.features.lyrics.simplify import simplified
from audiorec.features.lyrics.tokens import words_of

COURSE_NAMES = (
    "polarity_mean",
    "polarity_lowest",
    "polarity_highest",
    "polarity_spread",
    "polarity_slope",
    "polarity_ending",
    "positive_lines",
    "negative_lines",
    "mixed_words",
    "intensity_mean",
    "intensity_spread",
    "known_lines",
    *(f"{emotion}_share" for emotion in EMOTIONS),
    "emotion_variety",
)
_NEUTRAL = 0.05  # VADER's own band


def line_feelings(lines: Sequence[str], main: str | None = None) -> list[Feeling]:
    """Score every line in its own language; a repeated line is scored once and listed as often as it is sung.

    main: the song's language, where the caller knows it already.
    """
    main = main or song_language(lines)
    languages = {line: line_language(line) or main for line in lines}
    simple = _simplified_at_once([line for line, language in languages.items() if language == "zh"])
    scored = {line: _scorer(language)(simple.get(line, line)) for line, language in languages.items()}
    return [scored[line] for line in lines]


def course_vector(feelings: Sequence[Feeling]) -> NDArray[np.float32]:
    """Return the numbers named by COURSE_NAMES, float32 [len(COURSE_NAMES)]; feelings must not be empty."""
    polarity = np.array([feeling.polarity for feeling in feelings], dtype=np.float64)
    intensity = np.array([feeling.intensity for feeling in feelings], dtype=np.float64)
    third = max(1, len(polarity) // 3)
    emotions = _emotion_weights(feelings)
    values = [
        polarity.mean(),
        polarity.min(),
        polarity.max(),
        polarity.std(),
        _slope(polarity),
        polarity[-third:].mean() - polarity[:third].mean(),
        (polarity > _NEUTRAL).mean(),
        (polarity < -_NEUTRAL).mean(),
        _mixed(feelings),
        intensity.mean(),
        intensity.std(),
        np.mean([feeling.known for feeling in feelings]),
        *emotions,
        _entropy(emotions),
    ]
    return np.array(values, dtype=np.float32)


def _scorer(language: str) -> Callable[[str], Feeling]:
    if language == "zh":
        return chinese_feeling
    if language == "en":
        return english_feeling
    return partial(_unfelt, language)


def _simplified_at_once(lines: Sequence[str]) -> dict[str, str]:
    """Line -> line in simplified script; one conversion for all costs a tenth of one for each."""
    return dict(zip(lines, simplified("\n".join(lines)).split("\n"), strict=True)) if lines else {}


def _unfelt(language: str, line: str) -> Feeling:
    """Lines in languages without a lexicon: counted, their feeling unknown."""
    return Feeling(
        line,
        0.0,
        0.0,
        (),
        tuple(words_of(line, language)),
        question="?" in line or "？" in line,
        exclamation="!" in line,
    )


def _slope(polarity: NDArray[np.float64]) -> float:
    """Least-squares change of polarity from the first line to the last."""
    if len(polarity) < 2:
        return 0.0
    place = np.linspace(-0.5, 0.5, len(polarity))
    return float((place * polarity).sum() / (place * place).sum())


def _emotion_weights(feelings: Sequence[Feeling]) -> NDArray[np.float64]:
    """Share of each emotion in the song's felt intensity; all zero when nothing is known."""
    weights = np.zeros(len(EMOTIONS))
    for feeling in feelings:
        for word in feeling.words:
            weights[word.emotion] += word.intensity
    return weights / max(float(weights.sum()), 1e-9)


def _entropy(shares: NDArray[np.float64]) -> float:
    """Entropy of the emotion shares, 0 (one emotion) to 1 (all alike)."""
    present = shares[shares > 0]
    return float(-(present * np.log(present)).sum() / np.log(len(shares))) if len(present) else 0.0


def _mixed(feelings: Sequence[Feeling]) -> float:
    """How far light and dark words balance: 0 (all of one sign) to 1 (half and half)."""
    light = sum(word.value for feeling in feelings for word in feeling.words if word.value > 0)
    dark = -sum(word.value for feeling in feelings for word in feeling.words if word.value < 0)
    return 2.0 * min(light, dark) / max(light + dark, 1e-9)
