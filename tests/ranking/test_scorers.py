"""Signals with known answers: the artist prior counts the artist's other songs, and none is an outright no."""

import numpy as np
from scipy import sparse

from audiorec.ranking.scorers import artist_prior
from audiorec.training.hybrid import Weights, calibrate

COUNTS = sparse.csr_array(np.array([[3.0, 0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 2.0]]))
ARTIST = np.array([0, 0, 0, 1, -1])


def test_plays_of_the_artists_other_songs() -> None:
    found = artist_prior(COUNTS, ARTIST, np.array([0, 1]))
    np.testing.assert_allclose(found[0, :3], np.log1p([1.0, 4.0, 3.0]))
    assert np.isneginf(found[0, 3])
    assert np.isnan(found[:, 4]).all()
    assert np.isneginf(found[1, :4]).all()


def test_an_artist_whom_the_user_does_not_play_is_no_reason() -> None:
    found = calibrate(artist_prior(COUNTS, ARTIST, np.array([0, 1])), np.ones((2, 5), dtype=bool))
    assert found[0, 3] == 0.0
    assert (found[0, :3] > 0.0).all()
    weights = Weights({"artist": 0.5, "content": 0.5}, {"artist": 0.5, "content": 0.5}, 1.0, 5.0, 2.0)
    parts = weights.contributions({"artist": found, "content": np.full((2, 5), 0.5)}, np.zeros((2, 5)))
    assert not parts["artist"][1].any()
