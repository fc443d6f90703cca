"""Reasons: the nearest own song is the one that points the same way, and the sentence says the shares."""

import numpy as np

from audiorec.ranking.explain import OwnSongs, sentence
from audiorec.ranking.neighbours import Block


def test_nearest_by_each_modality_that_knows_both() -> None:
    sound = Block(np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]]), np.array([True, True, True]))
    words = Block(np.array([[0.0, 1.0], [0.0, 0.0], [0.0, 2.0]]), np.array([True, False, True]))
    found = OwnSongs({"sound": sound, "words": words}, np.array([1, 2])).nearest(np.array([0]))[0]
    assert [(near.column, near.by) for near in found] == [(2, "words"), (1, "sound")]


def test_songs_that_point_away_are_no_reason() -> None:
    block = Block(np.array([[1.0], [-1.0]]), np.array([True, True]))
    assert OwnSongs({"sound": block}, np.array([1])).nearest(np.array([0]))[0] == []


def test_a_song_that_is_near_to_everything_is_no_reason() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(60, 8)) + 1.5 * np.eye(8)[0]
    vectors[1] = np.eye(8)[0]  # near to all
    vectors[0] = np.array([0.8, 1.0, 0, 0, 0, 0, 0, 0])
    vectors[2] = np.array([-0.2, 1.0, 0, 0, 0, 0, 0, 0])  # near to song 0 alone
    block = Block(vectors, np.ones(60, dtype=bool))
    assert [near.column for near in OwnSongs({"sound": block}, np.array([1, 2])).nearest(np.array([0]))[0]] == [2]


def test_weak_signals_are_not_told() -> None:
    assert sentence({"artist": 0.97, "cnn": 0.03}) == "You already play this artist (97 %)."
    assert sentence({f"s{n}": 0.04 for n in range(25)}) == "No single signal stands out."
