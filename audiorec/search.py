"""`train --search`: recipe values of a model, chosen on validation data and kept in the workspace, where `train` finds
them. Test artists and test listens play no part. Settings can be tried on a cluster, many at once."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from audiorec import recipes
from audiorec.data import kept_recipes
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError, TooLittleError, UnknownNameError
from audiorec.learning import many
from audiorec.learning.random_search import Space, Tried, Values, draw, halve
from audiorec.recipes import Recipe

NAMES = ("cf", "cnn")
# These look through the values that their recipes list, each time that they are trained.
_CHOOSE_THEMSELVES = ("network", "svm", "hybrid")


@dataclass(frozen=True)
class Search:
    """What is searched, how widely, and who does the work."""

    model: str
    """`cf` or `cnn`."""
    budget: int = 27
    """Settings that are tried, the shipped one among them; 27 cost about as much as nine trainings."""
    seed: int = 0
    """Seed of the settings that are drawn."""
    device: str = "auto"
    """`auto`, `cpu` or `cuda`."""
    engine: str = "local"
    """`local`, or `ray`: many at once on a cluster, whose nodes must see the workspace."""
    address: str | None = None
    """HOST:PORT of the cluster; None: RAY_ADDRESS, else one that is started here."""


@dataclass(frozen=True)
class Searched:
    """What was tried, best first, what the scores are, and the recipe that was kept."""

    tried: list[Tried]
    metric: str
    file: Path


@dataclass(frozen=True)
class _Family:
    kind: type[Recipe]
    shipped: str
    space: Space
    metric: str
    score: Callable[[Workspace, Any, str], float]


def search(root: Path, asked: Search, begin: Callable[[int, int], None] = lambda settings, epochs: None) -> Searched:
    """Try settings of a model, and keep the best as `recipes/MODEL.toml`.

    `begin(settings, epochs)` is called before each round. Raises UnknownNameError for a model that is not searched,
    TooLittleError when nothing can be held out to choose by.
    """
    family, root = _family(asked.model), root.resolve()
    if asked.budget < 1:
        raise InputError(f"a budget of {asked.budget} settings tries nothing: give 1 or more")
    with Workspace.open(root) as space:
        space.interactions()  # says what is missing, and the matrix is there before many ask for it
    usual = recipes.load(family.shipped, family.kind)

    with many.workers(asked.engine, asked.address, gpus=int(asked.device == "cuda")) as each:

        def measure(settings: Sequence[Values], epochs: int) -> list[float]:
            begin(len(settings), epochs)
            tasks = [usual.model_copy(update={**values, "epochs": epochs}) for values in settings]
            return list(each(partial(_score, root, asked.model, asked.device), tasks))

        drawn = draw(family.space, usual.model_dump(), asked.budget, asked.seed)
        tried = halve(drawn, measure, usual.model_dump()["epochs"])
    if np.isnan(tried[0].score):
        raise TooLittleError(f"too few listens to choose a recipe of {asked.model} by: nothing was changed")
    chosen = usual.model_copy(update=dict(tried[0].values))
    return Searched(tried, family.metric, kept_recipes.keep(root, asked.model, recipes.to_toml(chosen)))


def _score(root: Path, model: str, device: str, recipe: Recipe) -> float:
    if not (root / "catalogue.sqlite").is_file():
        raise InputError(f"{socket.gethostname()} does not see {root}: the workspace must lie where every node sees it")
    with Workspace.open(root) as space:
        return _family(model).score(space, recipe, device)


def _family(model: str) -> _Family:
    # Each brings torch: only the one that is asked for is imported.
    if model == "cf":
        from audiorec.collaborative import neumf_search
        from audiorec.collaborative.neumf import NeumfRecipe

        return _Family(NeumfRecipe, "training/neumf", neumf_search.SPACE, neumf_search.METRIC, neumf_search.score)
    if model == "cnn":
        from audiorec.content import cnn_search
        from audiorec.content.encoder_training import CnnRecipe

        return _Family(CnnRecipe, "training/cnn", cnn_search.SPACE, cnn_search.METRIC, cnn_search.score)
    if model in _CHOOSE_THEMSELVES:
        raise InputError(f"{model} chooses its values whenever it is trained: search {' or '.join(NAMES)}")
    raise UnknownNameError(f"no model {model!r} to search values for: choose {' or '.join(NAMES)}")
