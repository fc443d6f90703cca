"""The mathematics of the music network on sparse matrices: links between songs, likeness of users, random walks.

Nothing here is ever dense over songs x songs or users x users: links are made block by block, a block being as many
songs as keep the pairs in hand below a bound, and pruned at once. It does not know names or models.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_PAIRS_IN_HAND = 20_000_000  # about 0.5 GB while a block is multiplied and sorted


def song_links(
    listens: sparse.csr_array, support: int = 2, top: int = 100, shrinkage: float | None = None
) -> sparse.csr_array:
    """Weighted links song -> song, CSR float32 [S, S], from listens CSR [U, S] (any value above 0 is a listen).

    w_ij = |U_i and U_j| / |U_i|, directed, in (0, 1]; with `shrinkage` the symmetric cosine
    |U_i and U_j| / (sqrt(|U_i| |U_j|) + shrinkage) instead. Pairs with fewer than `support` common users are left out,
    and of each song's links the `top` heaviest are kept. Time grows with the sum of the squares of the users' degrees.
    """
    known = pattern(listens)
    columns = sparse.csr_array(known.T)
    degrees = np.diff(columns.indptr).astype(np.float64)
    parts: list[Any] = [sparse.csr_array((0, known.shape[1]), dtype=np.float32)]
    for first, last in _blocks(columns, np.diff(known.indptr)):
        common = sparse.csr_array(columns[first:last] @ known)
        rows = np.repeat(np.arange(first, last), np.diff(common.indptr))
        kept = (common.data >= support) & (rows != common.indices)
        rows, others, counts = rows[kept], common.indices[kept], common.data[kept].astype(np.float64)
        if shrinkage is None:
            weights = counts / degrees[rows]
        else:
            weights = counts / (np.sqrt(degrees[rows] * degrees[others]) + shrinkage)
        parts.append(_heaviest(rows - first, others, weights, (last - first, known.shape[1]), top))
    return sparse.csr_array(sparse.vstack(parts, format="csr"))


def pattern(listens: sparse.csr_array) -> sparse.csr_array:
    """The same entries with the value 1, float32; explicit zeros are no entries."""
    known = sparse.csr_array(listens).astype(np.float32)
    known.eliminate_zeros()
    known.data = np.ones_like(known.data)
    known.sort_indices()
    return known


def common_songs(known: sparse.csr_array, row: int) -> NDArray[np.float64]:
    """Songs that each user shares with one user, float64 [U]; `known` is a pattern CSR [U, S]."""
    own = np.zeros(known.shape[1])
    own[known.indices[known.indptr[row] : known.indptr[row + 1]]] = 1.0
    return np.asarray(known @ own, dtype=np.float64)


def user_similarity(known: sparse.csr_array, row: int, degree_weight: float = 0.5) -> NDArray[np.float64]:
    """Similarity of one user to all, float64 [U]: Jaccard of the song sets times likeness of the degrees.

    The degrees' likeness is (smaller / larger) ** degree_weight. Users without a common song, and oneself, have 0.
    """
    common = common_songs(known, row)
    degrees = np.diff(known.indptr).astype(np.float64)
    either = np.maximum(degrees + degrees[row] - common, 1.0)
    ratio = np.minimum(degrees, degrees[row]) / np.maximum(np.maximum(degrees, degrees[row]), 1.0)
    similarity = common / either * ratio**degree_weight
    similarity[row] = 0.0
    return np.asarray(similarity, dtype=np.float64)


def user_cosine(known: sparse.csr_array, row: int, shrinkage: float = 5.0) -> NDArray[np.float64]:
    """Cosine of one user's songs with every user's, damped where it rests on few songs, float64 [U]; oneself has 0."""
    degrees = np.diff(known.indptr).astype(np.float64)
    cosine = common_songs(known, row) / (np.sqrt(degrees * degrees[row]) + shrinkage)
    cosine[row] = 0.0
    return np.asarray(cosine, dtype=np.float64)


def pagerank(
    edges: sparse.csr_array, start: NDArray[np.floating], restart: float = 0.3, steps: int = 20
) -> NDArray[np.float64]:
    """Personalised PageRank: where random walks from `start` [n] or [n, k] spend their time, float64 of that shape.

    `edges` CSR [n, n], weight of going from row to column; a walk goes back to its start with the chance `restart` and
    from nodes without edges. Columns of `start` are made to sum to 1. Source: Haveliwala 2002.
    """
    leaving = np.asarray(edges.sum(axis=1), dtype=np.float64).reshape(-1)
    inverse = np.divide(1.0, leaving, out=np.zeros_like(leaving), where=leaving > 0)
    onward = sparse.csr_array((sparse.diags_array(inverse) @ edges).T)
    begin = start / np.maximum(start.sum(axis=0), 1e-12)
    place = begin.astype(np.float64)
    for _ in range(steps):
        walked = (1.0 - restart) * (onward @ place)
        place = walked + (1.0 - walked.sum(axis=0)) * begin
    return np.asarray(place, dtype=np.float64)


def join_edges(listens: sparse.csr_array, credits: sparse.csr_array, artist_weight: float = 1.0) -> sparse.csr_array:
    """One symmetric matrix over users, songs and artists in this order, from listens [U, S] and credits [S, A]."""
    credit = credits * artist_weight
    rows: list[list[Any]] = [[None, listens, None], [listens.T, None, credit], [None, credit.T, None]]
    return sparse.csr_array(sparse.block_array(rows))


def _blocks(columns: sparse.csr_array, user_degrees: NDArray[np.integer]) -> Iterator[tuple[int, int]]:
    """Ranges of songs whose common listens together stay below the bound."""
    per_entry = user_degrees[columns.indices].astype(np.float64)
    work = np.concatenate([[0.0], np.cumsum(per_entry)])[columns.indptr]
    first = 0
    while first < columns.shape[0]:
        last = int(np.searchsorted(work, work[first] + _PAIRS_IN_HAND, side="right")) - 1
        last = min(max(last, first + 1), columns.shape[0])
        yield first, last
        first = last


def _heaviest(
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    weights: NDArray[np.float64],
    shape: tuple[int, int],
    top: int,
) -> sparse.csr_array:
    order = np.lexsort((columns, -weights, rows))
    rows, columns, weights = rows[order], columns[order], weights[order]
    starts = np.searchsorted(rows, np.arange(shape[0]))
    place = np.arange(len(rows)) - starts[rows] if len(rows) else np.zeros(0, dtype=np.int64)
    kept = place < top
    entries = (weights[kept].astype(np.float32), (rows[kept], columns[kept]))
    return sparse.csr_array(sparse.coo_array(entries, shape=shape).tocsr())
