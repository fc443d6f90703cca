"""Means of parameters: over epochs what the source was, over steps without the untrained start."""

import pytest
import torch

from audiorec.learning.averaging import Follower, mean_of_steps


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


def test_a_young_mean_of_steps_forgets_the_untrained_start() -> None:
    net = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.BatchNorm1d(1))
    torch.nn.init.zeros_(net[0].weight)
    mean = mean_of_steps(net, 0.99)
    mean.update_parameters(net)
    torch.nn.init.ones_(net[0].weight)
    net[1].running_mean.fill_(3.0)
    net[1].num_batches_tracked.fill_(7)
    for _ in range(100):
        mean.update_parameters(net)
    weight, counted = mean.module[0].weight.item(), mean.module[1]
    assert 1.0 > weight > 0.99  # a fixed share would stand at .63
    assert float(counted.running_mean) == pytest.approx(3.0, abs=0.03)
    assert int(counted.num_batches_tracked) == 7
