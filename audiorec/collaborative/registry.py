"""Every collaborative model under its name: the recipe it takes and how it is trained.

The one table that `train-cf` and the benchmarks choose from. It does not know workspaces.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from scipy import sparse

from audiorec import recipes
from audiorec.collaborative import als, blend, history_training, multi_dae, neumf, tuning
from audiorec.collaborative.als import AlsRecipe, TrainedAls
from audiorec.collaborative.history_training import HistoryRecipe, TrainedHistory
from audiorec.collaborative.multi_dae import DenoisingRecipe, TrainedDenoiser
from audiorec.collaborative.neumf import NeumfRecipe, TrainedNeumf
from audiorec.collaborative.protocols import Ranker
from audiorec.collaborative.tuning import LinearRecipe
from audiorec.data.splits import RANDOM, HoldOut
from audiorec.errors import UnknownNameError
from audiorec.learning.loop import Epoch, quiet
from audiorec.recipes import Recipe


class BlendRecipe(Recipe):
    """Which models are blended."""

    members: tuple[str, ...] = ("itemknn", "als", "neumf", "dae", "dae", "dae")
    """Names of the models, by their shipped recipes; one given n times is trained with n seeds.

    Three seeds in the place of one are worth .004 NDCG@10 on `amusic`.
    """
    strength: float = 0.02
    """Pull towards equal weights."""


_NONE: Mapping[str, Ranker] = {}
# Between the seeds of members of one name, so that blends of neighbouring seeds share none.
_APART = 1000

# Name of a model -> its recipe's class and shipped file.
MODELS: dict[str, tuple[type[Recipe], str]] = {
    "popularity": (LinearRecipe, "training/ease"),
    "itemknn": (LinearRecipe, "training/ease"),
    "walk": (LinearRecipe, "training/ease"),
    "ease": (LinearRecipe, "training/ease"),
    "als": (AlsRecipe, "training/als"),
    "gmf": (NeumfRecipe, "training/neumf"),
    "mlp": (NeumfRecipe, "training/neumf"),
    "neumf": (NeumfRecipe, "training/neumf"),
    "nnrec": (HistoryRecipe, "training/history"),
    "dnn": (HistoryRecipe, "training/amnn"),
    "amnn": (HistoryRecipe, "training/amnn"),
    "sequence": (HistoryRecipe, "training/history"),
    "dae": (DenoisingRecipe, "training/dae"),
    "blend": (BlendRecipe, "training/blend"),
}


def recipe_of(name: str, source: str | Path | None = None, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe of a model: the shipped one, or a file; raises UnknownNameError with the known names."""
    if name not in MODELS:
        raise UnknownNameError(f"no collaborative model {name!r}: choose one of {', '.join(MODELS)}")
    kind, shipped = MODELS[name]
    chosen = (f"model={name}",) if "model" in kind.model_fields else ()
    return recipes.load(source or shipped, kind, (*chosen, *overrides))


def train(
    counts: sparse.csr_array,
    recipe: Recipe,
    *,
    times: sparse.csr_array | None = None,
    how: HoldOut = RANDOM,
    device: torch.device,
    report: Callable[[Epoch], None] = quiet,
    ready: Mapping[str, Ranker] = _NONE,
) -> Ranker:
    """Train the model that the recipe describes on CSR counts [U, I]; what it needs to validate it takes from them.

    times: CSR [U, I], larger is later; how: validation holds out a listen of each user. ready: models by name that were
    already trained on the same counts with the same seed; a blend need not repeat it.
    """
    match recipe:
        case NeumfRecipe():
            return neumf.train(counts, recipe, how=how, device=device, report=report)
        case HistoryRecipe():
            return history_training.train(counts, recipe, times=times, how=how, device=device, report=report)
        case DenoisingRecipe():
            return multi_dae.train(counts, recipe, how=how, device=device, report=report)
        case LinearRecipe():
            return tuning.train(counts, recipe, how=how).model
        case AlsRecipe():
            return als.train(counts, recipe, how=how)
        case BlendRecipe():
            named = [(name, recipe.members[:place].count(name)) for place, name in enumerate(recipe.members)]
            trainers = [_member(name, recipe.seed + _APART * again, times, how, device) for name, again in named]
            known = [None if again else ready.get(name) for name, again in named]
            strength = recipe.strength
            return blend.train(counts, trainers, seed=recipe.seed, how=how, strength=strength, ready=known)
    raise UnknownNameError(f"{type(recipe).__name__} is no recipe of a collaborative model")


def curve_of(ranker: Ranker) -> list[Epoch]:
    """The learning curve of a model that was just trained; empty for those that are solved at once."""
    return list(ranker.curve) if isinstance(ranker, TrainedNeumf | TrainedHistory | TrainedDenoiser) else []


def score_of(ranker: Ranker) -> dict[str, float]:
    """What the validation part said of a model that was just trained."""
    return (
        dict(ranker.score) if isinstance(ranker, TrainedNeumf | TrainedHistory | TrainedDenoiser | TrainedAls) else {}
    )


def _member(
    name: str, seed: int, times: sparse.csr_array | None, how: HoldOut, device: torch.device
) -> Callable[[sparse.csr_array], Ranker]:
    recipe = recipe_of(name, overrides=(f"seed={seed}",))
    return lambda counts: train(counts, recipe, times=times, how=how, device=device)
