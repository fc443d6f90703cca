"""Songs and artists that the network gives a user: rules over shared songs, with better known methods beside them.

The rules order the list; the walks and links beside them break ties and show where they agree. It reads no content:
`recommender` does that.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.network.graph import Network
from audiorec.network.rules import (
    artists_for_user,
    artists_of_groups,
    similar_users,
    songs_for_user,
    walk_scores,
)
from audiorec.network.walks import song_links


@dataclass(frozen=True)
class Suggested:
    """A song's or an artist's row in the network, its score, and what each method says, as shares of its best."""

    row: int
    score: float
    by: dict[str, float]


def songs_by_network(network: Network, row: int, top: int) -> list[Suggested]:
    """Songs that similar users have and this one lacks, by the share of those users; then by random walks alone."""
    near = similar_users(network.listens, row)
    rule = songs_for_user(network.listens, row) / max(1, len(near))
    walks = walk_scores(network.listens, network.credits, np.array([row]))[0]
    own = network.listens.indices[network.listens.indptr[row] : network.listens.indptr[row + 1]]
    walks[own] = 0.0
    return _best({"users": rule, "walks": _share(walks)}, top)


def artists_by_network(network: Network, labels: NDArray[np.integer] | None, row: int, top: int) -> list[Suggested]:
    """New artists from the groups of the user's songs, where there are groups, and from the links of those songs.

    labels: [S], the group of each song, -1 for none.
    """
    links = song_links(network.listens)
    by = {"links": _share(artists_for_user(network.listens, network.credits, links, row))}
    if labels is not None:
        by = {"groups": _share(artists_of_groups(network.listens, network.credits, labels, row))} | by
    return _best(by, top)


def _share(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(scores / max(float(scores.max(initial=0.0)), 1e-12))


def _best(by: dict[str, NDArray[np.float64]], top: int) -> list[Suggested]:
    """The first method orders, the others break its ties; what no method knows is left out."""
    methods = list(by.values())
    order = np.lexsort((np.arange(len(methods[0])), *(-scores for scores in reversed(methods))))
    able = np.any([scores > 0 for scores in methods], axis=0)
    rows = [int(row) for row in order if able[row]][:top]
    return [Suggested(n, float(methods[0][n]), {name: float(scores[n]) for name, scores in by.items()}) for n in rows]
