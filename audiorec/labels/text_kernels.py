"""How alike texts are: by words and their pairs, by character n-grams, by numbers, and by themes.

Themes are the leading directions of the first two (latent semantic analysis, Deerwester et al. 1990): texts that share
no word can share a theme. They come from the similarities themselves, so a new text needs nothing but its likeness to
the fitted ones. It does not know labels.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import eigsh
from sklearn.feature_extraction.text import TfidfVectorizer

from audiorec.learning.directions import unit

Floats = NDArray[np.float64]
Lines = list[list[str]]
Blocks = Sequence[NDArray[np.floating]]  # kinds of numbers, each [N, D_b]; every block weighs the same
Parts = tuple[Floats, Floats, Floats, Floats]  # by words, by characters, by numbers, by themes

_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\d_]+(?:'[^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_THEMES = 100  # of words and as many of characters; 50 and 200 are as good, 300 are worse (Chinese emotion)
_WIDE = 2.0  # deviations: beside themes, numbers say roughly where a text stands


def plain_lines(text: str) -> Lines:
    """Lower-case words by line, each Chinese character a word of its own.

    >>> plain_lines("Don't go\\n再见")
    [["don't", 'go'], ['再', '见']]
    """
    return [_TOKEN.findall(line.lower()) for line in text.splitlines()]


def word_vectorizer(**more: Any) -> TfidfVectorizer:
    """TF-IDF of words and of neighbours within a line; `more` goes to scikit-learn."""
    return TfidfVectorizer(analyzer=_words_and_pairs, sublinear_tf=True, **more)


def character_vectorizer(han: bool, **more: Any) -> TfidfVectorizer:
    """TF-IDF of one to three characters where texts are Chinese, else of two to five inside a word."""
    analyzer, lengths = ("char", (1, 3)) if han else ("char_wb", (2, 5))
    return TfidfVectorizer(analyzer=analyzer, ngram_range=lengths, sublinear_tf=True, lowercase=False, **more)


@dataclass(frozen=True)
class Themes:
    """Directions [N, K] that turn likeness to the N fitted texts into places [K] of length one."""

    directions: Floats

    @classmethod
    def fit(cls, similar: Floats) -> Self:
        """The leading directions of similarities [N, N]."""
        count = min(_THEMES, len(similar) - 1)
        values, vectors = eigsh(similar, k=count, v0=np.ones(len(similar)))
        kept = values > 1e-9
        return cls(np.asarray(vectors[:, kept] / np.sqrt(values[kept])))

    def places(self, similar: Floats) -> Floats:
        """Places [M, K] of texts from their likeness [M, N]; a text that is like no other stands in the middle."""
        return np.asarray(unit(similar @ self.directions))


@dataclass(frozen=True)
class Similarity:
    """Similarity of new texts to the fitted ones, by words, by characters, by numbers and by themes."""

    read: Callable[[str], Lines]
    words: TfidfVectorizer
    characters: TfidfVectorizer
    by_words: Any
    by_characters: Any
    numbers: tuple[Floats, ...]
    scales: tuple[tuple[Floats, Floats], ...]
    themes: tuple[Themes, Themes]
    places: Floats

    @classmethod
    def fit(cls, texts: Sequence[str], read: Callable[[str], Lines], numbers: Blocks) -> Self:
        """Learn vocabularies and themes from texts and the scales of numbers (NaN: unknown, taken for the mean)."""
        lines = [read(text) for text in texts]
        least = 2 if len(texts) > 50 else 1
        words = word_vectorizer(min_df=least)
        characters = character_vectorizer(sum(_is_han(one) for one in lines) > len(lines) / 2, min_df=least)
        by_words, by_characters = words.fit_transform(lines), characters.fit_transform(map(_joined, lines))
        likeness = _dot(by_words, by_words), _dot(by_characters, by_characters)
        themes = Themes.fit(likeness[0]), Themes.fit(likeness[1])
        scales = tuple(map(_scale, numbers))
        standard = _standard(numbers, scales)
        return cls(
            read, words, characters, by_words, by_characters, standard, scales, themes, _places(themes, likeness)
        )

    def own(self) -> Parts:
        """Four matrices [N, N] among the fitted texts."""
        return self._to(self.by_words, self.by_characters, self.numbers)

    def to_fitted(self, texts: Sequence[str], numbers: Blocks) -> Parts:
        """Four matrices [M, N] of new texts to the fitted ones."""
        lines = [self.read(text) for text in texts]
        words, characters = self.words.transform(lines), self.characters.transform(map(_joined, lines))
        return self._to(words, characters, _standard(numbers, self.scales))

    def _to(self, words: Any, characters: Any, numbers: tuple[Floats, ...]) -> Parts:
        likeness = _dot(words, self.by_words), _dot(characters, self.by_characters)
        bells, wide = np.zeros_like(likeness[0]), np.ones_like(likeness[0])
        for left, right in zip(numbers, self.numbers, strict=True):
            bells += _bell(_apart(left, right), left.shape[1]) / len(numbers)
            wide *= _bell(_apart(left, right), left.shape[1] * _WIDE**2)
        themes = _bell(_apart(_places(self.themes, likeness), self.places), 1.0) * wide
        return *likeness, bells, themes


def _places(themes: tuple[Themes, Themes], likeness: tuple[Floats, Floats]) -> Floats:
    return np.hstack([one.places(similar) for one, similar in zip(themes, likeness, strict=True)])


def _words_and_pairs(lines: Lines) -> list[str]:
    """Words, and neighbours within a line."""
    pairs = [f"{left} {right}" for line in lines for left, right in zip(line, line[1:], strict=False)]
    return [word for line in lines for word in line] + pairs


def _is_han(lines: Lines) -> bool:
    words = [word for line in lines for word in line]
    return sum(bool(_HAN.match(word)) for word in words) * 2 > len(words)


def _joined(lines: Lines) -> str:
    return "\n".join(("" if _is_han([line]) else " ").join(line) for line in lines)


def _scale(block: NDArray[np.floating]) -> tuple[Floats, Floats]:
    """Mean and deviation [D] of the known values of a block [N, D]."""
    known = np.ma.masked_invalid(np.asarray(block, dtype=np.float64))
    return known.mean(axis=0).filled(0.0), known.std(axis=0).filled(0.0) + 1e-6


def _standard(numbers: Blocks, scales: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, ...]:
    pairs = zip(numbers, scales, strict=True)
    return tuple(np.clip(np.nan_to_num((block - centre) / spread), -4.0, 4.0) for block, (centre, spread) in pairs)


def _dot(left: Any, right: Any) -> Floats:
    return np.asarray((left @ right.T).toarray(), dtype=np.float64)


def _apart(left: Floats, right: Floats) -> Floats:
    """Squared distances [M, N]."""
    squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)[None] - 2.0 * left @ right.T
    return np.asarray(np.maximum(squares, 0.0))


def _bell(apart: Floats, variance: float) -> Floats:
    """Gaussian similarity of squared distances."""
    return np.asarray(np.exp(-apart / (2.0 * variance)))
