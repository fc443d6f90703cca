"""Lists from a large library keep what was wished for."""

import numpy as np

from audiorec.ranking import retrieve
from audiorec.ranking.diversify import Wishes


def test_lists_keep_the_artist_cap() -> None:
    rng = np.random.default_rng(1)
    songs, artist = rng.normal(size=(400, 8)).astype(np.float32), rng.integers(0, 40, 400)
    queries = rng.normal(size=(3, 8)).astype(np.float32)
    for found in retrieve.diverse_lists(queries, songs, artist, Wishes(top=20, per_artist=2)):
        assert np.bincount(artist[found]).max() <= 2
