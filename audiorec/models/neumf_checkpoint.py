"""A trained NeuMF on disk: its parameters with the names of its users and the ids of its songs.

It does not know workspaces: it fills and reads a folder.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiorec.models import checkpoint
from audiorec.models.checkpoint import Header
from audiorec.models.neumf import Neumf

KIND = "neumf"


@dataclass(frozen=True)
class NamedNeumf:
    """A model and what its rows mean: users are names, items int64 [I] track ids in rising order."""

    model: Neumf
    users: tuple[str, ...]
    items: NDArray[np.int64]
    header: Header


def save(
    folder: Path, model: Neumf, users: tuple[str, ...], items: NDArray[np.int64], digest: str, score: dict[str, float]
) -> None:
    """Write the model into an existing folder; digest is the recipe's, score what the validation part said."""
    header = Header(KIND, {"factors": model.net.factors}, recipe_digest=digest, labels=list(users), score=score)
    checkpoint.save(folder, header, model.to_arrays() | {"item_ids": np.asarray(items, dtype=np.int64)})


def load(folder: Path) -> NamedNeumf:
    """Read what `save` wrote; raises CheckpointError when it is absent, broken or another kind."""
    header, arrays = checkpoint.load(folder, KIND)
    items = np.asarray(arrays.pop("item_ids"), dtype=np.int64)
    return NamedNeumf(Neumf.from_arrays(arrays), tuple(header.labels), items, header)
