"""Signals with known answers: factors follow the crowd, the artist prior counts other songs, none is an outright no."""

import numpy as np
from scipy import sparse

from audiorec import recipes
from audiorec.cold_start.taste import Taste
from audiorec.collaborative.als import AlsRecipe
from audiorec.collaborative.itemknn import nearest_items
from audiorec.data.interactions import Interactions
from audiorec.hybrid.fit_parts import fit_factors
from audiorec.hybrid.signals import Mixing, Parts, artist_prior, factors
from audiorec.hybrid.weights import Weights, calibrate

FACTORS = recipes.load("training/hybrid_factors", AlsRecipe)
MIXING = Mixing(neural=0.4, settled=30.0, counted=10.0)
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


def test_factors_put_the_songs_of_ones_own_crowd_first_and_are_mute_on_what_nobody_plays() -> None:
    counts = np.kron(np.eye(2), np.ones((6, 5)))  # two crowds, each plays the five songs of its own
    counts[0, 1] = counts[6, 7] = 0.0
    counts = np.pad(counts, ((0, 1), (0, 1)))  # a user and a song without listens
    model = fit_factors(sparse.csr_array(counts), FACTORS)
    found = model.scores(np.arange(13))
    assert found[0, 1] > 5 * abs(found[0, 7])
    assert found[6, 7] > 5 * abs(found[6, 1])
    assert np.isnan(found[:, 10]).all()
    assert np.isnan(found[12]).all()
    assert model.users.shape == (13, 11)


def test_a_song_goes_from_its_prediction_to_its_factors_as_listeners_arrive() -> None:
    rng = np.random.default_rng(0)
    for listeners in (1, 10, 100):
        counts = (rng.random((300, 40)) < 0.3).astype(float)
        counts[:, 0] = np.arange(300) < listeners
        seen = Interactions(tuple(f"{n}" for n in range(300)), np.arange(40), sparse.csr_array(counts))
        neighbours = nearest_items(seen.counts, neighbours=5)
        parts = Parts(
            seen, np.zeros((40, 1)), Taste((), np.zeros(40)), fit_factors(seen.counts, FACTORS), neighbours, MIXING
        )
        predicted = np.tile(-np.arange(40.0), (300, 1))  # to everybody: the first song is the best
        predicted[:, 39] = np.nan
        found = factors(parts, np.arange(300), predicted)
        own = calibrate(parts.factors.scores(np.arange(300)), np.ones((300, 40), dtype=bool))
        np.testing.assert_allclose(found[:, 39], own[:, 39])  # nothing is predicted of it
        share = listeners / (listeners + 30)
        np.testing.assert_allclose(found[:, 0], share * own[:, 0] + (1 - share))
