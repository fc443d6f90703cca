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
