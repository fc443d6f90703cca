"""Choosing and fitting implicit ALS: the listed penalty and confidence that rank held-out listens best.

The choice is made on one listen of each user held out inside the training data (see `HoldOut`); the model is then
fitted to everything. A fit takes seconds (`models/factors.py`), so that a whole list of settings can be tried.
"""

from dataclasses import dataclass, field
from itertools import product

import numpy as np
from scipy import sparse

from audiorec.data.splits import RANDOM, HoldOut, leave_one_out
from audiorec.errors import InputError
from audiorec.models.als import Als, als
from audiorec.recipes import Recipe
from audiorec.training.protocols import sampled_ndcg


class AlsRecipe(Recipe):
    """rank: of the factors; penalties: L2 in units of a listen's confidence 1 + alpha; alphas: what a listen adds."""

    rank: int = 256
    penalties: tuple[float, ...] = (2.0, 3.0, 5.0)
    alphas: tuple[float, ...] = (10.0, 30.0, 100.0, 300.0)
    iterations: int = 10
    validation_users: int = 5000


@dataclass(frozen=True)
class TrainedAls(Als):
    """A fitted model, the recipe and the (penalty, alpha) chosen from it, and what held-out listens say of them."""

    recipe: AlsRecipe = field(default_factory=AlsRecipe)
    setting: tuple[float, float] = (0.0, 0.0)
    score: dict[str, float] = field(default_factory=dict)


def train(counts: sparse.csr_array, recipe: AlsRecipe, *, how: HoldOut = RANDOM) -> TrainedAls:
    """Choose and fit on CSR counts [U, I]; raises InputError without any listen."""
    counts = sparse.csr_array(counts, copy=True)
    counts.eliminate_zeros()
    if not counts.nnz:
        raise InputError("no listens to train on: import listens to songs of the library first")
    rng, most = np.random.default_rng(recipe.seed), recipe.validation_users
    split = leave_one_out(counts, rng, how=how, most_users=most)
    settings = list(product(recipe.penalties, recipe.alphas))
    if not len(split.users):
        return _fit(counts, recipe, settings[len(settings) // 2], {})
    found = {setting: sampled_ndcg(_fit(split.train, recipe, setting, {}), split) for setting in settings}
    best = max(found, key=lambda setting: found[setting])
    return _fit(counts, recipe, best, {"ndcg@10": found[best]})


def refit(counts: sparse.csr_array, chosen: TrainedAls) -> TrainedAls:
    """The same settings on other counts of the same shape."""
    return _fit(counts, chosen.recipe, chosen.setting, chosen.score)


def _fit(
    counts: sparse.csr_array, recipe: AlsRecipe, setting: tuple[float, float], score: dict[str, float]
) -> TrainedAls:
    penalty, alpha = setting
    found = als(counts, recipe.rank, penalty=penalty, alpha=alpha, iterations=recipe.iterations, seed=recipe.seed)
    return TrainedAls(found.users, found.items, recipe, setting, score)
