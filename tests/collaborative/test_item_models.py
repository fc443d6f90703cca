"""Popularity, ItemKNN and EASE against a few lines of dense algebra, and what all linear models share."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import sparse

from audiorec.collaborative import ease as ease_file
from audiorec.collaborative.ease import EaseDual, ease
from audiorec.collaborative.item_model import ItemToItem
from audiorec.collaborative.itemknn import nearest_items
from audiorec.collaborative.popularity import Popularity, count_listeners
from audiorec.collaborative.rp3beta import walk
from audiorec.errors import InputError

DENSE = (np.random.default_rng(0).random((30, 12)) < 0.3).astype(np.float32)
DENSE[np.arange(29), np.arange(29) % 11] = 1.0
DENSE[:, 11] = 0.0
DENSE[29] = 0.0
COUNTS = sparse.csr_array(DENSE)
KNOWN = np.ix_(np.arange(29), np.arange(11))
FITS: dict[str, Callable[[sparse.csr_array], ItemToItem]] = {
    "walk": lambda counts: walk(counts, exponent=0.7, damping=0.3),
    "itemknn": lambda counts: nearest_items(counts, neighbours=5, shrinkage=2.0),
    "ease": lambda counts: ease(counts, regularization=3.0),
}


def test_popularity_counts_listeners_not_listens() -> None:
    scores = count_listeners(COUNTS * 3.0).scores(np.array([0, 29]))
    np.testing.assert_array_equal(scores[0, :11], DENSE[:, :11].sum(axis=0))
    assert np.isnan(scores[0, 11])
    assert np.isnan(scores[1]).all()


def test_cosine_of_columns() -> None:
    lengths = np.linalg.norm(DENSE[:, :11], axis=0)
    cosine = (DENSE.T @ DENSE)[:11, :11] / np.outer(lengths, lengths)
    np.fill_diagonal(cosine, 0.0)
    found = nearest_items(COUNTS, neighbours=12).scores(np.arange(30))
    np.testing.assert_allclose(found[KNOWN], (DENSE[:, :11] @ cosine)[:29], atol=1e-5)


def test_only_the_nearest_are_kept() -> None:
    weights = nearest_items(COUNTS, neighbours=2).weights
    assert sparse.issparse(weights)
    assert np.diff(sparse.csc_array(weights).indptr).max() == 2


def test_ease_is_the_best_of_all_weights_without_a_diagonal() -> None:
    model, strength = ease(COUNTS, regularization=3.0), 3.0
    assert isinstance(model, ItemToItem)
    known = DENSE[:, :11].astype(np.float64)
    # Column j of the answer solves an ordinary ridge regression on all other songs.
    for target in range(11):
        others = np.delete(np.arange(11), target)
        inputs = known[:, others]
        solved = np.linalg.solve(inputs.T @ inputs + strength * np.eye(10), inputs.T @ known[:, target])
        np.testing.assert_allclose(model.weights[others, target], solved, atol=1e-5)
        assert model.weights[target, target] == 0.0


@pytest.mark.parametrize(("power", "growth"), [(0.0, 0.0), (0.5, 0.0), (0.0, 0.7), (0.5, 1.0)])
@pytest.mark.parametrize("users", [8, 29])
def test_by_users_and_by_songs_it_is_the_same_model(users: int, power: float, growth: float) -> None:
    few = COUNTS[:users]
    dual = ease(few, regularization=3.0, power=power, growth=growth)
    assert isinstance(dual, EaseDual if users == 8 else ItemToItem)
    history = few.toarray().astype(np.float64)
    weight = np.maximum(history.sum(axis=1), 1.0) ** -power
    gram = history.T @ (weight[:, None] * history)
    share = np.diag(gram) / np.diag(gram).max()
    inverse = np.linalg.inv(gram + 3.0 * np.diag(np.maximum(share, 1e-12) ** growth))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    found, played = dual.scores(np.arange(users)), history.sum(axis=0) > 0
    np.testing.assert_allclose(found[:, played], (history @ weights)[:, played], atol=1e-5)
    assert np.isnan(found[:, ~played]).all()
    again = type(dual).from_arrays(dual.to_arrays())
    np.testing.assert_array_equal(again.scores(np.arange(users)), found)


def test_a_walk_is_the_chance_to_arrive() -> None:
    known = DENSE[:29, :11].astype(np.float64)
    chances = (known / known.sum(axis=0)).T @ (known / known.sum(axis=1, keepdims=True))
    np.fill_diagonal(chances, 0.0)
    expected = known @ (chances**0.7 / known.sum(axis=0) ** 0.3)
    found = walk(COUNTS, exponent=0.7, damping=0.3).scores(np.arange(29))
    np.testing.assert_allclose(found[:, :11], expected, rtol=1e-5)


@pytest.mark.parametrize("power", [0.5, 1.0])
def test_a_weighted_user_counts_as_so_many_users(power: float) -> None:
    two = sparse.csr_array(np.array([[1, 1, 0, 0], [1, 1, 1, 1]], dtype=np.float32))
    common = nearest_items(two, neighbours=4, power=power).weights.toarray()
    small, large = 2.0**-power, 4.0**-power
    assert common[0, 1] == pytest.approx(1.0)
    assert common[0, 2] == pytest.approx(large / np.sqrt((small + large) * large))


def test_a_catalogue_too_large_for_ease_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ease_file, "MOST", 5)
    with pytest.raises(InputError, match="choose itemknn"):
        ease(COUNTS, regularization=1.0)


@pytest.mark.parametrize("name", sorted(FITS))
def test_unseen_is_nan_and_a_batch_is_its_rows(name: str) -> None:
    model = FITS[name](COUNTS)
    whole = model.scores(np.arange(30))
    assert np.isnan(whole[29]).all()
    assert np.isnan(whole[:, 11]).all()
    assert np.isfinite(whole[KNOWN]).all()
    for row in (0, 7):
        np.testing.assert_allclose(model.scores(np.array([row]))[0], whole[row], atol=1e-6)


@pytest.mark.parametrize("name", sorted(FITS))
def test_arrays_bring_a_model_back(name: str) -> None:
    model = FITS[name](COUNTS)
    again = ItemToItem.from_arrays(model.to_arrays())
    np.testing.assert_array_equal(again.scores(np.arange(30)), model.scores(np.arange(30)))
    popular = Popularity.from_arrays(count_listeners(COUNTS).to_arrays())
    np.testing.assert_array_equal(popular.scores(np.arange(3)), count_listeners(COUNTS).scores(np.arange(3)))
