"""Lists: order without spread, caps, no recording twice, likeness that costs a place, room for the tail and genres."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiorec.learning.directions import unit
from audiorec.ranking.diversify import Owner, Shelf, Wishes, diversify, long_tail

POINTS = np.eye(6)
NOBODY = np.full(6, -1)
FALLING = np.arange(6)[::-1].astype(float)


def test_without_spread_the_order_is_that_of_the_scores() -> None:
    scores = np.array([0.1, 0.9, 0.5, -np.inf, 0.7, 0.3])
    assert diversify(scores, Shelf(POINTS, NOBODY), Wishes(top=10, spread=0.0)) == [1, 4, 2, 5, 0]


def test_cap_on_an_artist_reaches_beyond_the_pool() -> None:
    shelf = Shelf(POINTS, np.array([7, 7, 7, 7, 8, 8]))
    assert diversify(FALLING, shelf, Wishes(top=2, spread=0.0, per_artist=1), pool=2) == [0, 4]
    # Nobody else is left: the list is short.
    assert diversify(FALLING, shelf, Wishes(top=6, spread=0.0, per_artist=1)) == [0, 4]


def test_a_recording_is_listed_once() -> None:
    points = POINTS.copy()
    points[1] = points[0]  # sounds the same
    shelf = Shelf(points, NOBODY, recording=np.array([0, 1, 2, 3, 2, 5]))  # 4 is another file of 2
    assert diversify(FALLING, shelf, Wishes(top=6, spread=0.0)) == [0, 2, 3, 5]


def test_another_file_of_what_she_has_is_not_listed() -> None:
    points = POINTS.copy()
    points[3] = points[5]
    shelf = Shelf(points, NOBODY, recording=np.array([5, 1, 2, 3, 4, 5]))
    scores = np.where(np.arange(6) == 5, -np.inf, FALLING)
    assert diversify(scores, shelf, Wishes(top=6, spread=0.0), Owner([5])) == [1, 2, 4]


def test_spread_prefers_what_is_unlike() -> None:
    shelf = Shelf(np.array([[1.0, 0.0], [0.99, 0.14], [0.0, 1.0]]), NOBODY[:3])
    scores = np.array([1.0, 0.9, 0.8])
    assert diversify(scores, shelf, Wishes(top=3, spread=0.0)) == [0, 1, 2]
    assert diversify(scores, shelf, Wishes(top=3, spread=0.5)) == [0, 2, 1]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10), st.integers(1, 12), st.integers(0, 99))
def test_the_tail_gets_its_share(tenths: int, top: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    tail = rng.random(40) < 0.4
    tail[:2] = True
    scores = rng.random(40) - 0.8 * tail  # the tail is far below
    found = diversify(
        scores,
        Shelf(unit(rng.normal(size=(40, 4))), np.full(40, -1), tail=tail),
        Wishes(top=top, spread=0.0, explore=tenths / 10),
        pool=12,
    )
    asked = int(tenths * top / 10 + 1e-9)
    assert len(found) == top
    assert tail[found].sum() >= min(asked, tail.sum())
    assert (np.diff(scores[[song for song in found if tail[song]]]) <= 0).all()  # and the best of it


def test_long_tail_is_what_few_play() -> None:
    np.testing.assert_array_equal(long_tail(np.array([50.0, 1.0, 30.0, 0.0, 10.0, 9.0])), [0, 1, 0, 1, 1, 1])
    assert long_tail(np.zeros(3)).all()


def test_the_list_follows_the_users_genres() -> None:
    # Genre 0 has the best scores, but they play as much of genre 1.
    genre = np.array([0, 0, 0, 1, 1, -1])
    shelf, owner = Shelf(POINTS, NOBODY, genre=genre), Owner(genres=np.array([0.5, 0.5]))
    assert diversify(FALLING, shelf, Wishes(top=2, spread=0.0), owner) == [0, 1]
    assert diversify(FALLING, shelf, Wishes(top=4, spread=0.0, mix=4.0), owner) == [0, 3, 1, 4]


@pytest.mark.parametrize("scores", [np.full(6, -np.inf), np.zeros(0)])
def test_nothing_to_list(scores: np.ndarray) -> None:
    assert diversify(scores, Shelf(POINTS[: len(scores)], NOBODY[: len(scores)]), Wishes(top=3)) == []
