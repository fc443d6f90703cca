"""Places among listeners: those who are played together stand together; nobody's artist stands nowhere."""

import numpy as np
from scipy import sparse

from audiorec.network.artist_places import listener_places


def test_artists_with_the_same_listeners_stand_together() -> None:
    rng = np.random.default_rng(0)
    played = np.zeros((40, 13))
    played[:20, :6] = rng.random((20, 6)) < 0.6
    played[20:, 6:12] = rng.random((20, 6)) < 0.6
    places = listener_places(sparse.csr_array(7 * played))
    np.testing.assert_allclose(np.linalg.norm(places[:12], axis=1), 1.0, rtol=1e-6)
    assert np.isnan(places[12]).all()
    alike = places[:12] @ places[:12].T
    assert alike[:6, :6].mean() > alike[:6, 6:].mean() + 0.1
    np.testing.assert_array_equal(places, listener_places(sparse.csr_array(played)))


def test_one_listener_is_too_few_to_have_places() -> None:
    assert listener_places(sparse.csr_array(np.ones((1, 4)))).shape == (4, 0)
