"""Who may know whom: how alike two people listen, and where walks over friendships and shared tastes lead.

It knows listens and friendships only. Likeness of listening needs no friendship at all; walks need some that are known.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.network.walks import pagerank

_ROWS_IN_HAND = 500


def user_affinity(listens: sparse.csr_array, rows: NDArray[np.integer]) -> NDArray[np.float64]:
    """How alike some users listen to everyone, float64 [n, U]: common share of listens, rare songs counting more.

    listens CSR [U, S], counts. Sum over songs of sqrt(p_u p_v / sqrt(listeners)), p the share of a user's listens
    (Bhattacharyya's coefficient, damped by popularity); oneself has 0.
    """
    weighted = _weighted(listens)
    likeness = np.asarray((weighted[rows] @ weighted.T).toarray(), dtype=np.float64)
    likeness[np.arange(len(rows)), rows] = 0.0
    return likeness


def user_links(listens: sparse.csr_array, top: int = 200) -> sparse.csr_array:
    """Each user's `top` most similar users by `user_affinity` (equals too), CSR [U, U]; rows sum to 1, or 0."""
    parts = []
    for first in range(0, listens.shape[0], _ROWS_IN_HAND):
        rows = np.arange(first, min(first + _ROWS_IN_HAND, listens.shape[0]))
        likeness = user_affinity(listens, rows)
        if likeness.shape[1] > top:
            least = np.partition(likeness, -top, axis=1)[:, -top]
            likeness[likeness < least[:, None]] = 0.0
        parts.append(sparse.csr_array(likeness / np.maximum(likeness.sum(axis=1, keepdims=True), 1e-12)))
    return sparse.csr_array(sparse.vstack(parts))


def friend_scores(
    links: sparse.csr_array, friends: sparse.csr_array, rows: NDArray[np.integer], friend_weight: float = 3.0
) -> NDArray[np.float64]:
    """How likely some users know everyone, float64 [n, U]: walks over friendships [U, U] and `user_links` [U, U].

    A step goes along friendships `friend_weight` times as often as along likeness. Friends that are known stand high;
    leave them out of a list of new ones.
    """
    degrees = np.maximum(np.asarray(friends.sum(axis=1), dtype=np.float64).reshape(-1), 1.0)
    edges = sparse.csr_array(sparse.diags_array(friend_weight / degrees) @ friends + links)
    start = np.zeros((edges.shape[0], len(rows)))
    start[rows, np.arange(len(rows))] = 1.0
    return np.asarray(pagerank(edges, start, steps=15).T, dtype=np.float64)


def _weighted(listens: sparse.csr_array) -> sparse.csr_array:
    totals = np.maximum(np.asarray(listens.sum(axis=1), dtype=np.float64).reshape(-1), 1e-12)
    listeners = np.bincount(listens.indices, minlength=listens.shape[1])
    roots = sparse.csr_array(sparse.diags_array(1.0 / totals) @ listens)
    roots.data = np.sqrt(roots.data)
    return sparse.csr_array(roots @ sparse.diags_array(np.maximum(listeners, 1.0) ** -0.25))
