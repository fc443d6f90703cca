"""Weights from a checkpoint into a torch module. It does not know how they were stored."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray

from audiorec.errors import CheckpointError


def fill(module: torch.nn.Module, arrays: Mapping[str, NDArray[Any]], prefix: str, folder: Path) -> None:
    """Put the arrays of a prefix into a module, which stops training; raises CheckpointError if it has other ones.

    folder: where the arrays come from, for the message.
    """
    own = {key.removeprefix(prefix): torch.from_numpy(value) for key, value in arrays.items() if key.startswith(prefix)}
    try:
        module.load_state_dict(own)
    except RuntimeError as error:
        raise CheckpointError(
            f"{folder} holds a network of another version of audiorec: run audiorec train-cnn again"
        ) from error
    module.eval()
