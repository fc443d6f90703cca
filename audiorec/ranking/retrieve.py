"""The best few of very many songs by inner product: exact, block by block, at little more than one matrix product.

Scores of a block are compared with the worst score kept so far, and only what beats it is looked at again, so that no
matrix of all users and songs is ever held. It does not know what the vectors mean.
"""

import numpy as np
from numpy.typing import NDArray

from audiorec.ranking.diversify import Shelf, Wishes, diversify

# Songs in one block: their scores for 64 users stay in the cache of a usual processor.
BLOCK = 32768


def best_songs(
    queries: NDArray[np.float32], songs: NDArray[np.float32], top: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Columns and scores of the `top` best songs of each query, best first.

    queries [B, d], songs [I, d] -> int64 [B, min(top, I)] and float32 of that shape. Equal scores: the earlier song.
    """
    top = min(top, len(songs))
    columns = np.zeros((len(queries), 0), dtype=np.int64)
    scores = np.zeros((len(queries), 0), dtype=np.float32)
    floor = np.full(len(queries), -np.inf, dtype=np.float32)
    waiting: list[list[tuple[NDArray[np.int64], NDArray[np.float32]]]] = [[] for _ in queries]
    kept = [(columns[row], scores[row]) for row in range(len(queries))]
    for start in range(0, len(songs), BLOCK):
        block = queries @ songs[start : start + BLOCK].T
        above = block.max(axis=1, initial=-np.inf) > floor
        for row in np.flatnonzero(above):
            places = np.flatnonzero(block[row] > floor[row])
            waiting[row].append((places + start, block[row][places]))
            if sum(len(part[0]) for part in waiting[row]) >= 2 * top:
                kept[row], floor[row] = _merged(kept[row], waiting[row], top)
                waiting[row] = []
    done = [_merged(mine, new, top)[0] for mine, new in zip(kept, waiting, strict=True)]
    return np.array([mine[0] for mine in done], dtype=np.int64), np.array([mine[1] for mine in done], dtype=np.float32)


def diverse_lists(
    queries: NDArray[np.float32], songs: NDArray[np.float32], artist: NDArray[np.integer], wishes: Wishes
) -> list[NDArray[np.int64]]:
    """Lists for each query with maximal marginal relevance and an artist cap, from twice as many of the best songs."""
    columns, scores = best_songs(queries, songs, 2 * wishes.top)
    return [
        mine[diversify(worth, Shelf(songs[mine], artist[mine]), wishes, pool=len(mine))]
        for mine, worth in zip(columns, scores, strict=True)
    ]


def _merged(
    kept: tuple[NDArray[np.int64], NDArray[np.float32]],
    new: list[tuple[NDArray[np.int64], NDArray[np.float32]]],
    top: int,
) -> tuple[tuple[NDArray[np.int64], NDArray[np.float32]], np.float32]:
    columns = np.concatenate([kept[0], *(part[0] for part in new)])
    scores = np.concatenate([kept[1], *(part[1] for part in new)])
    if len(scores) > 4 * top:  # sort only what can stay
        chosen = np.argpartition(-scores, top)[: top + 1]
        chosen = np.flatnonzero(scores >= scores[chosen].min())
        columns, scores = columns[chosen], scores[chosen]
    order = np.lexsort((columns, -scores))[:top]
    floor = scores[order[-1]] if len(order) == top else np.float32(-np.inf)
    return (columns[order], scores[order]), floor
