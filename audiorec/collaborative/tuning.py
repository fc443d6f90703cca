"""Choosing and fitting popularity, ItemKNN, walks and EASE: the listed values that rank held-out listens best.

The choice is made on one listen of each user held out inside the training data (see `HoldOut`); the model is then
fitted to everything.
"""

from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from scipy import sparse

from audiorec.collaborative.ease import EaseDual, ease
from audiorec.collaborative.item_model import ItemToItem
from audiorec.collaborative.itemknn import nearest_items
from audiorec.collaborative.popularity import Popularity, count_listeners
from audiorec.collaborative.protocols import sampled_ndcg
from audiorec.collaborative.rp3beta import walk
from audiorec.data.splits import RANDOM, HoldOut, LeaveOneOut, leave_one_out
from audiorec.errors import TooLittleError
from audiorec.recipes import Recipe


class LinearRecipe(Recipe):
    """Which linear model, and the values to choose from."""

    model: Literal["popularity", "itemknn", "walk", "ease"] = "ease"
    """Which model."""
    neighbours: tuple[int, ...] = (1_000_000,)
    """ItemKNN: nearest songs kept of each song."""
    shrinkages: tuple[float, ...] = (0.0, 5.0, 20.0)
    """ItemKNN: added to the product of lengths, so that songs with few common users count less."""
    powers: tuple[float, ...] = (0.0, 0.5)
    """ItemKNN and EASE: a user of n songs counts n to the minus this power."""
    regularizations: tuple[float, ...] = (0.1, 0.25, 0.6, 1.5)
    """EASE: L2 penalties, as shares of the largest number of listeners of a song."""
    growths: tuple[float, ...] = (0.0, 0.4)
    """EASE: power with which the penalty grows with a song's listeners."""
    exponents: tuple[float, ...] = (0.7, 1.0)
    """walk: power of the chance to arrive at a song."""
    dampings: tuple[float, ...] = (0.2, 0.3, 0.4, 0.5)
    """walk: power of the listeners that it is divided by."""
    validation_users: int = 5000
    """Most users whose held-out song is asked about in validation."""


@dataclass(frozen=True)
class Setting:
    """One choice among the listed values."""

    power: float = 0.0
    neighbours: int = 1_000_000
    shrinkage: float = 0.0
    regularization: float = 0.0
    growth: float = 0.0
    exponent: float = 1.0
    damping: float = 0.0


@dataclass(frozen=True)
class TrainedLinear:
    """A fitted model, the values chosen for it, and their NDCG@10 on held-out listens (NaN: nothing to hold out)."""

    model: ItemToItem | EaseDual | Popularity
    setting: Setting
    ndcg: float


def train(counts: sparse.csr_array, recipe: LinearRecipe, *, how: HoldOut = RANDOM) -> TrainedLinear:
    """Choose and fit on CSR counts [U, I]; raises TooLittleError without any listen."""
    counts = sparse.csr_array(counts, copy=True)
    counts.eliminate_zeros()
    if not counts.nnz:
        raise TooLittleError("no listens to train on: import listens to songs of the library first")
    rng, most = np.random.default_rng(recipe.seed), recipe.validation_users
    split = leave_one_out(counts, rng, how=how, most_users=most)
    found = [(setting, _ndcg(recipe, setting, split)) for setting in _settings(recipe)]
    setting, ndcg = max(found, key=lambda pair: np.nan_to_num(pair[1], nan=-1.0))
    return TrainedLinear(_fit(counts, recipe, setting), setting, ndcg)


def _settings(recipe: LinearRecipe) -> list[Setting]:
    if recipe.model == "popularity":
        return [Setting()]
    if recipe.model == "ease":
        found = product(recipe.powers, recipe.regularizations, recipe.growths)
        return [Setting(power, regularization=share, growth=growth) for power, share, growth in found]
    if recipe.model == "walk":
        return [Setting(exponent=e, damping=d) for e, d in product(recipe.exponents, recipe.dampings)]
    return [Setting(*values) for values in product(recipe.powers, recipe.neighbours, recipe.shrinkages)]


def _fit(counts: sparse.csr_array, recipe: LinearRecipe, setting: Setting) -> ItemToItem | EaseDual | Popularity:
    if recipe.model == "popularity":
        return count_listeners(counts)
    if recipe.model == "itemknn":
        return nearest_items(counts, neighbours=setting.neighbours, shrinkage=setting.shrinkage, power=setting.power)
    if recipe.model == "walk":
        return walk(counts, exponent=setting.exponent, damping=setting.damping)
    sizes = np.maximum(np.diff(counts.indptr), 1).astype(np.float64)
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    most = float(np.bincount(counts.indices, weights=(sizes**-setting.power)[rows]).max())
    strength = setting.regularization * most
    return ease(counts, regularization=strength, power=setting.power, growth=setting.growth)


def _ndcg(recipe: LinearRecipe, setting: Setting, split: LeaveOneOut) -> float:
    if not len(split.users):
        return float("nan")
    return sampled_ndcg(_fit(split.train, recipe, setting), split)
