"""The numbers that say how good a list or a label is: arrays in, numbers out.

Ranks count from 0 and ties go against the model: an irrelevant song with the same score stands before a
relevant one, and NaN (no opinion) stands last, so a constant scorer has a hit rate of 0, not of 1. The one
exception is AUC, where a tie counts one half as everywhere else, which gives a constant scorer chance.
This file knows nothing about users, models or files.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from audiorec.errors import InputError

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]


def first_column_ranks(scores: Floats) -> Ints:
    """Place of column 0 among all columns of its row, ties against it.

    scores [U, C], NaN = no opinion -> int64 [U], 0 is best and C - 1 worst.
    """
    known = np.where(np.isnan(scores), -np.inf, scores)
    return np.asarray((known[:, 1:] >= known[:, :1]).sum(axis=1), dtype=np.int64)


def relevant_ranks(scores: Floats, relevant: npt.NDArray[np.bool_]) -> Ints:
    """Places of the relevant entries in one ranked list, best first, ties against them.

    scores [C], relevant bool [C] -> int64 [R], increasing.
    """
    known = np.where(np.isnan(scores), -np.inf, scores)
    others = np.sort(-known[~relevant])
    mine = np.sort(-known[relevant])
    return np.asarray(np.searchsorted(others, mine, side="right") + np.arange(len(mine)), dtype=np.int64)


def hit_rate(ranks: Ints, k: int) -> float:
    """Share of users whose one held-out song is among the first k; ranks [U] from 0 (He et al. 2017)."""
    return float(np.mean(ranks < k)) if len(ranks) else float("nan")


def ndcg_of_one(ranks: Ints, k: int) -> float:
    """Mean of log 2 / log(rank + 2) over users with one held-out song each, 0 beyond k (He et al. 2017)."""
    return float(np.mean(gains_of_one(ranks, k))) if len(ranks) else float("nan")


def gains_of_one(ranks: Ints, k: int) -> Floats:
    """NDCG@k of every user with one held-out song: ranks [U] -> float64 [U]; what a bootstrap draws from."""
    return np.where(ranks < k, np.log(2.0) / np.log(ranks + 2.0), 0.0)


def recall(ranks: Ints, k: int) -> float:
    """Hits among the first k over min(k, relevant) for one list; ranks [R] of its relevant songs."""
    return float((ranks < k).sum() / min(k, len(ranks))) if len(ranks) else float("nan")


def ndcg(ranks: Ints, k: int) -> float:
    """Discounted gain of one list with any number of relevant songs over that of the best possible list."""
    if not len(ranks):
        return float("nan")
    best = 1.0 / np.log2(np.arange(min(k, len(ranks))) + 2.0)
    return float((1.0 / np.log2(ranks[ranks < k] + 2.0)).sum() / best.sum())


def average_precision(ranks: Ints, k: int) -> float:
    """Mean precision at the places of the relevant songs within the first k, over min(k, relevant).

    ranks [R], increasing. The mean of it over users is MAP@k.
    """
    if not len(ranks):
        return float("nan")
    inside = np.sort(ranks[ranks < k])
    return float(((np.arange(len(inside)) + 1.0) / (inside + 1.0)).sum() / min(k, len(ranks)))


def auc(scores: Floats, relevant: npt.NDArray[np.bool_]) -> float:
    """Chance that a relevant entry scores above an irrelevant one, a tie one half; NaN if a side is empty.

    scores [C] (NaN stands below everything), relevant bool [C].
    """
    known = np.where(np.isnan(scores), -np.inf, scores)
    positive, negative = known[relevant], np.sort(known[~relevant])
    if not len(positive) or not len(negative):
        return float("nan")
    below = np.searchsorted(negative, positive, side="left")
    upto = np.searchsorted(negative, positive, side="right")
    return float((below + upto).mean() / (2.0 * len(negative)))


def accuracy(truth: npt.NDArray[np.generic], predicted: npt.NDArray[np.generic]) -> float:
    """Share of labels that agree; both [N] (InputError when their lengths differ)."""
    _same_length(truth, predicted)
    return float(np.mean(truth == predicted)) if len(truth) else float("nan")


def macro_f1(truth: npt.NDArray[np.generic], predicted: npt.NDArray[np.generic]) -> float:
    """Unweighted mean of F1 over every class found in either array; a class never predicted counts 0."""
    _same_length(truth, predicted)
    classes = np.union1d(truth, predicted)
    hits = np.array([np.sum((truth == c) & (predicted == c)) for c in classes], dtype=np.float64)
    sizes = np.array([np.sum(truth == c) + np.sum(predicted == c) for c in classes], dtype=np.float64)
    return float(np.mean(2.0 * hits / sizes)) if len(classes) else float("nan")


def reliability(truth: Ints, probabilities: Floats, bins: int = 10) -> npt.NDArray[np.float64]:
    """How often the likeliest label is right, by how likely it was said to be.

    truth [N] (columns), probabilities [N, C] -> rows (songs, mean probability, share that is right) of the bins of
    equal width that hold any, [B, 3].
    """
    likely = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    place = np.minimum((likely * bins).astype(np.int64), bins - 1)
    rows = [(own.sum(), likely[own].mean(), right[own].mean()) for own in (place == np.unique(place)[:, None])]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def calibration_error(truth: Ints, probabilities: Floats, bins: int = 10) -> float:
    """Expected calibration error of the likeliest label: mean distance of said and true share over songs.

    truth [N] (columns), probabilities [N, C]; Guo et al. 2017, equation 3. NaN without songs.
    """
    if not len(truth):
        return float("nan")
    songs, said, right = reliability(truth, probabilities, bins).T
    return float((songs * np.abs(said - right)).sum() / songs.sum())


def coverage(lists: Ints, items: int) -> float:
    """Share of a catalogue of `items` songs that stands in at least one list; lists [U, K], -1 = empty place."""
    return float(len(np.unique(lists[lists >= 0])) / items) if items else float("nan")


def novelty(lists: Ints, listeners: Ints, users: int) -> float:
    """Mean self-information of the recommended songs in bits: -log2(listeners / users).

    lists [U, K] (-1 = empty place), listeners [I] = users who know each song. A song that nobody knows counts as
    if half a user knew it, so that the mean stays finite (Zhou et al. 2010).
    """
    shown = lists[lists >= 0]
    known = np.maximum(listeners[shown], 0.5)
    return float(np.mean(-np.log2(known / users))) if len(shown) else float("nan")


def intra_list_diversity(lists: Ints, vectors: Floats) -> float:
    """Mean over lists of 1 - mean cosine between two songs of it; lists [U, K], vectors [I, d].

    Lists with fewer than two songs are skipped, a zero vector has cosine 0 with everything.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    found = []
    for row in lists:
        songs = unit[row[row >= 0]]
        if len(songs) > 1:
            pairs = len(songs) * (len(songs) - 1)
            total = np.square(songs.sum(axis=0)).sum() - np.square(songs).sum()
            found.append(1.0 - float(total) / pairs)
    return float(np.mean(found)) if found else float("nan")


def gini(exposure: npt.NDArray[np.generic]) -> float:
    """Inequality of how often songs are shown: 0 = all the same, near 1 = one song takes everything.

    exposure [I], counts of every song of the catalogue, zeros included.
    """
    counts = np.sort(np.asarray(exposure, dtype=np.float64))
    if not len(counts) or counts.sum() == 0.0:
        return float("nan")
    weights = 2.0 * np.arange(1, len(counts) + 1) - len(counts) - 1
    return float((weights * counts).sum() / (len(counts) * counts.sum()))


def bootstrap_interval(
    values: Floats,
    rng: np.random.Generator,
    *,
    statistic: Callable[[Floats], float] | None = None,
    level: float = 0.95,
    draws: int = 1000,
) -> tuple[float, float]:
    """Percentile interval of a statistic (the mean by default) under redrawing of the values.

    values [N] -> (low, high); (nan, nan) without values.
    """
    if not len(values):
        return float("nan"), float("nan")
    measure = statistic or (lambda drawn: float(np.mean(drawn)))
    found = [measure(values[rng.integers(0, len(values), len(values))]) for _ in range(draws)]
    low, high = np.quantile(found, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


def _same_length(truth: npt.NDArray[np.generic], predicted: npt.NDArray[np.generic]) -> None:
    if len(truth) != len(predicted):
        raise InputError(f"{len(truth)} true labels and {len(predicted)} predicted ones: give one for each")
