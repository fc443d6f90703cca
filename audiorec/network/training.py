"""Training of the network's embedding on a workspace: workspace in, published model out."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from audiorec import recipes
from audiorec.data.workspace import Workspace
from audiorec.learning.loop import Epoch, choose_device, quiet
from audiorec.network import autoencoder_training, spectral_training
from audiorec.network.autoencoder_training import AutoencoderRecipe, GraphRecipe
from audiorec.network.embedding import NetworkEmbedding, published_name, save
from audiorec.network.graph import Network, build_network
from audiorec.network.spectral_training import NetworkRecipe, Trial
from audiorec.recipes import Recipe

# Shipped recipe of each model.
RECIPES = {
    "spectral": "training/network",
    "ae": "training/network_ae",
    "vae": "training/network_vae",
    "gae": "training/network_gae",
}


@dataclass(frozen=True)
class Trained:
    """What was trained: how many nodes of each kind, the length of a vector, and what held-out listens say of it."""

    users: int
    songs: int
    artists: int
    dims: int
    score: dict[str, float]


@dataclass(frozen=True)
class _Found:
    model: NetworkEmbedding
    recipe: Recipe
    config: dict[str, Any]
    score: dict[str, float]


def recipe_of(model: str, source: str | None = None, overrides: tuple[str, ...] = ()) -> Recipe:
    """The recipe of a model: its shipped one, or another by name or file."""
    kind: type[Recipe] = NetworkRecipe if model == "spectral" else autoencoder_training.RECIPES[model]
    return recipes.load(source or RECIPES[model], kind, overrides)


def train(
    space: Workspace,
    model: str = "spectral",
    recipe: Recipe | None = None,
    *,
    device: str = "auto",
    trial: Callable[[Trial], None] = lambda trial: None,
    report: Callable[[Epoch], None] = quiet,
) -> Trained:
    """Embed users, songs and artists and publish it; `trial` gets each tried setting, `report` each epoch.

    Raises WorkspaceError without listens.
    """
    network = build_network(space.interactions(every_song=True), space.tracks(), space.friends())
    chosen = recipe or recipe_of(model)
    found = _spectral(network, chosen, trial) if model == "spectral" else _other(network, model, chosen, device, report)
    digest = recipes.digest(found.recipe)
    space.publish_model(
        published_name(model),
        lambda folder: save(folder, found.model, found.config, digest, found.score),
        recipes.origin(chosen, RECIPES[model]),
    )
    return Trained(len(network.users), len(network.songs), len(network.artists), found.model.dims, found.score)


def _spectral(network: Network, recipe: Recipe, trial: Callable[[Trial], None]) -> _Found:
    assert isinstance(recipe, NetworkRecipe)
    found = spectral_training.train(network, recipe, trial)
    return _Found(found.model, recipe, asdict(found.settings), found.score)


def _other(network: Network, model: str, recipe: Recipe, device: str, report: Callable[[Epoch], None]) -> _Found:
    assert isinstance(recipe, AutoencoderRecipe | GraphRecipe)
    found = autoencoder_training.train(network, model, recipe, choose_device(device), report)
    return _Found(found.model, recipe, recipe.model_dump(mode="json", exclude={"reference"}), found.score)
