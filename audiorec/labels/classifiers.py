"""Labels of songs from all that is known of them: a classifier for each view, joined by a vote.

Every classifier gives scores of the songs that teach without their artists' songs, from which the vote learns how far
it can be trusted, and of the songs that are asked about. It does not know files, nor what the labels mean.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.labels import text_views
from audiorec.labels.ensemble import fit_vote
from audiorec.labels.ls_svm import alike, error_of, fit_label_ridge, normal_scores
from audiorec.labels.song_facts import SongFacts

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Scores = tuple[Floats, Floats]  # of the teaching songs [N, C], artist left out; of the songs asked about [M, C]
# How much the kinds of statistics count in their sum: descriptors, correlations, changes, and sound words of three
# lengths. For few songs the descriptors alone may be better; which, is chosen by the teaching songs.
STATISTICS = ((2.0, 1.0, 1.0, 1.0, 1.0, 1.0), (1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
# With the output of an encoder in the place of sound words, which then vote by themselves (docs/log.md).
STATISTICS_ENCODED = ((2.0, 1.0, 1.0, 1.0), (2.0, 0.0, 0.0, 1.0))
# A part of what is known of a song -> its classifiers.
PARTS = {
    "audio": ("statistics", "sound words", "hints"),
    "words": ("pairs", "letters", "presence"),
    "feelings": ("feelings",),
    "network": ("listeners",),
    "tags": ("tags",),
}
# A classifier needs this many songs of two labels to learn from.
FEWEST = 10


@dataclass(frozen=True, eq=False)
class Question:
    """Which songs teach, which are asked about (rows), and the label (0..C-1) and artist of every song [N]."""

    facts: SongFacts
    index: Ints
    artists: Ints
    teach: Ints
    ask: Ints


def label_probabilities(question: Question, parts: Sequence[str] = tuple(PARTS)) -> Floats:
    """Probabilities [M, C] of the songs that are asked about; one of which nothing is known gets the pulls."""
    return voted(question, scores_of(question, parts))


def scores_of(question: Question, parts: Sequence[str] = tuple(PARTS)) -> dict[str, Scores]:
    """What each classifier of some parts says, NaN of songs that it does not know; one that knows few stays away."""
    found = {name: CLASSIFIERS[name](question) for part in parts for name in PARTS[part]}
    return {name: scores for name, scores in found.items() if scores is not None}


def voted(question: Question, scores: dict[str, Scores], needed: NDArray[np.bool_] | None = None) -> Floats:
    """Join scores by a vote fitted on the teaching songs of which anything is known (and for which `needed` holds)."""
    used = np.any([np.isfinite(own[:, 0]) for own, _ in scores.values()], axis=0)
    if needed is not None:
        used &= needed[question.teach]
    vote = fit_vote([own[used] for own, _ in scores.values()], question.index[question.teach][used])
    return vote.probabilities([asked for _, asked in scores.values()])


def _says(own: Floats, cross: Floats, question: Question, teach: Ints) -> Scores:
    """Scores by similarity among the teaching songs [N, N] and of the others to them [M, N]."""
    model = fit_label_ridge(own, question.index[teach], question.artists[teach])
    return model.left_out, model.scores(cross)


def _by_statistics(question: Question) -> Scores | None:
    """The least-squares SVM on the statistics that are best for left-out artists."""
    truth = question.index[question.teach]
    sums = STATISTICS_ENCODED if question.facts.is_encoded else STATISTICS
    found = [_says(*statistics_likeness(question, one), question, question.teach) for one in sums]
    return min(found, key=lambda scores: error_of(scores[0], truth))


def _by_sound_words(question: Question) -> Scores | None:
    """The use of sound words of all lengths, where an encoder takes their place in the sum: it errs elsewhere."""
    if not question.facts.is_encoded:
        return None
    likeness = _mean_likeness(question, [(block, 1.0) for block in question.facts.sound_words])
    return _says(*likeness, question, question.teach)


def statistics_likeness(question: Question, weights: Sequence[float] | None = None) -> tuple[Floats, Floats]:
    """Weighted mean of the similarities by each kind of statistics, [N, N] and [M, N]; all kinds unless told."""
    facts = question.facts
    usual = (STATISTICS_ENCODED if facts.is_encoded else STATISTICS)[0]
    blocks = (*facts.statistics, facts.encoded) if facts.is_encoded else (*facts.statistics, *facts.sound_words)
    return _mean_likeness(question, zip(blocks, weights or usual, strict=True))


def _mean_likeness(question: Question, blocks: Iterable[tuple[Floats, float]]) -> tuple[Floats, Floats]:
    """Weighted mean of the similarities by each block."""
    teach, ask = question.teach, question.ask
    own, cross = np.zeros((len(teach), len(teach))), np.zeros((len(ask), len(teach)))
    counted = [(block, weight) for block, weight in blocks if weight]
    total = sum(weight for _, weight in counted)
    for block, weight in counted:
        here, there = _block_likeness(block, teach, ask)
        own += weight / total * here
        cross += weight / total * there
    return own, cross


def _block_likeness(block: Floats, teach: Ints, ask: Ints) -> tuple[Floats, Floats]:
    here, there = normal_scores(block[teach], block[teach]), normal_scores(block[ask], block[teach])
    return alike(here, here), alike(there, here)


def _by_hints(question: Question) -> Scores | None:
    """What scores for another kind of label say of this one."""
    hints, teach = question.facts.hints, question.teach
    if not hints.shape[1]:
        return None
    scaled = (hints - hints[teach].mean(axis=0)) / hints[teach].std(axis=0)
    own, cross = alike(scaled[teach], scaled[teach]), alike(scaled[question.ask], scaled[teach])
    return _says(own, cross, question, teach)


def _known(question: Question, has: NDArray[np.bool_]) -> tuple[Ints, Ints] | None:
    """Teaching and asked songs for which `has` holds; None where they are too few or of too few labels."""
    teach, ask = question.teach[has[question.teach]], question.ask[has[question.ask]]
    every = len(np.unique(question.index[question.teach]))
    # A label that no known song has would have no column: such a classifier would have to abstain on it alone.
    return (teach, ask) if len(teach) >= FEWEST and len(np.unique(question.index[teach])) == every else None


def _spread_out(found: Scores, has: NDArray[np.bool_], question: Question) -> Scores:
    """Scores of some songs among those of all, NaN elsewhere."""
    out = tuple(np.full((len(rows), found[0].shape[1]), np.nan) for rows in (question.teach, question.ask))
    out[0][has[question.teach]], out[1][has[question.ask]] = found
    return out[0], out[1]


def _by_text(view: str) -> Callable[[Question], Scores | None]:
    """A classifier of the texts, which abstains where there is none."""

    def classifier(question: Question) -> Scores | None:
        facts, has = question.facts, question.facts.has_text
        rows = _known(question, has)
        if rows is None:
            return None
        teach, ask = rows
        if view == "feelings":
            found = _says(*_block_likeness(facts.feelings, teach, ask), question, teach)
        else:
            found = _by_words(view, question, teach, ask)
        return _spread_out(found, has, question)

    return classifier


def _by_words(view: str, question: Question, teach: Ints, ask: Ints) -> Scores:
    lines = question.facts.lines
    texts, new = ([line for row in rows if (line := lines[row]) is not None] for rows in (teach, ask))
    if view == "presence":
        model = text_views.fit_presence(texts, question.index[teach], question.artists[teach])
        return model.left_out, model.scores(new) if new else np.zeros((0, model.left_out.shape[1]))
    likeness = text_views.pair_likeness if view == "pairs" else text_views.letter_likeness
    own, cross = likeness(texts, new) if new else (likeness(texts, texts[:1])[0], np.zeros((0, len(texts))))
    return _says(own, cross, question, teach)


def _by_direction(view: str) -> Callable[[Question], Scores | None]:
    """A classifier of directions, such as places among listeners; of a song that has none it says nothing."""

    def classifier(question: Question) -> Scores | None:
        every = question.facts.listeners if view == "listeners" else question.facts.tags
        has = np.isfinite(every).all(axis=1) & (every.shape[1] > 0)
        rows = _known(question, has)
        if rows is None:
            return None
        teach, ask = rows
        here, there = every[teach], every[ask]
        own, cross = np.exp(here @ here.T - 1.0), np.exp(there @ here.T - 1.0)
        return _spread_out(_says(own, cross, question, teach), has, question)

    return classifier


CLASSIFIERS: dict[str, Callable[[Question], Scores | None]] = {
    "statistics": _by_statistics,
    "sound words": _by_sound_words,
    "hints": _by_hints,
    "pairs": _by_text("pairs"),
    "letters": _by_text("letters"),
    "presence": _by_text("presence"),
    "feelings": _by_text("feelings"),
    "listeners": _by_direction("listeners"),
    "tags": _by_direction("tags"),
}
