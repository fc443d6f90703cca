"""Lists from a library of millions of songs: the best few by inner product, then spread out.

Only twice as many songs as a list holds are looked at with care, so that a list costs little more than one product.
"""

import numpy as np
from numpy.typing import NDArray

from audiorec.models.nearest import best_songs
from audiorec.ranking.diversify import Shelf, Wishes, diversify


def diverse_lists(
    queries: NDArray[np.float32], songs: NDArray[np.float32], artist: NDArray[np.integer], wishes: Wishes
) -> list[NDArray[np.int64]]:
    """Lists for each query with maximal marginal relevance and an artist cap, from twice as many of the best songs."""
    columns, scores = best_songs(queries, songs, 2 * wishes.top)
    return [
        mine[diversify(worth, Shelf(songs[mine], artist[mine]), wishes, pool=len(mine))]
        for mine, worth in zip(columns, scores, strict=True)
    ]
