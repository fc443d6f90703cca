"""A classifier of song texts: words, pairs of words, character n-grams (TF-IDF), themes and numbers, a ridge on top.

Solved as kernel ridge, since texts are few and features many: left-out predictions come in closed form (Rasmussen &
Williams 2006, eq. 5.12), and choose mixture, decay, lean and temperature without a validation part. It does not read
order beyond pairs and cannot name words it has never seen. Reading (script, cutting) is the caller's: see `read`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve
from scipy.special import log_softmax, softmax

from audiorec.labels.text_kernels import Blocks, Floats, Lines, Parts, Similarity, plain_lines
from audiorec.metrics import accuracy, macro_f1

__all__ = ["Setting", "TextClassifier", "leaning", "left_out", "plain_lines"]

Weights = tuple[float, float, float, float]
# How much words, characters, numbers and themes weigh in the sum of their similarities.
WEIGHTS: tuple[Weights, ...] = (
    (1.0, 1.0, 0.0, 0.0),
    (1.0, 1.0, 0.0, 2.0),
    (0.0, 0.0, 0.0, 1.0),
    (0.0, 0.0, 0.25, 1.0),
    (1.0, 1.0, 0.5, 0.0),
    (1.0, 1.0, 0.5, 2.0),
    (0.5, 0.5, 0.75, 0.0),
    (0.5, 1.0, 1.0, 0.0),
)
DECAYS = (0.3, 0.6, 1.2, 2.5, 5.0, 10.0)
# Scores are divided by a label's share to this power, or else rare labels are never given.
LEANS = (0.0, 0.15, 0.3, 0.4)
_TEMPERATURES = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
_CHOOSE_ON = 1_500  # texts: more of them hardly change which settings are best
_AVERAGED = 20  # settings: the mean of the best few is steadier than the luckiest one
_RARE = 0.3  # worth of macro F1 beside accuracy: what rare labels gain may cost others a little


@dataclass(frozen=True)
class Setting:
    """One way to fit: how kinds of similarity are mixed, how much is smoothed, how far scores lean to rare labels."""

    weights: Weights
    decay: float
    lean: float


@dataclass(frozen=True)
class TextClassifier:
    """labels [C] in sorted order; settings: the best on left-out predictions, whose mean is taken.

    duals: for each mixture of similarities in use, what every fitted text [N, C] says; base: scores [C] of a text that
    is like no other; score: accuracy and macro F1 on left-out texts, a little kind, as they chose the settings.
    """

    labels: tuple[str, ...]
    settings: tuple[Setting, ...]
    temperature: float
    similarity: Similarity
    duals: dict[Weights, Floats]
    base: Floats
    score: dict[str, float]

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
        chosen, out = _choose([matrix[np.ix_(part, part)] for matrix in parts], target[part], bool(numbers))
        found = out.argmax(axis=1)
        score = {"accuracy": accuracy(index[part], found), "macro_f1": macro_f1(index[part], found)}
        prior = target.mean(axis=0)
        base = np.mean([leaning(prior, prior, one.lean) for one in chosen], axis=0)
        duals, heat = _duals(parts, target, chosen), _temperature(out, index[part])
        return cls(tuple(map(str, names)), tuple(chosen), heat, similarity, duals, base, score)

    def probabilities(self, texts: Sequence[str], numbers: Blocks = ()) -> Floats:
        """Return probabilities [M, C] of the labels, rows sum to 1."""
        parts = self.similarity.to_fitted(texts, numbers)
        scores = self.base + sum(_mixed(parts, weights) @ dual for weights, dual in self.duals.items())
        return np.asarray(softmax(self.temperature * scores, axis=1))


def _duals(parts: Parts, target: Floats, chosen: Sequence[Setting]) -> dict[Weights, Floats]:
    """The mean of the chosen fits: as all are linear, one matrix [N, C] a mixture holds them."""
    prior = target.mean(axis=0)
    duals: dict[Weights, Floats] = {}
    for weights in dict.fromkeys(one.weights for one in chosen):
        gram, total = _mixed(parts, weights), np.zeros_like(target)
        for decay in dict.fromkeys(one.decay for one in chosen if one.weights == weights):
            dual = solve(gram + decay * np.eye(len(gram)), target - prior, assume_a="pos")
            for one in chosen:
                if (one.weights, one.decay) == (weights, decay):
                    total += leaning(dual, prior, one.lean) / len(chosen)
        duals[weights] = total
    return duals


def _choose(parts: Sequence[Floats], target: Floats, with_numbers: bool) -> tuple[list[Setting], Floats]:
    """The settings with the best left-out worth, and the mean of their left-out scores [N, C]."""
    index, prior = target.argmax(axis=1), target.mean(axis=0)
    found: list[tuple[float, Setting, Floats]] = []
    for weights in WEIGHTS:
        if weights[2] and not with_numbers:
            continue
        values, vectors = np.linalg.eigh(_mixed(parts, weights))
        for decay in DECAYS:
            plain = left_out(values, vectors, target, decay)
            for lean in LEANS:
                scores = leaning(plain, prior, lean)
                found.append((_worth(scores, index), Setting(weights, decay, lean), scores))
    best = sorted(found, key=lambda one: -one[0])[:_AVERAGED]
    return [setting for _, setting, _ in best], np.mean([scores for *_, scores in best], axis=0)


def _worth(scores: Floats, index: NDArray[np.intp]) -> float:
    """Worth of left-out scores [N, C]: accuracy, steadied by likelihood, with a little for rare labels."""
    found = scores.argmax(axis=1)
    # Accuracy alone jumps about; a tenth of a nat is worth one in a hundred right.
    steady = 0.1 * max(_likelihood(heat * scores, index) for heat in _TEMPERATURES)
    return float((found == index).mean()) + _RARE * macro_f1(index, found) + steady


def _temperature(scores: Floats, index: NDArray[np.intp]) -> float:
    return max(_TEMPERATURES, key=lambda heat: _likelihood(heat * scores, index))


def _likelihood(scores: Floats, index: NDArray[np.intp]) -> float:
    return float(log_softmax(scores, axis=1)[np.arange(len(index)), index].mean())


def leaning(scores: Floats, prior: Floats, lean: float) -> Floats:
    """Scores [N, C] that give rare labels a chance; equally frequent labels (prior [C]) keep theirs."""
    pull = np.maximum(prior, 1e-3) ** -lean
    return np.asarray(scores * (pull / pull.mean()))


def left_out(values: Floats, vectors: Floats, target: Floats, decay: float) -> Floats:
    """Predictions [N, C] for every text by the model without it, from the eigenvectors of the similarities [N, N]."""
    scaled = vectors / (values + decay)
    centred = target - target.mean(axis=0)
    diagonal = (scaled * vectors).sum(axis=1, keepdims=True)
    return np.asarray(target - (scaled @ (vectors.T @ centred)) / diagonal)


def _mixed(parts: Parts | Sequence[Floats], weights: Weights) -> Floats:
    """The weighted sum; matrices of no weight cost nothing."""
    return np.asarray(sum(weight * part for weight, part in zip(weights, parts, strict=True) if weight))
