"""The network holds exactly the edges that listens, tags and friendships say."""

import numpy as np

from audiorec.data.interactions import from_triples
from audiorec.data.tracks import Track
from audiorec.network.graph import build_network


def test_edges() -> None:
    tracks = [
        Track(3, b"/3", "c", ("Bo", "Ada", "Bo"), "", None, "", 1.0, "ok", ""),
        Track(5, b"/5", "e", ("",), "", None, "", 1.0, "ok", ""),
        Track(7, b"/7", "g", ("Ada",), "", None, "", 1.0, "ok", ""),
    ]
    listens = from_triples(["u", "v"], [3, 7], [2.0, 1.0], [None, None], np.array([3, 5, 7]))
    network = build_network(listens, tracks, [("v", "u"), ("u", "v"), ("u", "nobody"), ("u", "u")])
    assert network.artists == ("Ada", "Bo")
    assert network.credits.toarray().tolist() == [[1, 1], [0, 0], [1, 0]]
    assert network.listens.toarray().tolist() == [[2, 0, 0], [0, 0, 1]]
    assert network.friends.toarray().tolist() == [[0, 1], [1, 0]]
