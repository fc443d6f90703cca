"""A classifier of song texts: words, pairs of words, character n-grams (TF-IDF) and numbers, a linear model on top.

Solved as kernel ridge, since texts are few and features many: left-out predictions come in closed form (Rasmussen &
Williams 2006, eq. 5.12), and choose weights, decay and temperature without a validation part. It does not read order
beyond pairs and cannot name words it has never seen. Reading (script, cutting) is the caller's: see `read`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction.text import TfidfVectorizer

Floats = NDArray[np.float64]
Lines = list[list[str]]
Blocks = Sequence[NDArray[np.floating]]  # kinds of numbers, each [N, D_b]; every block weighs the same

_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\d_]+(?:'[^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]")
# How much words, characters and numbers weigh in the sum of their similarities.
WEIGHTS: tuple[tuple[float, float, float], ...] = ((1.0, 1.0, 0.0), (1.0, 1.0, 0.5), (0.5, 0.5, 0.75), (0.5, 1.0, 1.0))
DECAYS = (0.3, 0.6, 1.2, 2.5, 5.0, 10.0)
_TEMPERATURES = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
_LEAN = 0.3  # scores are divided by a label's share to this power, or else rare labels are never given
_CHOOSE_ON = 1_500  # texts: more of them hardly change which weights are best


def plain_lines(text: str) -> Lines:
    """Lower-case words by line, each Chinese character a word of its own.

    >>> plain_lines("Don't go\\n再见")
    [["don't", 'go'], ['再', '见']]
    """
    return [_TOKEN.findall(line.lower()) for line in text.splitlines()]


@dataclass(frozen=True)
class Similarity:
    """Similarity of new texts to the fitted ones, by words, by characters and by numbers."""

    read: Callable[[str], Lines]
    words: TfidfVectorizer
    characters: TfidfVectorizer
    by_words: Any
    by_characters: Any
    numbers: tuple[Floats, ...]
    scales: tuple[tuple[Floats, Floats], ...]

    @classmethod
    def fit(cls, texts: Sequence[str], read: Callable[[str], Lines], numbers: Blocks) -> Self:
        """Learn vocabularies from texts and the scales of numbers (NaN: unknown, taken for the mean)."""
        lines = [read(text) for text in texts]
        han = sum(_is_han(one) for one in lines) > len(lines) / 2
        least = 2 if len(texts) > 50 else 1
        words = TfidfVectorizer(analyzer=_words_and_pairs, min_df=least, sublinear_tf=True)
        characters = TfidfVectorizer(
            analyzer="char" if han else "char_wb",
            ngram_range=(1, 3) if han else (2, 5),
            min_df=least,
            sublinear_tf=True,
            lowercase=False,
        )
        by_words, by_characters = words.fit_transform(lines), characters.fit_transform(map(_joined, lines))
        scales = tuple(map(_scale, numbers))
        return cls(read, words, characters, by_words, by_characters, _standard(numbers, scales), scales)

    def own(self) -> tuple[Floats, Floats, Floats]:
        """Three matrices [N, N] among the fitted texts."""
        return self._to(self.by_words, self.by_characters, self.numbers)

    def to_fitted(self, texts: Sequence[str], numbers: Blocks) -> tuple[Floats, Floats, Floats]:
        """Three matrices [M, N] of new texts to the fitted ones."""
        lines = [self.read(text) for text in texts]
        words, characters = self.words.transform(lines), self.characters.transform(map(_joined, lines))
        return self._to(words, characters, _standard(numbers, self.scales))

    def _to(self, words: Any, characters: Any, numbers: tuple[Floats, ...]) -> tuple[Floats, Floats, Floats]:
        bells = np.zeros((words.shape[0], self.by_words.shape[0]))
        for left, right in zip(numbers, self.numbers, strict=True):
            bells += _bell(left, right) / len(numbers)
        return _dot(words, self.by_words), _dot(characters, self.by_characters), bells


@dataclass(frozen=True)
class TextClassifier:
    """labels [C] in sorted order; what was chosen stands in weights, decay and temperature."""

    labels: tuple[str, ...]
    weights: tuple[float, float, float]
    decay: float
    temperature: float
    similarity: Similarity
    dual: Floats
    prior: Floats

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        labels: Sequence[str],
        rng: np.random.Generator,
        *,
        read: Callable[[str], Lines] = plain_lines,
        numbers: Blocks = (),
    ) -> Self:
        """Learn labels [N] from texts [N] and blocks of numbers [N, D_b]; rng picks the texts that choose the settings.

        Raises ValueError when there are fewer than two labels.
        """
        names, index = np.unique(np.asarray(labels), return_inverse=True)
        if len(names) < 2:
            raise ValueError("a classifier needs texts of at least two labels")
        similarity = Similarity.fit(texts, read, numbers)
        parts, target = similarity.own(), np.eye(len(names))[index]
        part = np.sort(rng.permutation(len(texts))[:_CHOOSE_ON])
        small = tuple(matrix[np.ix_(part, part)] for matrix in parts)
        weights, decay, temperature = _choose(small, target[part], index[part], bool(numbers))
        prior = target.mean(axis=0)
        dual = np.linalg.solve(_mixed(parts, weights) + decay * np.eye(len(texts)), target - prior)
        return cls(tuple(map(str, names)), weights, decay, temperature, similarity, dual, prior)

    def probabilities(self, texts: Sequence[str], numbers: Blocks = ()) -> Floats:
        """Return probabilities [M, C] of the labels, rows sum to 1."""
        similar = _mixed(self.similarity.to_fitted(texts, numbers), self.weights)
        return np.asarray(softmax(self.temperature * leaning(self.prior + similar @ self.dual, self.prior), axis=1))


def _choose(
    parts: tuple[Floats, ...], target: Floats, index: NDArray[np.intp], with_numbers: bool
) -> tuple[tuple[float, float, float], float, float]:
    """Weights, decay and temperature with the best left-out accuracy, ties by log-likelihood."""
    best: tuple[float, float] = (-1.0, 0.0)
    chosen = (WEIGHTS[0], DECAYS[0], 1.0)
    for weights in WEIGHTS if with_numbers else WEIGHTS[:1]:
        values, vectors = np.linalg.eigh(_mixed(parts, weights))
        for decay in DECAYS:
            out = leaning(left_out(values, vectors, target, decay), target.mean(axis=0))
            right = float((out.argmax(axis=1) == index).mean())
            for temperature in _TEMPERATURES:
                likelihood = float(log_softmax(temperature * out, axis=1)[np.arange(len(index)), index].mean())
                # Accuracy alone jumps about; a tenth of a nat is worth one in a hundred right.
                if (right + 0.1 * likelihood, likelihood) > best:
                    best, chosen = (right + 0.1 * likelihood, likelihood), (weights, decay, temperature)
    return chosen


def leaning(scores: Floats, prior: Floats) -> Floats:
    """Scores [N, C] that give rare labels a chance; equally frequent labels (prior [C]) keep theirs."""
    pull = np.maximum(prior, 1e-3) ** -_LEAN
    return np.asarray(scores * (pull / pull.mean()))


def left_out(values: Floats, vectors: Floats, target: Floats, decay: float) -> Floats:
    """Predictions [N, C] for every text by the model without it, from the eigenvectors of the similarities [N, N]."""
    scaled = vectors / (values + decay)
    centred = target - target.mean(axis=0)
    diagonal = (scaled * vectors).sum(axis=1, keepdims=True)
    return np.asarray(target - (scaled @ (vectors.T @ centred)) / diagonal)


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


def _bell(left: Floats, right: Floats) -> Floats:
    """Gaussian similarity, one standard deviation a number."""
    apart = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)[None] - 2.0 * left @ right.T
    return np.asarray(np.exp(-np.maximum(apart, 0.0) / (2.0 * left.shape[1])))


def _mixed(parts: Sequence[Floats], weights: tuple[float, float, float]) -> Floats:
    return np.asarray(sum(weight * part for weight, part in zip(weights, parts, strict=True)))
