"""Dropping songs to cold: the given model stays as it is, users learn what predicted vectors tell, seeds repeat."""

import numpy as np
import pytest
import torch
from scipy import sparse

from audiorec.cold_start.dropoutnet import ColdDropoutRecipe, predict_vectors, train_on_dropped, unseen_vectors
from audiorec.collaborative.neumf import Neumf, NeumfRecipe, train

RECIPE = NeumfRecipe(
    factors=8, tower_factors=4, hidden=(4,), epochs=30, learning_rate=0.02, weight_decay=0.001, refit=False, batch=256
)
World = tuple[sparse.csr_array, np.ndarray, np.ndarray, Neumf]


@pytest.fixture(scope="module")
def world() -> World:
    """60 songs of two kinds told by a noisy point, 40 users who play one kind; the last 12 songs are cold."""
    rng = np.random.default_rng(0)
    kind = np.arange(60) % 2
    points = rng.normal(size=(60, 6))
    points[:, 0] += 3.0 * kind
    likes = (np.arange(40) % 2)[:, None] == kind[None, :]
    plays = likes & (rng.random((40, 60)) < 0.5)
    plays[:, 48:] = False
    counts = sparse.csr_array(plays.astype(np.float32))
    return counts, points, likes, train(counts, RECIPE, device=torch.device("cpu"))


def cold_gap(model: Neumf, predicted: np.ndarray, likes: np.ndarray) -> float:
    """By how much liked cold songs stand above others, in deviations."""
    scores = model.score_with_item_vectors(np.arange(40), predicted[48:])
    return float((scores[likes[:, 48:]].mean() - scores[~likes[:, 48:]].mean()) / scores.std())


def test_cold_songs_of_ones_kind_come_first(world: World) -> None:
    counts, points, likes, model = world
    before = model.item_vectors()
    cold = train_on_dropped(model, counts, points, np.arange(60), ColdDropoutRecipe())
    predicted = predict_vectors(points, before, np.arange(48), ColdDropoutRecipe())
    assert cold_gap(cold, predicted, likes) > max(0.6, cold_gap(model, predicted, likes) - 0.05)
    np.testing.assert_array_equal(model.item_vectors(), before)
    assert not np.array_equal(cold.scores(np.arange(40)), model.scores(np.arange(40)), equal_nan=True)


def test_a_seed_repeats(world: World) -> None:
    counts, points, _, model = world
    found = [train_on_dropped(model, counts, points, np.arange(60), ColdDropoutRecipe(epochs=1)) for _ in range(2)]
    np.testing.assert_array_equal(found[0].item_vectors(), found[1].item_vectors())


def test_songs_without_content_are_never_dropped(world: World) -> None:
    counts, points, _, model = world
    silent = np.full_like(points, np.nan)
    recipe = ColdDropoutRecipe(share=1.0, epochs=1)
    some, all_of_them = (recipe, recipe.model_copy(update={"share": 0.0}))
    found = [train_on_dropped(model, counts, silent, np.arange(60), one) for one in (some, all_of_them)]
    np.testing.assert_array_equal(found[0].item_vectors(), found[1].item_vectors())


def test_no_map_has_seen_the_group_that_it_predicts() -> None:
    rng = np.random.default_rng(0)
    points, vectors, groups = rng.normal(size=(30, 3)), rng.normal(size=(30, 2)), np.arange(30) // 3
    found = unseen_vectors(points, vectors, groups, ColdDropoutRecipe(folds=5))
    changed = vectors.copy()
    changed[groups == 4] += 100.0
    again = unseen_vectors(points, changed, groups, ColdDropoutRecipe(folds=5))
    np.testing.assert_array_equal(found[groups == 4], again[groups == 4])
    assert not np.allclose(found, again)
