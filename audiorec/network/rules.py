"""Recommendations straight from the network, by rules that a person can follow, and improved ones beside them.

Similar users share songs; their songs, minus one's own, come by how many of them have them; artists come from the
groups in which one's own songs lie, or from the songs that are linked to them. It learns nothing and knows no content.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.network.walks import join_edges, pagerank, pattern, user_similarity


@dataclass(frozen=True)
class RuleSettings:
    """threshold: least similarity of a user who counts; at_most: users who count; degree_weight: how much the number
    of songs must agree."""

    threshold: float = 0.01
    at_most: int = 50
    degree_weight: float = 0.5


def similar_users(
    listens: sparse.csr_array, row: int, settings: RuleSettings = RuleSettings()
) -> list[tuple[int, float]]:
    """Rows and similarities of the users most like one, best first; listens CSR [U, S]."""
    similarity = user_similarity(pattern(listens), row, settings.degree_weight)
    order = np.argsort(-similarity, kind="stable")[: settings.at_most]
    return [
        (int(user), float(similarity[user])) for user in order if similarity[user] >= max(settings.threshold, 1e-12)
    ]


def songs_for_user(listens: sparse.csr_array, row: int, settings: RuleSettings = RuleSettings()) -> NDArray[np.float64]:
    """How many similar users have each song, float64 [S]; one's own songs have 0.

    A fraction below 1 orders the songs that equally many have: the similarity of those users.
    """
    known = pattern(listens)
    near = similar_users(listens, row, settings)
    users = np.array([user for user, _ in near], dtype=np.int64)
    similarity = np.array([value for _, value in near])
    frequency = np.asarray(known[users].sum(axis=0), dtype=np.float64).reshape(-1)
    closeness = known[users].T @ similarity if len(near) else np.zeros(known.shape[1])
    scores = frequency + closeness / max(float(closeness.max(initial=0.0)), 1e-12) * 0.999 * (frequency > 0)
    scores[known.indices[known.indptr[row] : known.indptr[row + 1]]] = 0.0
    return np.asarray(scores, dtype=np.float64)


def similar_songs(links: sparse.csr_array, song: int, top: int) -> list[tuple[int, float]]:
    """The songs that a song's links lead to, heaviest first; links CSR [S, S] of `features.network.song_links`."""
    first, last = links.indptr[song], links.indptr[song + 1]
    targets, weights = links.indices[first:last], links.data[first:last]
    order = np.lexsort((targets, -weights))[:top]
    return [(int(targets[place]), float(weights[place])) for place in order]


def artists_for_user(
    listens: sparse.csr_array, credits: sparse.csr_array, links: sparse.csr_array, row: int, per_song: int = 10
) -> NDArray[np.float64]:
    """How often each artist stands among the songs linked to one's own, float64 [A]; artists that one has, have 0."""
    known = pattern(listens)
    own = known.indices[known.indptr[row] : known.indptr[row + 1]]
    counts = np.zeros(known.shape[1])
    for song in own:
        for other, weight in similar_songs(links, int(song), per_song):
            counts[other] += weight
    counts[own] = 0.0
    scores = np.asarray(credits.T @ counts, dtype=np.float64)
    mine = np.zeros(known.shape[1])
    mine[own] = 1.0
    scores[np.asarray(credits.T @ mine) > 0] = 0.0
    return scores


def artists_of_groups(
    listens: sparse.csr_array, credits: sparse.csr_array, labels: NDArray[np.integer], row: int
) -> NDArray[np.float64]:
    """How far each artist's songs share the groups of one's own songs, float64 [A]; artists that one has, have 0.

    labels: [S], the group of each song, -1 for none. Every song that one has gives one vote to its group, divided
    evenly among the others there, so that a large group is not louder than a small one.
    """
    known = pattern(listens)
    own = known.indices[known.indptr[row] : known.indptr[row + 1]]
    grouped = labels >= 0
    others = grouped.copy()
    others[own] = False
    size = int(labels.max(initial=0)) + 1
    votes = np.bincount(labels[own][labels[own] >= 0], minlength=size)
    share = votes / np.maximum(np.bincount(labels[others], minlength=size), 1)
    scores = np.asarray(credits.T @ np.where(others, share[np.where(grouped, labels, 0)], 0.0), dtype=np.float64)
    mine = np.zeros(known.shape[1])
    mine[own] = 1.0
    scores[np.asarray(credits.T @ mine) > 0] = 0.0
    return scores


def walk_scores(
    listens: sparse.csr_array,
    credits: sparse.csr_array,
    rows: NDArray[np.integer],
    restart: float = 0.3,
    artist_weight: float = 1.0,
) -> NDArray[np.float64]:
    """Where walks from each of some users end, over songs, float64 [len(rows), S]: personalised PageRank."""
    users, songs = listens.shape
    edges = join_edges(pattern(listens), credits, artist_weight)
    start = np.zeros((edges.shape[0], len(rows)))
    start[rows, np.arange(len(rows))] = 1.0
    return np.asarray(pagerank(edges, start, restart)[users : users + songs].T)
