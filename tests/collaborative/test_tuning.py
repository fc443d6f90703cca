"""Choosing a linear model: the better value of a list is taken, and the choice never sees what is asked later."""

import numpy as np
import pytest
from scipy import sparse

from audiorec.collaborative.tuning import LinearRecipe, train


def blocks() -> sparse.csr_array:
    """Two groups of users, each with its own half of the songs."""
    rng = np.random.default_rng(0)
    liked = rng.random((60, 40)) < 0.3
    rows, columns = np.indices(liked.shape)
    return sparse.csr_array((liked & ((rows < 30) == (columns < 20))).astype(np.float32))


def test_a_value_that_ruins_the_model_is_not_chosen() -> None:
    found = train(blocks(), LinearRecipe(model="ease", powers=(0.0,), growths=(0.0,), regularizations=(0.5, 1e9)))
    assert found.setting.regularization == 0.5
    assert found.ndcg > 0.2


@pytest.mark.parametrize("model", ["popularity", "itemknn", "ease"])
def test_one_song_a_user_leaves_nothing_to_choose_by(model: str) -> None:
    found = train(sparse.csr_array(np.eye(4, dtype=np.float32)), LinearRecipe(model=model))
    assert np.isnan(found.ndcg)
    assert found.model.scores(np.arange(4)).shape == (4, 4)
