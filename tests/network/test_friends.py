"""Friends: alike listeners first, rare songs count more, and walks find the friends of friends."""

import numpy as np
import pytest
from scipy import sparse

from audiorec.network.friends import friend_scores, user_affinity, user_links

# Song 3 is everyone's; users 0 and 1 share the rare song 0, users 2 and 3 share song 1.
LISTENS = sparse.csr_array(np.array([[8.0, 0, 0, 8], [2, 0, 0, 2], [0, 5, 0, 5], [0, 8, 1, 1], [0, 0, 0, 7]]))


def test_affinity_by_hand() -> None:
    found = user_affinity(LISTENS, np.array([0, 2]))
    assert found[0, 0] == found[1, 2] == 0
    assert found[0, 1] == pytest.approx(0.5 / np.sqrt(2) + 0.5 / np.sqrt(5))
    assert found[0, 2] == pytest.approx(0.5 / np.sqrt(5))
    assert found[0].argmax() == 1
    assert found[1].argmax() == 3


def test_links_are_pruned_and_sum_to_one() -> None:
    listens = sparse.csr_array(np.random.default_rng(0).random((9, 30)))
    links = user_links(listens, top=2)
    np.testing.assert_allclose(links.sum(axis=1), 1)
    assert np.diff(links.indptr).tolist() == [2] * 9
    silent = user_links(sparse.csr_array((3, 4), dtype=np.float64))
    assert silent.shape == (3, 3)
    assert silent.nnz == 0


def test_walks_find_friends_of_friends() -> None:
    friends = np.zeros((5, 5))
    for a, b in ((0, 2), (2, 4)):
        friends[a, b] = friends[b, a] = 1
    nothing = sparse.csr_array((5, 5), dtype=np.float64)
    found = friend_scores(nothing, sparse.csr_array(friends), np.array([0]))[0]
    assert found[2] > found[4] > found[1] == found[3] == 0
    alike = friend_scores(user_links(LISTENS), sparse.csr_array(friends), np.array([0]))[0]
    assert alike[1] > alike[3]
