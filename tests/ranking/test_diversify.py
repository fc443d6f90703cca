"""Lists: order without spread, caps, no recording twice, likeness that costs a place."""

import numpy as np
import pytest

from audiorec.ranking.diversify import diversify

POINTS = np.eye(6)
NOBODY = np.full(6, -1)


def test_without_spread_the_order_is_that_of_the_scores() -> None:
    scores = np.array([0.1, 0.9, 0.5, -np.inf, 0.7, 0.3])
    assert diversify(scores, POINTS, NOBODY, top=10, spread=0.0) == [1, 4, 2, 5, 0]


def test_cap_on_an_artist_reaches_beyond_the_pool() -> None:
    scores, artist = np.arange(6)[::-1].astype(float), np.array([7, 7, 7, 7, 8, 8])
    assert diversify(scores, POINTS, artist, top=2, spread=0.0, per_artist=1, pool=2) == [0, 4]
    # Nobody else is left: the list is short.
    assert diversify(scores, POINTS, artist, top=6, spread=0.0, per_artist=1) == [0, 4]


def test_a_recording_is_listed_once() -> None:
    points = POINTS.copy()
    points[1] = points[0] * 3.0
    assert 1 not in diversify(np.arange(6)[::-1].astype(float), points, NOBODY, top=6, spread=0.0)


def test_spread_prefers_what_is_unlike() -> None:
    points = np.array([[1.0, 0.0], [0.99, 0.14], [0.0, 1.0]])
    scores = np.array([1.0, 0.9, 0.8])
    assert diversify(scores, points, NOBODY[:3], top=3, spread=0.0) == [0, 1, 2]
    assert diversify(scores, points, NOBODY[:3], top=3, spread=0.5) == [0, 2, 1]


@pytest.mark.parametrize("scores", [np.full(6, -np.inf), np.zeros(0)])
def test_nothing_to_list(scores: np.ndarray) -> None:
    assert diversify(scores, POINTS[: len(scores)], NOBODY[: len(scores)], top=3) == []
