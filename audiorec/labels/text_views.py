"""Three ways to see what a text is about, for few and long texts: word pairs, spelling, and which words are there.

Word stems and neighbouring pairs of them under TF-IDF; letters (2 to 5 within a word) reduced to a hundred axes by the
texts at hand; and naive Bayes over the presence of stems. Texts come as words by line. It does not know other numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from audiorec.learning.directions import unit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Lines = Sequence[Sequence[str]]
_ENDINGS = ("in'", "ing", "ed", "es", "s", "ly", "'s")
_AXES = 100
_SMOOTH = 0.3


def stem(word: str) -> str:
    """A word without the first of a few English endings that it has, three letters at least.

    >>> stem("dancing"), stem("lovin'"), stem("bus")
    ('danc', 'lov', 'bus')
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def stems(lines: Lines) -> list[str]:
    """All stems of a text in order."""
    return [stem(word.lower()) for line in lines for word in line]


def _stems_and_pairs(lines: Lines) -> list[str]:
    words = stems(lines)
    return words + [f"{left} {right}" for left, right in zip(words, words[1:], strict=False)]


def _spelled(lines: Lines) -> str:
    return " ".join(word.lower() for line in lines for word in line)


def pair_likeness(known: Sequence[Lines], texts: Sequence[Lines]) -> tuple[Floats, Floats]:
    """Similarity among known texts [N, N] and of texts to them [M, N] by stems and pairs; vocabulary of the known."""
    reader = TfidfVectorizer(analyzer=_stems_and_pairs, sublinear_tf=True)
    left = reader.fit_transform(known)
    own, cross = (left @ left.T).toarray(), (reader.transform(texts) @ left.T).toarray()
    return _centred(own, cross)


def letter_likeness(known: Sequence[Lines], texts: Sequence[Lines]) -> tuple[Floats, Floats]:
    """The same by letters, as a Gaussian similarity of directions in the leading axes of the known texts."""
    reader = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True)
    left = reader.fit_transform(map(_spelled, known))
    values, vectors = np.linalg.eigh((left @ left.T).toarray())
    kept = values > 1e-9
    axes = (vectors[:, kept] / np.sqrt(values[kept]))[:, -_AXES:]
    placed = [(part @ left.T).toarray() @ axes for part in (left, reader.transform(map(_spelled, texts)))]
    here, there = (unit(rows) for rows in placed)
    return np.exp(here @ here.T - 1.0), np.exp(there @ here.T - 1.0)


def _centred(own: Floats, cross: Floats) -> tuple[Floats, Floats]:
    """Similarities about the mean of the known texts: what every text has says nothing of any."""
    mean = own.mean(axis=0)
    moved = own - mean - mean[:, None] + mean.mean()
    # A centred text's own similarity should still be one on average, or decays would mean something else.
    size = moved.trace() / len(moved)
    return moved / size, (cross - cross.mean(axis=1, keepdims=True) - mean + mean.mean()) / size


@dataclass(frozen=True)
class PresenceBayes:
    """Naive Bayes over which stems a text has; `left_out` [N, C] are log-probabilities without the artist's texts."""

    reader: CountVectorizer
    logs: Floats
    prior: Floats
    left_out: Floats

    def scores(self, texts: Sequence[Lines]) -> Floats:
        """Log-probabilities [M, C] up to a number of each text's own."""
        return np.asarray(self.reader.transform(texts) @ self.logs.T + self.prior)


def fit_presence(texts: Sequence[Lines], index: Ints, artists: Ints) -> PresenceBayes:
    """Learn labels [N] from texts [N]; artists [N] are left out whole for `left_out`."""
    reader = CountVectorizer(analyzer=stems, min_df=2, binary=True)
    present = reader.fit_transform(texts).astype(np.float64)
    target = np.eye(int(index.max()) + 1)[index]
    counts = target.T @ present
    left_out = np.empty_like(target)
    for artist in np.unique(artists):
        rows = np.flatnonzero(artists == artist)
        logs, prior = _bayes(counts - target[rows].T @ present[rows], (target.sum(0) - target[rows].sum(0)))
        left_out[rows] = present[rows] @ logs.T + prior
    return PresenceBayes(reader, *_bayes(counts, target.sum(0)), left_out)


def _bayes(counts: Any, texts: Floats) -> tuple[Floats, Floats]:
    """Log-probabilities [C, V] of words and [C] of labels from counts."""
    smooth = np.asarray(counts) + _SMOOTH
    return np.log(smooth) - np.log(smooth.sum(axis=1, keepdims=True)), np.log((texts + 0.5) / (texts.sum() + 0.5))
