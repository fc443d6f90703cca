"""Weights of blocks follow what they tell of artists that are made cold: taste is kept, noise is not."""

import numpy as np
import pytest
from scipy import sparse

from audiorec.cold_start.block_weights import ContentRecipe, learn_block_weights, weighed
from audiorec.cold_start.content_to_factors import TasteRecipe
from audiorec.cold_start.taste import Content

RECIPE = TasteRecipe(ranks=(4,), places=(4,), choices=False)


def library(seed: int = 0) -> tuple[np.ndarray, sparse.csr_array, np.ndarray]:
    """Sides of 90 songs, listens of 40 users who keep to a side, and the songs' artists, three songs each."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(30), 3)
    side, taste = (groups % 2), np.arange(40) % 2
    chance = np.where(side[None] == taste[:, None], 0.4, 0.05)
    return side, sparse.csr_array((rng.random(chance.shape) < chance).astype(float)), groups


@pytest.mark.parametrize(("seed", "is_clear"), [(1, True), (0, False)])
def test_noise_loses_where_thirty_artists_say_so_clearly(seed: int, is_clear: bool) -> None:
    """Without the noise AUC is .014 better in the first library, .002 in the second."""
    side, listens, groups = library(seed)
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(90, 30))
    telling = np.column_stack([side + 0.3 * rng.normal(size=90) for _ in range(3)])
    content = Content([noise, telling], [1.0, 1.0], np.ones(90, dtype=bool), ("noise", "telling"))
    how = ContentRecipe(learned=("noise", "telling"))
    found = learn_block_weights(content, listens, groups, how, RECIPE)
    assert found["telling"] >= 1.0
    assert (found["noise"] < 1.0) == is_clear
    assert set(found.values()) <= {1.0, *how.tried}


def test_what_is_not_known_is_left_out_and_nothing_to_hide_changes_nothing() -> None:
    side, listens, groups = library()
    blocks = [side[:, None].astype(float), np.full((90, 2), np.nan), np.zeros((90, 0))]
    content = Content(blocks, [1.0, 3.0, 1.0], np.ones(90, dtype=bool), ("sound", "release", "encoder"))
    how = ContentRecipe(learned=("release", "encoder", "comments"))
    assert learn_block_weights(content, listens, groups, how, RECIPE) == {}
    nobody = sparse.csr_array(listens.shape)
    how = ContentRecipe(learned=("sound",))
    assert learn_block_weights(content, nobody, groups, how, RECIPE) == {}


@pytest.mark.parametrize("weights", [{}, {"b": 0.0}])
def test_other_weights_by_name(weights: dict[str, float]) -> None:
    content = Content([np.ones((2, 1))] * 2, [1.0, 2.0], np.ones(2, dtype=bool), ("a", "b"))
    assert list(weighed(content, weights).weights) == [1.0, weights.get("b", 2.0)]
