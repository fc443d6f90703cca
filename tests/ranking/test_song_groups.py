"""The list of a group of songs, on a pool small enough to follow by hand."""

import numpy as np

from audiorec.ranking.song_groups import Found, artists_of, by_groups

# Rows 0-3 are group 0, in order along the circle; 4 and 5 are group 1; 6 is not in the pool.
ANGLES = np.array([0.0, 0.1, 0.2, 0.3, 2.0, 2.1, 0.05])
VECTORS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
LABELS = np.array([0, 0, 0, 0, 1, 1, -1])


def test_the_most_similar_song_of_the_own_group() -> None:
    found = by_groups(VECTORS, LABELS, [0, 4])
    assert [(one.song, one.beside) for one in found] == [(1, 0), (5, 4)]
    assert np.isclose(found[0].likeness, np.cos(0.1))


def test_nothing_twice_nothing_owned_and_exhausted_groups_give_nothing() -> None:
    assert [one.song for one in by_groups(VECTORS, LABELS, [0, 1])] == [2, 3]
    assert [one.song for one in by_groups(VECTORS, LABELS, [4, 5, 6, 0], barred=[1])] == [2]
    assert by_groups(VECTORS, LABELS, []) == []


def test_new_artists() -> None:
    credits = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1]], dtype=bool)
    found = [Found(1, 0, 1.0), Found(2, 0, 0.5)]
    assert artists_of(found, credits, [0]) == [1, 2]
