"""The best few of very many songs by inner product: exact, block by block, at little more than one matrix product.

Scores of a block are compared with the worst score kept so far while they are still in the cache, and only what beats
it is looked at again, so that no matrix of all users and songs is ever held. It does not know what the vectors mean.
"""

import numpy as np
from numpy.typing import NDArray

# Scores of one block: a megabyte, what stays in the cache of a usual core.
BLOCK = 262_144


def best_songs(
    queries: NDArray[np.float32], songs: NDArray[np.float32], top: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Columns and scores of the `top` best songs of each query, best first.

    queries [B, d], songs [I, d] -> int64 [B, min(top, I)] and float32 of that shape. Equal scores: the earlier song.
    """
    best = _Best(len(queries), min(top, len(songs)))
    step = max(BLOCK // max(len(queries), 1), best.top, 1)
    # One piece of memory for all blocks: it is in the cache already when the next product is written to it.
    block = np.empty((len(queries), step), dtype=np.float32)
    for start in range(0, len(songs), step):
        part = songs[start : start + step]
        whole = len(part) == step
        best.offer(np.matmul(queries, part.T, out=block) if whole else queries @ part.T, start)
    best.settle()
    return best.columns, best.scores


class _Best:
    """The best of each row so far, and what waits to be sorted in: rows, columns and scores of one length."""

    def __init__(self, rows: int, top: int) -> None:
        self.top = top
        self.columns = np.zeros((rows, 0), dtype=np.int64)
        self.scores = np.zeros((rows, 0), dtype=np.float32)
        self.floor: NDArray[np.float32] | None = None
        self.waiting: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]] = []
        self.count = 0

    def offer(self, block: NDArray[np.float32], start: int) -> None:
        """Scores [B, n] of the songs from column `start` on; a song that only equals the floor is later, and lost."""
        if self.floor is None:  # the first block has `top` songs or all there are
            above = block >= np.partition(block, -self.top, axis=1)[:, -self.top, None]
        else:
            above = block > self.floor[:, None]
        # Eight times as fast as `nonzero` of two dimensions.
        rows, places = np.divmod(np.flatnonzero(above), block.shape[1])
        self.waiting.append((rows, places + start, block[rows, places]))
        self.count += len(rows)
        if self.floor is None or self.count > self.scores.size:
            self.settle()

    def settle(self) -> None:
        """Sort in what waits."""
        size = len(self.columns)
        old = np.repeat(np.arange(size), self.columns.shape[1]), self.columns.ravel(), self.scores.ravel()
        rows, columns, scores = (np.concatenate(part) for part in zip(old, *self.waiting, strict=True))
        order = np.lexsort((columns, -scores, rows))
        counts = np.bincount(rows, minlength=size)
        place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        kept = order[place < self.top]
        self.columns, self.scores = (value[kept].reshape(size, -1) for value in (columns, scores))
        self.floor = self.scores[:, -1].copy() if self.top else np.zeros(size, dtype=np.float32)
        self.waiting, self.count = [], 0
