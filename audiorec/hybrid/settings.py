"""All settings by which the hybrid's parts are fitted, in one place: what is rehearsed is what serves.

They are stored beside the weights, so that `evaluate` and `recommend` fit the same parts in the same way. The
collaborative model and the network come with the settings that their own training used or chose.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from audiorec import recipes
from audiorec.cold_start.block_weights import ContentRecipe
from audiorec.cold_start.content_to_factors import TasteRecipe
from audiorec.cold_start.dropoutnet import ColdDropoutRecipe
from audiorec.collaborative import neumf
from audiorec.collaborative.als import AlsRecipe
from audiorec.collaborative.neumf import NeumfRecipe
from audiorec.data.workspace import Workspace
from audiorec.errors import CheckpointError
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.hybrid.weights import KIND
from audiorec.learning import checkpoint
from audiorec.network import embedding
from audiorec.network.spectral import SpectralSettings
from audiorec.recipes import Recipe

R = TypeVar("R", bound=Recipe)


@dataclass(frozen=True)
class Settings:
    """Recipes of the parts; neumf and network are None where the workspace has no such model; blocks: weights of blocks
    of content that were learned on this library."""

    hybrid: HybridRecipe
    taste: TasteRecipe
    factors: AlsRecipe
    cold: ColdDropoutRecipe
    content: ContentRecipe
    neumf: NeumfRecipe | None = None
    network: SpectralSettings | None = None
    blocks: dict[str, float] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Fingerprint of all of them: 16 hex digits."""
        text = json.dumps(self.as_config(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def as_config(self) -> dict[str, Any]:
        """Plain values for a checkpoint's header; `from_config` is the way back."""
        named = ("hybrid", "taste", "factors", "cold", "content")
        found: dict[str, Any] = {name: _plain(getattr(self, name)) for name in named}
        found["neumf"] = None if self.neumf is None else _plain(self.neumf)
        found["network"] = None if self.network is None else asdict(self.network)
        found["blocks"] = self.blocks
        return found

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Settings":
        """Settings from what `as_config` gave."""
        return cls(
            recipes.from_plain(config["hybrid"], HybridRecipe),
            recipes.from_plain(config["taste"], TasteRecipe),
            recipes.from_plain(config["factors"], AlsRecipe),
            recipes.from_plain(config["cold"], ColdDropoutRecipe),
            recipes.from_plain(config["content"], ContentRecipe),
            None if config["neumf"] is None else recipes.from_plain(config["neumf"], NeumfRecipe),
            None if config["network"] is None else SpectralSettings(**config["network"]),
            config["blocks"],
        )


def shipped(hybrid: HybridRecipe) -> Settings:
    """The shipped recipes of the parts that have no training command of their own."""
    return Settings(
        hybrid,
        recipes.load("training/taste", TasteRecipe),
        recipes.load("training/hybrid_factors", AlsRecipe),
        recipes.load("training/cold_dropout", ColdDropoutRecipe),
        recipes.load("training/content", ContentRecipe),
    )


def origins(settings: Settings) -> str:
    """Which shipped recipes have these values (`recipes.origin`); NeuMF and the network say it of themselves."""
    named = {"hybrid": settings.hybrid, "taste": settings.taste, "hybrid_factors": settings.factors,
             "cold_dropout": settings.cold, "content": settings.content}  # fmt: skip
    return ";".join(filter(None, (recipes.origin(recipe, f"training/{name}") for name, recipe in named.items())))


def with_models(settings: Settings, space: Workspace) -> Settings:
    """The settings with those by which the workspace's NeuMF and network were trained."""
    neural = neumf.recipe_of(space.model("cf")) if space.has_model("cf") else None
    places = embedding.settings_of(space.model("network")) if space.has_model("network") else None
    return replace(settings, neumf=neural, network=places)


def load_settings(folder: Path) -> Settings:
    """Settings that stand beside stored weights; raises CheckpointError when an earlier audiorec wrote them."""
    config = checkpoint.read_header(folder, KIND).config
    try:
        return Settings.from_config(config["settings"])
    except KeyError as error:
        raise CheckpointError(
            f"{folder} was written by an earlier audiorec: run audiorec train-hybrid again"
        ) from error


def refuse_other_models(space: Workspace) -> Settings:
    """Settings of the stored weights; raises CheckpointError when they were learned beside other models.

    `cf` and `network` are fitted again in an evaluation, so their settings must be the same; content models are asked
    as they are, so they must be the same themselves, and so must the encoder and this version of audiorec.
    """
    folder = space.model("hybrid")
    if checkpoint.read_header(folder, KIND).versions.get("audiorec") != version("audiorec"):
        raise CheckpointError("another audiorec learned the hybrid's weights: run audiorec train-hybrid again")
    stored = load_settings(folder)
    now = with_models(stored, space)
    changed = [name for name in ("cf", "network") if _settings_of(stored, name) != _settings_of(now, name)]
    inputs, inputs_now = space.model_inputs("hybrid"), space.inputs()
    used = [name for name in ("cnn", "svm") if f"model {name}" in inputs]
    changed += [name for name in used if inputs[f"model {name}"] != inputs_now.get(f"model {name}")]
    if changed:
        raise CheckpointError(
            f"the hybrid's weights were learned beside another {changed[0]} model: run audiorec train-hybrid again"
        )
    if inputs.get("heard") != inputs_now.get("heard"):
        raise CheckpointError(
            "the hybrid's weights were learned on the output of another encoder: run audiorec train-hybrid again"
        )
    return stored


def _settings_of(settings: Settings, model: str) -> NeumfRecipe | SpectralSettings | None:
    return settings.neumf if model == "cf" else settings.network


def _plain(recipe: Recipe) -> dict[str, Any]:
    return recipe.model_dump(mode="json", exclude={"reference"})
