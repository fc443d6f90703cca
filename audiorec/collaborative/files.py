"""Any collaborative model on disk, with the names of its users and the ids of its songs.

A checkpoint says which form its arrays have; a blend holds those of its members. It does not know workspaces.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiorec import recipes
from audiorec.collaborative.als import Als
from audiorec.collaborative.blend import Blend
from audiorec.collaborative.ease import EaseDual
from audiorec.collaborative.history import HistoryModel
from audiorec.collaborative.history_training import HistoryRecipe, new_net
from audiorec.collaborative.item_model import ItemToItem
from audiorec.collaborative.multi_dae import Denoiser
from audiorec.collaborative.neumf import Neumf
from audiorec.collaborative.popularity import Popularity
from audiorec.collaborative.protocols import Ranker
from audiorec.errors import CheckpointError
from audiorec.learning import checkpoint
from audiorec.learning.checkpoint import Header
from audiorec.recipes import Recipe

KIND = "ranker"
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class NamedRanker:
    """A model and what its rows mean: users are names, items int64 [I] track ids in rising order."""

    model: Ranker
    users: tuple[str, ...]
    items: NDArray[np.int64]
    header: Header


def save(folder: Path, model: Ranker, users: tuple[str, ...], items: NDArray[np.int64], recipe: Recipe) -> None:
    """Write the model into an existing folder."""
    form, arrays = _take_apart(model)
    settings = recipe.model_dump(mode="json", exclude={"reference"})
    header = Header(KIND, {"form": form, "recipe": settings}, recipe_digest=recipes.digest(recipe), labels=list(users))
    checkpoint.save(folder, header, arrays | {"item_ids": np.asarray(items, dtype=np.int64)})


def load(folder: Path) -> NamedRanker:
    """Read what `save` wrote; raises CheckpointError when it is absent, broken or another kind."""
    header, arrays = checkpoint.load(folder, KIND)
    items = np.asarray(arrays.pop("item_ids"), dtype=np.int64)
    model = _put_together(header.config["form"], arrays, header.config["recipe"])
    return NamedRanker(model, tuple(header.labels), items, header)


def _take_apart(model: Ranker) -> tuple[Any, Arrays]:
    """The form's name (for a blend: its members' names) and the arrays."""
    match model:
        case Blend():
            parts = [_take_apart(member) for member in model.members]
            arrays = {f"{n}.{name}": value for n, (_, part) in enumerate(parts) for name, value in part.items()}
            return [form for form, _ in parts], arrays | {"weights": model.weights}
        case Popularity():
            return "popularity", model.to_arrays()
        case Als():
            return "als", model.to_arrays()
        case ItemToItem():
            return "item_to_item", model.to_arrays()
        case EaseDual():
            return "ease_dual", model.to_arrays()
        case Neumf():
            return "neumf", model.to_arrays()
        case Denoiser():
            return "denoiser", model.to_arrays()
        case HistoryModel():
            return "history", model.to_arrays()
    raise CheckpointError(f"a {type(model).__name__} cannot be written")


def _put_together(form: Any, arrays: Mapping[str, NDArray[Any]], recipe: dict[str, Any]) -> Ranker:
    if isinstance(form, list):
        members = [_put_together(part, _with_prefix(arrays, f"{n}."), recipe) for n, part in enumerate(form)]
        return Blend(members, np.asarray(arrays["weights"]))
    match form:
        case "popularity":
            return Popularity.from_arrays(arrays)
        case "als":
            return Als.from_arrays(arrays)
        case "item_to_item":
            return ItemToItem.from_arrays(arrays)
        case "ease_dual":
            return EaseDual.from_arrays(arrays)
        case "neumf":
            return Neumf.from_arrays(arrays)
        case "denoiser":
            return Denoiser.from_arrays(arrays)
        case "history":
            settings = HistoryRecipe.model_validate(
                {key: tuple(value) if isinstance(value, list) else value for key, value in recipe.items()}
            )
            table = np.asarray(arrays["net.history"], dtype=np.int64)
            return HistoryModel.from_arrays(new_net(table, len(arrays["items_seen"]), settings), arrays)
    raise CheckpointError(f"this audiorec does not know a {form} model: update audiorec")


def _with_prefix(arrays: Mapping[str, NDArray[Any]], prefix: str) -> Arrays:
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}
