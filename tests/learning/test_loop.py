"""The training loop: stops when it should, and keeps the best state."""

import math

import pytest
import torch

from audiorec.errors import InputError
from audiorec.learning.loop import Epoch, best_epoch, choose_device, choose_then_refit, fit, quiet


class Counter(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("epochs", torch.zeros(()))


def run(metrics: list[float], patience: int) -> tuple[int, int]:
    model = Counter()
    steps = iter(metrics)

    def train() -> float:
        model.epochs += 1
        return 0.0

    curve = fit(model, train, lambda: next(steps), epochs=len(metrics), patience=patience, report=quiet)
    return len(curve), int(model.epochs)


def test_stops_after_patience_and_restores_the_best() -> None:
    assert run([0.1, 0.5, 0.4, 0.3, 0.9], patience=2) == (4, 2)


def test_runs_to_the_end_when_it_keeps_rising() -> None:
    assert run([0.1, 0.2, 0.3], patience=1) == (3, 3)


def test_nothing_to_validate_on_keeps_the_last_state() -> None:
    assert run([math.nan] * 4, patience=1) == (4, 4)


def test_devices() -> None:
    assert choose_device("cpu").type == "cpu"
    with pytest.raises(InputError, match="choose auto, cpu or cuda"):
        choose_device("tpu")
    if not torch.cuda.is_available():
        assert choose_device("auto").type == "cpu"
        with pytest.raises(InputError, match="no CUDA device"):
            choose_device("cuda")


def curve(*metrics: float) -> list[Epoch]:
    return [Epoch(number, 9, 0.0, metric, 0.0, 0.0) for number, metric in enumerate(metrics, start=1)]


def test_best_epoch_is_the_first_of_the_best_or_the_last_unmeasured() -> None:
    assert best_epoch(curve(0.2, math.nan, 0.4, 0.4)).number == 3
    assert best_epoch(curve(math.nan, math.nan)).number == 2


def test_everything_is_learned_for_as_many_epochs_as_were_best() -> None:
    watched = curve(0.1, 0.3, 0.2)
    assert choose_then_refit(lambda: ("part", watched), lambda epochs: (f"all for {epochs}", [])) == (
        "all for 2",
        watched,
    )
    assert choose_then_refit(lambda: ("part", watched), None) == ("part", watched)
