"""Interactions: names, columns, and songs made cold."""

import numpy as np
import pytest

from audiorec.data.interactions import Interactions, from_triples
from audiorec.errors import UnknownNameError


def sample() -> Interactions:
    return from_triples(
        ["tao", "mira", "tao", "tao"],
        [30, 10, 10, 30],
        [2.0, 1.0, 4.0, 3.0],
        [7.0, None, None, 5.0],
        np.array([10, 20, 30], dtype=np.int64),
    )


def test_counts_add_up_and_the_last_time_wins() -> None:
    listens = sample()
    assert listens.users == ("mira", "tao")
    assert listens.counts.toarray().tolist() == [[1, 0, 0], [4, 0, 5]]
    assert listens.times is not None
    assert listens.times.toarray().tolist() == [[0, 0, 0], [0, 0, 7]]
    assert listens.plays().tolist() == [5, 0, 5]


def test_songs_made_cold_keep_their_column() -> None:
    cold = sample().without_items([30, 99])
    assert cold.counts.toarray().tolist() == [[1, 0, 0], [4, 0, 0]]
    assert cold.times is not None
    assert cold.times.nnz == 0
    assert sample().only_items([30]).counts.toarray().tolist() == [[0, 0, 0], [0, 0, 5]]


def test_unknown_user_gets_the_nearest_names() -> None:
    with pytest.raises(UnknownNameError, match="mira"):
        sample().user_row("mirra")
