"""The follower is the mean of what its source was."""

import pytest
import torch

from audiorec.training.averaging import Follower


def followed(share: float, values: list[float]) -> float:
    source = torch.nn.Linear(1, 1)
    follower = Follower(source, share)
    for value in values:
        torch.nn.init.constant_(source.weight, value)
        follower.follow()
    follower.give_back()
    assert not source.training
    return float(source.weight.detach())


def test_at_first_the_plain_mean_then_a_running_one() -> None:
    assert followed(0.9, [1.0, 2.0, 6.0]) == pytest.approx(3.0)
    assert followed(0.5, [0.0, 0.0, 8.0, 8.0]) == pytest.approx(6.0)


def test_a_share_of_nothing_copies() -> None:
    assert followed(0.0, [1.0, 5.0]) == 5.0
