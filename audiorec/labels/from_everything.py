"""From labels of some songs of a library to labels of all, by `ensemble.py`, with an honest figure.

A song that has a label is labelled by models that did not learn from its artist, so that the figure is honest and a
label given by mistake shows. It does not know files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from audiorec import metrics
from audiorec.errors import InputError
from audiorec.labels.classifiers import FEWEST, Question, label_probabilities
from audiorec.labels.song_facts import SongFacts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FOLDS = 5


@dataclass(frozen=True)
class LabelledSongs:
    """Names [C] of the labels, probabilities [N, C] of all songs, and scores of left-out artists' songs.

    scores: macro_f1 and accuracy, and the same of the commonest label alone as `common_...`.
    """

    names: tuple[str, ...]
    probabilities: Floats
    scores: dict[str, float]


def label_library(
    facts: SongFacts, labels: Sequence[str], artists: Sequence[str], advance: Callable[[str], None], seed: int = 0
) -> LabelledSongs:
    """Learn from labels [N] ("" where there is none) of songs by artists [N] ("": unknown, a stranger each).

    Raises InputError when fewer than two labels have songs by two artists, or fewer than ten songs have one.
    """
    texts = np.array(labels)
    people = np.unique([name or f"\0{row}" for row, name in enumerate(artists)], return_inverse=True)[1].astype(
        np.int64
    )
    names = sorted({text for text in labels if text and len(np.unique(people[texts == text])) > 1})
    known = np.flatnonzero(np.isin(texts, names))
    if len(names) < 2 or len(known) < FEWEST:
        raise InputError(
            f"{len(known)} songs with {len(names)} labels that two artists or more have are too few to learn from: "
            f"label {FEWEST} songs or more, of several artists for each label"
        )
    index = np.where(np.isin(texts, names), np.searchsorted(names, texts), -1).astype(np.int64)
    found = np.zeros((len(texts), len(names)))
    folds = min(FOLDS, int(np.bincount(index[known]).max()), len(np.unique(people[known])))
    dealt = StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(known, index[known], people[known])
    for teach, ask in dealt:
        found[known[ask]] = _asked(Question(facts, index, people, known[teach], known[ask]), len(names))
        advance("")
    rest = np.setdiff1d(np.arange(len(texts)), known)
    found[rest] = _asked(Question(facts, index, people, known, rest), len(names))
    advance("")
    return LabelledSongs(tuple(names), found, _scores(index[known], found[known]))


def _asked(question: Question, labels: int) -> Floats:
    """Probabilities [M, labels]; zero for a label that none of the teaching songs has."""
    present, compact = np.unique(question.index[question.teach], return_inverse=True)
    index = np.full(len(question.index), -1)
    index[question.teach] = compact
    out = np.zeros((len(question.ask), labels))
    present_only = Question(question.facts, index, question.artists, question.teach, question.ask)
    out[:, present] = label_probabilities(present_only)
    return out


def _scores(truth: Ints, probabilities: Floats) -> dict[str, float]:
    given, common = probabilities.argmax(axis=1), np.full(len(truth), np.bincount(truth).argmax())
    return {
        "macro_f1": metrics.macro_f1(truth, given),
        "accuracy": metrics.accuracy(truth, given),
        "calibration_error": metrics.calibration_error(truth, probabilities),
        "common_macro_f1": metrics.macro_f1(truth, common),
        "common_accuracy": metrics.accuracy(truth, common),
    }
