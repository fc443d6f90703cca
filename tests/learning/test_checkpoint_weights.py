"""Weights of a network as it was in an earlier version are an error that says what to do."""

from pathlib import Path

import numpy as np
import pytest
from torch import nn

from audiorec.errors import CheckpointError
from audiorec.learning.module_weights import fill


def arrays(size: int) -> dict[str, np.ndarray]:
    return {
        "a.weight": np.ones((3, size), np.float32),
        "a.bias": np.zeros(3, np.float32),
        "b.other": np.ones(1, np.float32),
    }


def test_arrays_of_the_prefix_fill_the_module_and_it_stops_training() -> None:
    module = nn.Linear(4, 3)
    fill(module, arrays(4), "a.", Path("m"))
    assert float(module.weight.detach().sum()) == 12.0
    assert not module.training


@pytest.mark.parametrize("stored", [arrays(5), {"a.bias": arrays(4)["a.bias"]}])
def test_other_weights_say_which_model_is_to_be_trained_again(stored: dict[str, np.ndarray]) -> None:
    with pytest.raises(CheckpointError, match=r"models/cnn/0001.*train-cnn again"):
        fill(nn.Linear(4, 3), stored, "a.", Path("models/cnn/0001"))
