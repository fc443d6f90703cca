"""Negatives are never known songs, never songs that nobody played, and spread evenly."""

import numpy as np
import torch
from scipy import sparse

from audiorec.collaborative.negatives import NegativeSampler


def sampler(dense: list[list[int]]) -> NegativeSampler:
    return NegativeSampler(sparse.csr_array(np.array(dense, dtype=np.float32)), torch.device("cpu"), seed=0)


def test_negatives_are_unknown_and_played_by_somebody() -> None:
    drawn, usable = sampler([[1, 0, 0, 0], [0, 1, 1, 0]]).draw(torch.zeros(500, dtype=torch.int64), 4)
    assert usable.all()
    assert set(drawn.unique().tolist()) == {1, 2}
    assert abs(float((drawn == 1).float().mean()) - 0.5) < 0.05


def test_a_user_who_knows_everything_has_no_usable_negative() -> None:
    _, usable = sampler([[1, 1], [1, 0]]).draw(torch.tensor([0, 1]), 3)
    assert not usable[0].any()
    assert usable[1].all()
