"""Generated log-mel patches as they lie in the folder of a DCGAN: written by the generator, read by the classifiers."""

from pathlib import Path

import numpy as np
import safetensors
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from audiorec.errors import CheckpointError

FILE = "generated.safetensors"


def save_generated(folder: Path, patches: NDArray[np.uint8]) -> None:
    """Write patches uint8 [G, bands, frames], in the stored steps of the feature table."""
    save_file({"patches": np.ascontiguousarray(patches)}, folder / FILE)


def load_generated(folder: Path) -> NDArray[np.uint8]:
    """Read them; raises CheckpointError when there are none."""
    try:
        return np.asarray(load_file(folder / FILE)["patches"], dtype=np.uint8)
    except (OSError, KeyError, safetensors.SafetensorError) as error:
        raise CheckpointError(f"{folder} holds no generated patches ({error}): run audiorec augment --dcgan") from error
