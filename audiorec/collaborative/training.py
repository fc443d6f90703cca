"""Training of a collaborative model on a workspace's listens: workspace in, published model out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from audiorec import recipes
from audiorec.collaborative import files, neumf, registry
from audiorec.collaborative.model_names import published_name
from audiorec.collaborative.neumf import Neumf
from audiorec.data import kept_recipes
from audiorec.data.workspace import Workspace
from audiorec.learning import distributed, snapshots
from audiorec.learning.curve_file import write_curves
from audiorec.learning.loop import Epoch, choose_device, quiet
from audiorec.recipes import Recipe


@dataclass(frozen=True)
class Trained:
    """What was trained: model, how many users and songs, and what held-out listens say of it (empty: nothing held)."""

    model: str
    users: int
    songs: int
    score: dict[str, float]


def recipe_for(root: Path, model: str, source: str | Path | None = None, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe of a model in a workspace: from `source`, else the one that a search has kept, else the shipped."""
    kept = kept_recipes.kept_or(root, "cf", registry.MODELS[model][1]) if model == "neumf" else None
    return registry.recipe_of(model, source or kept, overrides)


def train(
    space: Workspace,
    model: str = "neumf",
    recipe: Recipe | None = None,
    *,
    device: str = "auto",
    report: Callable[[Epoch], None] = quiet,
) -> Trained:
    """Train `model` by a recipe (None: the one that `recipe_for` gives) and publish it.

    Raises WorkspaceError without listens, UnknownNameError for an unknown model.
    """
    chosen = recipe or recipe_for(space.root, model)
    listens = space.interactions()
    of = {"recipe": recipes.digest(chosen), "listens": space.inputs()["listens"], "songs": str(len(listens.items))}
    with snapshots.kept_in(space.derived("unfinished") / published_name(model), of):
        found = registry.train(listens.counts, chosen, times=listens.times, device=choose_device(device), report=report)

    def write(folder: Path) -> None:
        if isinstance(found, Neumf):
            neumf.save(folder, found, listens.users, listens.items, chosen, registry.score_of(found))
        else:
            files.save(folder, found, listens.users, listens.items, chosen)
        write_curves(folder, registry.curve_of(found))

    if distributed.world().is_first:
        space.publish_model(published_name(model), write)
    return Trained(model, len(listens.users), len(listens.items), registry.score_of(found))
