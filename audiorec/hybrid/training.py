"""Training of the hybrid ranker on a workspace: weights from a rehearsal, parts fitted on everything, published."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from audiorec import recipes
from audiorec.cold_start.block_weights import learn_block_weights
from audiorec.collaborative.als import TrainedAls
from audiorec.collaborative.neumf import Neumf
from audiorec.data.workspace import Workspace
from audiorec.errors import TooLittleError
from audiorec.hybrid import fit_cache
from audiorec.hybrid.fit_parts import fit_parts
from audiorec.hybrid.fit_weights import given_weights
from audiorec.hybrid.inputs import Material, gather
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.hybrid.rehearsal import asked_users, learn_weights, rehearse, set_stage
from audiorec.hybrid.settings import Settings, origins, shipped, with_models
from audiorec.hybrid.weights import Weights, save_weights
from audiorec.learning.loop import Epoch, choose_device, quiet


@dataclass(frozen=True)
class Trained:
    """The weights, how many artists were made cold, how many users of how many were asked, and which models were
    absent, so that their signal is left out.

    is_given: too few listens could be hidden to learn the weights from, so they are given ones.
    """

    weights: Weights
    cold_artists: int
    users: int
    of_users: int
    absent: list[str]
    is_given: bool

    @property
    def evidence(self) -> str:
        """On how much the weights rest, in words; empty where all users were asked."""
        some = 0 < self.users < self.of_users
        return f"the lists of {self.users:,} of {self.of_users:,} users" if some else ""


@dataclass(frozen=True)
class Learned:
    """The weights, the settings with the weights of blocks that were learned too, what the weights reached on the
    rehearsal, how many users were asked there (0: none could be, so the weights are given ones)."""

    weights: Weights
    settings: Settings
    score: dict[str, float]
    users: int

    @property
    def is_given(self) -> bool:
        """Whether too few listens could be hidden to learn the weights from."""
        return not self.users


def learn(
    material: Material,
    cold: Collection[str],
    unseen: Collection[str],
    settings: Settings,
    *,
    device: str = "auto",
    report: Callable[[Epoch], None] = quiet,
) -> Learned:
    """Learn the weights of blocks and of signals on some artists made `cold`, as if nobody had ever played those that
    are `unseen`: `evaluate` asks about them."""
    inner, chosen = material.without_artists(unseen), settings.hybrid
    learned = learn_block_weights(
        inner.content,
        inner.listens.counts,
        inner.artist_groups,
        settings.content,
        settings.taste,
        inner.elsewhere_listens,
    )
    settings = replace(settings, blocks=learned)
    stage = set_stage(inner, cold, held_out=chosen.held_out, cold_songs=chosen.cold_songs, seed=chosen.seed)
    try:
        parts = rehearse(inner, stage, settings, device=choose_device(device), report=report)
        weights, score = learn_weights(inner, stage, parts, chosen)
    except TooLittleError:
        return Learned(given_weights(chosen), settings, {}, 0)
    return Learned(weights, settings, score, len(asked_users(stage, chosen)))


def train(
    space: Workspace,
    recipe: HybridRecipe | None = None,
    *,
    device: str = "auto",
    report: Callable[[Epoch], None] = quiet,
) -> Trained:
    """Learn the weights of all signals and publish them with what was fitted; with too few listens they are given.

    Raises WorkspaceError without features or listens.
    """
    chosen = recipe or recipes.load("training/hybrid", HybridRecipe)
    settings = with_models(shipped(chosen), space)
    material, parts_of = gather(space, settings.content), space.artist_parts()
    cold, unseen = ({name for name, part in parts_of.items() if part == mine} for mine in ("validation", "test"))
    found = learn(material, cold, unseen, settings, device=device, report=report)
    settings, weights, score = found.settings, found.weights, found.score
    collaborative = fit_cache.collaborative(space, material.listens)
    whole = fit_parts(material, material.listens, settings, collaborative=collaborative)
    assert isinstance(whole.factors, TrainedAls)
    assert whole.cold is None or isinstance(whole.cold, Neumf)
    taste, factors, dropped = whole.taste, whole.factors, whole.cold
    digests = (material.feature_digest, settings.digest)
    sketches: dict[str, NDArray[Any]] = {"track_ids": material.listens.items, "spectra": material.spectra}

    def write(folder: Path) -> None:
        save_weights(folder, weights, settings.as_config(), digests, score, sketches)
        fit_cache.save(folder, material.listens, taste, factors, dropped, digests, settings.cold)

    space.publish_model("hybrid", write, origins(settings))
    absent = [name for name in ("cf", "network", "cnn", "svm") if not space.has_model(name)]
    return Trained(weights, len(cold), found.users, len(material.listens.users), absent, found.is_given)
