"""Content neighbours: means of cosines that are known by hand."""

import numpy as np
from scipy import sparse

from audiorec.models.content_knn import mean_similarity, nearest_similarity

OWN = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 0.0]])
HEARD = sparse.csr_array(np.array([[5.0, 1.0, 0.0], [0.0, 0.0, 0.0]]))


def test_mean_of_cosines_whatever_the_counts() -> None:
    found = mean_similarity(HEARD, OWN, np.array([[3.0, 0.0], [1.0, 1.0]]))
    np.testing.assert_allclose(found[0], [0.5, np.sqrt(0.5)])
    assert np.isnan(found[1]).all()


def test_nearest_takes_the_best_few() -> None:
    found = nearest_similarity(HEARD, OWN, np.array([[3.0, 0.1]]), neighbours=1)
    np.testing.assert_allclose(found[0], 3.0 / np.hypot(3.0, 0.1))


def test_a_song_is_not_its_own_neighbour() -> None:
    found = nearest_similarity(HEARD, OWN, OWN[:1], neighbours=2)
    assert found[0, 0] < 0.5


def test_centring_takes_the_advantage_of_a_hub_away() -> None:
    rng = np.random.default_rng(0)
    songs = rng.normal(size=(200, 20)) + 1.0  # all lean one way, and those that lean most are near to everything
    heard = sparse.csr_array((rng.random((50, 200)) < 0.05).astype(float))
    hub = np.argmax(mean_similarity(heard, songs, songs).mean(axis=0))
    raw, centred = (
        np.argsort(-mean_similarity(heard, songs, songs, reference), axis=1)[:, :10] for reference in (None, songs)
    )
    assert (raw == hub).any(axis=1).mean() > 3.0 * (centred == hub).any(axis=1).mean()
