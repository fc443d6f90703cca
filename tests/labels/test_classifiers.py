"""The vote on labels: parts that know too little stay away, songs unknown to one part are told by the others."""

import numpy as np
import pytest

from audiorec.errors import InputError
from audiorec.labels.classifiers import PARTS, Question, label_probabilities, scores_of
from audiorec.labels.from_everything import label_library
from audiorec.labels.song_facts import SongFacts

SONGS = 60
INDEX = (np.arange(SONGS) % 3).astype(np.int64)
ARTISTS = (np.arange(SONGS) // 2).astype(np.int64)
TEACH, ASK = np.arange(42), np.arange(42, SONGS)
WORDS = (["river", "sleep", "quiet"], ["shout", "burn", "run"], ["money", "city", "night"])


def facts(texts: int = SONGS, sound: float = 1.0, ear: float | None = None) -> SongFacts:
    """Sound tells the labels apart as far as `sound` says, an encoder as far as `ear` does (None: there is none); every
    second of the first `texts` songs has a text."""
    rng = np.random.default_rng(0)
    block = rng.normal(size=(SONGS, 6))
    block[:, :3] += 2.5 * sound * np.eye(3)[INDEX]
    lines = tuple([WORDS[INDEX[n]]] * 2 if n % 2 and n < texts else None for n in range(SONGS))
    has = np.array([line is not None for line in lines])
    feelings = np.where(has[:, None], rng.normal(size=(SONGS, 4)), np.nan)
    none, still = np.zeros((SONGS, 0)), np.zeros((SONGS, 2))
    encoded = none if ear is None else rng.normal(size=(SONGS, 5)) + ear * np.eye(5)[INDEX]
    return SongFacts((block, *[still] * 2), (still,) * 3, encoded, lines, feelings, none, none, none)


def right(probabilities: np.ndarray) -> float:
    return float((probabilities.argmax(axis=1) == INDEX[ASK]).mean())


def test_songs_without_a_text_are_told_by_their_sound_and_the_others_by_both() -> None:
    found = label_probabilities(Question(facts(), INDEX, ARTISTS, TEACH, ASK))
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    assert right(found) > 0.8
    by_words = label_probabilities(Question(facts(sound=0.0), INDEX, ARTISTS, TEACH, ASK))
    has_text = facts().has_text[ASK]
    assert (by_words.argmax(axis=1) == INDEX[ASK])[has_text].all()
    # Of songs without a text nothing is known then: no label may look certain.
    assert by_words[~has_text].max() < 0.7


def test_a_part_that_knows_too_few_songs_or_not_all_labels_stays_away() -> None:
    assert set(scores_of(Question(facts(texts=6), INDEX, ARTISTS, TEACH, ASK))) == {"statistics"}
    every = {"statistics", *PARTS["words"], *PARTS["feelings"]}
    assert set(scores_of(Question(facts(), INDEX, ARTISTS, TEACH, ASK))) == every
    encoded = facts(ear=1.0)
    assert set(scores_of(Question(encoded, INDEX, ARTISTS, TEACH, ASK))) == {*every, "sound words"}


def test_an_encoders_output_tells_labels_that_the_statistics_do_not() -> None:
    def by_sound(ear: float | None) -> float:
        asked = Question(facts(sound=0.0, ear=ear), INDEX, ARTISTS, TEACH, ASK)
        return right(label_probabilities(asked, ["audio"]))

    assert by_sound(4.0) > 0.8 > 0.6 > by_sound(None)


def test_the_truth_of_the_songs_asked_about_is_never_looked_at() -> None:
    hidden = INDEX.copy()
    hidden[ASK] = -1
    one, other = (label_probabilities(Question(facts(), index, ARTISTS, TEACH, ASK)) for index in (INDEX, hidden))
    np.testing.assert_array_equal(one, other)


def test_a_label_of_one_artist_alone_is_not_learned_and_too_few_are_named() -> None:
    labels = [("calm", "wild", "dark")[k] if n < 42 else "" for n, k in enumerate(INDEX)]
    labels[0] = "odd"
    steps: list[str] = []
    found = label_library(facts(), labels, [f"artist {n}" for n in ARTISTS], steps.append)
    assert found.names == ("calm", "dark", "wild")
    assert len(steps) == 6
    assert found.scores["macro_f1"] > 0.7 > 0.4 > found.scores["common_macro_f1"]
    with pytest.raises(InputError, match="too few to learn from"):
        label_library(facts(), labels[:4] + [""] * (SONGS - 4), [f"artist {n}" for n in ARTISTS], steps.append)
