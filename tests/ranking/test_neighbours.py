"""Neighbours: the nearest in each modality, and fair to songs that lack one."""

import numpy as np
import pytest

from audiorec.errors import InputError
from audiorec.ranking.neighbours import Block, mean_of_groups, nearest


def block(*rows: tuple[float, float] | None) -> Block:
    vectors = np.array([row or (0.0, 0.0) for row in rows])
    return Block(vectors, np.array([row is not None for row in rows]))


SOUND = block((1, 0), (2, 0.1), (0, 1), (-1, 0), None)
WORDS = block((0, 1), None, (0, 5), (1, 0), (0, 1))


def test_one_modality_ranks_by_cosine() -> None:
    found = nearest({"sound": SOUND}, 0, 10)
    assert [near.row for near in found] == [1, 2, 3]
    assert found[1].by == {"sound": pytest.approx(0.0)}
    assert [near.row for near in nearest({"sound": SOUND}, 0, 10, np.array([True, False, False, True, True]))] == [3]


def test_modalities_together_say_which() -> None:
    found = {near.row: near for near in nearest({"sound": SOUND, "words": WORDS}, 0, 10)}
    assert set(found) == {1, 2, 3, 4}
    assert set(found[2].by) == {"sound", "words"}
    assert set(found[1].by) == {"sound"}
    assert set(found[4].by) == {"words"}
    assert found[2].score == pytest.approx((1.0 * 0.0 + 0.5 * 1.0) / 1.5)
    # A song that lacks words stands as if its words were of mean likeness: it neither wins nor loses by that.
    assert found[1].score == pytest.approx((found[1].by["sound"] + 0.5 * 2 / 3) / 1.5)


def test_a_row_that_nothing_knows() -> None:
    with pytest.raises(InputError, match="nothing is known"):
        nearest({"sound": SOUND}, 4, 3)


def test_groups_are_mean_directions() -> None:
    groups = mean_of_groups(SOUND, [np.array([0, 3]), np.array([1, 2, 4]), np.array([4])])
    assert groups.known.tolist() == [False, True, False]
    assert groups.vectors[1, 1] == pytest.approx((0.1 / np.hypot(2, 0.1) + 1) / 2)


def test_what_few_listeners_say_counts_less() -> None:
    vectors = np.array([[1.0, 0], [1, 0.1], [1, 0]])
    rare = Block(vectors, np.ones(3, dtype=bool), np.array([9.0, 9, 0]))
    assert [near.row for near in nearest({"network": rare}, 0, 2)] == [1, 2]
    assert [near.row for near in nearest({"sound": Block(vectors, rare.known)}, 0, 2)] == [2, 1]
