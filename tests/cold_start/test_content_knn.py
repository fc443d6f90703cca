"""Content neighbours: means of cosines that are known by hand, and hubs that lose their advantage."""

import numpy as np
from scipy import sparse

from audiorec.cold_start.content_knn import mean_similarity, mutual_proximity

OWN = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 0.0]])
HEARD = sparse.csr_array(np.array([[5.0, 1.0, 0.0], [0.0, 0.0, 0.0]]))


def test_mean_of_cosines_whatever_the_counts() -> None:
    found = mean_similarity(HEARD, OWN, np.array([[3.0, 0.0], [1.0, 1.0]]))
    np.testing.assert_allclose(found[0], [0.5, np.sqrt(0.5)])
    assert np.isnan(found[1]).all()


def test_mutual_proximity_takes_the_advantage_of_a_hub_away() -> None:
    rng = np.random.default_rng(0)
    songs = rng.normal(size=(200, 20)) + 1.0  # all lean one way, and those that lean most are near to everything
    listens = sparse.csr_array((rng.random((50, 200)) < 0.05).astype(float))
    raw = mean_similarity(listens, songs, songs)
    hub = np.argmax(raw.mean(axis=0))
    plain, corrected = (np.argsort(-values, axis=1)[:, :10] for values in (raw, mutual_proximity(raw)))
    assert (plain == hub).any(axis=1).mean() > 3.0 * (corrected == hub).any(axis=1).mean()


def test_mutual_proximity_keeps_the_order_of_one_row_of_equal_columns() -> None:
    found = mutual_proximity(np.array([[0.1, 0.5, 0.3], [0.1, 0.5, 0.3]]))
    assert found[0, 1] > found[0, 2] > found[0, 0]
    assert ((found >= 0.0) & (found <= 1.0)).all()
