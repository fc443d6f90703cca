"""What the network gives a user: the rules order, the others break ties, nothing that they have comes back."""

import numpy as np
from scipy import sparse

from audiorec.network.graph import Network
from audiorec.network.lists import artists_by_network, songs_by_network

# Users: 0 has songs 0 1; 1 has 0 1 2; 2 has 1 2 3; 3 has 4; 4 has nothing. Every song by an artist of its own.
LISTENS = np.array([[1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]])


def network() -> Network:
    eye = sparse.csr_array(np.eye(5, dtype=np.float32))
    nobody = sparse.csr_array((5, 5), dtype=np.float32)
    names = tuple(f"u{n}" for n in range(5)), np.arange(5), tuple(f"a{n}" for n in range(5))
    return Network(*names, sparse.csr_array(LISTENS.astype(np.float32)), eye, nobody)


def test_songs_by_the_share_of_similar_users() -> None:
    found = songs_by_network(network(), 0, 5)
    assert [one.row for one in found] == [2, 3]
    assert found[0].score > 0.99 > found[1].score > 0.4  # both of their similar users have song 2, one has song 3
    assert found[0].by["walks"] == 1.0 > found[1].by["walks"] > 0
    assert [one.row for one in songs_by_network(network(), 0, 1)] == [2]
    assert songs_by_network(network(), 4, 5) == []


def test_artists_from_groups_then_links() -> None:
    labels = np.array([0, 0, 1, 0, 1])
    found = artists_by_network(network(), labels, 0, 5)
    assert [one.row for one in found] == [3, 2]
    assert found[0].by == {"groups": 1.0, "links": 0.0}
    assert found[1].by == {"groups": 0.0, "links": 1.0}
    assert [one.row for one in artists_by_network(network(), None, 0, 5)] == [2]
    assert artists_by_network(network(), labels, 4, 5) == []
