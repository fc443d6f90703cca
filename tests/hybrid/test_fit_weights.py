"""Weights: contributions add up to the score whatever the signals, and the signal that knows gets the weight."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata

from audiorec.errors import InputError
from audiorec.hybrid.fit_weights import Lists, fit_weights
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.hybrid.weights import SIGNALS, Weights, calibrate

VALUES = st.one_of(st.floats(-1e6, 1e6), st.just(np.nan))


@st.composite
def ranked(draw: st.DrawFn) -> tuple[Weights, dict[str, np.ndarray], np.ndarray]:
    names = draw(st.lists(st.sampled_from(SIGNALS), min_size=1, max_size=5, unique=True))
    shape = (draw(st.integers(1, 3)), draw(st.integers(1, 6)))
    sides = [draw(st.lists(st.floats(0, 1), min_size=len(names), max_size=len(names))) for _ in range(2)]
    sides = [dict(zip(names, side, strict=True)) for side in sides]
    weights = Weights(sides[0], sides[1], draw(st.floats(0.1, 3.0)), 2.0, 2.0)
    found = {name: draw(arrays(float, shape, elements=VALUES)) for name in names}
    return weights, found, draw(arrays(float, shape, elements=st.floats(0, 1)))


@settings(max_examples=80, deadline=None)
@given(ranked())
def test_contributions_are_non_negative_and_scores_stay_in_the_unit_interval(case) -> None:
    weights, found, warmth = case
    everything = np.ones(warmth.shape, dtype=bool)
    parts = weights.contributions({name: calibrate(value, everything) for name, value in found.items()}, warmth)
    total = np.sum(list(parts.values()), axis=0)
    assert all((part >= 0).all() for part in parts.values())
    assert (total <= 1.0 + 1e-9).all()
    for name, value in found.items():
        assert not parts[name][np.isnan(value)].any()


def test_calibration_goes_by_place() -> None:
    everything = np.ones((2, 4), dtype=bool)
    found = calibrate(np.array([[3.0, -1.0, np.nan, 0.5], [2.0, 2.0, 2.0, 2.0]]), everything)
    np.testing.assert_allclose(found[0, [0, 3, 1]], 1.0 - np.log([1.0, 2.0, 3.0]) / np.log(4.0))
    assert np.isnan(found[0, 2])
    assert len(set(found[1])) == 1  # says the same of all
    again = calibrate(np.array([[3000.0, -1.0, np.nan, 0.5]]), everything[:1])
    np.testing.assert_array_equal(again[0], found[0])  # however far ahead the first is


def test_a_no_is_worth_nothing_and_others_are_not_ranked() -> None:
    found = calibrate(np.array([[5.0, 1.0, -np.inf, 9.0]]), np.array([[True, True, True, False]]))
    np.testing.assert_allclose(found, [[1.0, 1.0 - np.log(2.0) / np.log(3.0), 0.0, 0.0]])


@settings(max_examples=50, deadline=None)
@given(arrays(float, (3, 7), elements=st.integers(-3, 3).map(float)))
def test_places_agree_with_scipy(values: np.ndarray) -> None:
    place = rankdata(-values, axis=1, method="average") - 1.0
    np.testing.assert_allclose(
        calibrate(values, np.ones(values.shape, dtype=bool)), 1.0 - np.log1p(place) / np.log1p(7.0)
    )


def lists(warmth: float, seed: int = 0) -> Lists:
    """200 users, 20 songs: `content` tells the relevant song, `popularity` is noise."""
    rng = np.random.default_rng(seed)
    relevant = np.zeros((200, 20), dtype=bool)
    relevant[np.arange(200), rng.integers(0, 20, 200)] = True
    found = {"content": relevant + 0.5 * rng.normal(size=(200, 20)), "popularity": rng.normal(size=(200, 20))}
    return Lists(found, np.ones((200, 20), dtype=bool), relevant, np.full((200, 20), warmth))


def test_the_signal_that_knows_gets_the_weight() -> None:
    cold = fit_weights([lists(0.0)], HybridRecipe())
    assert cold.cold["content"] > 0.85
    assert cold.warm["content"] == pytest.approx(0.5)
    warm = fit_weights([lists(1.0)], HybridRecipe())
    assert warm.warm["content"] > 0.9
    assert sum(warm.warm.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(("sure", "content", "predicted"), [(0.5, 0.0, 0.8), (3.0, 0.6, 0.0)])
def test_new_songs_are_ranked_by_the_prediction_from_content_unless_another_knows_much_better(
    sure: float, content: float, predicted: float
) -> None:
    told, rng = lists(0.0), np.random.default_rng(3)
    expected = told.relevant + rng.normal(size=told.relevant.shape)
    found = {"content": sure * told.relevant + rng.normal(size=expected.shape), "predicted": expected}
    cold = fit_weights([replace(told, signals=found)], HybridRecipe()).cold
    assert cold["content"] >= content
    assert cold["predicted"] >= predicted


def test_a_signal_that_says_the_same_of_all_has_no_part() -> None:
    told = lists(0.0)
    grown = replace(told, signals={**told.signals, "artist": np.full((200, 20), -np.inf)})
    found, plain = fit_weights([grown], HybridRecipe()), fit_weights([told], HybridRecipe())
    assert found.cold["artist"] == 0.0
    assert found.cold["content"] == pytest.approx(plain.cold["content"], abs=0.02)


def test_a_signal_that_is_mute_on_cold_songs_has_no_cold_weight() -> None:
    told = lists(0.0)
    warmth = np.where(np.arange(20) < 10, 0.8, 0.0) * np.ones((200, 1))
    played = np.where(warmth > 0, np.random.default_rng(1).normal(size=(200, 20)), np.nan)
    grown = Lists({**told.signals, "neighbours": played}, told.candidates, told.relevant, warmth)
    found = fit_weights([grown], HybridRecipe())
    assert found.cold["neighbours"] == 0.0
    assert found.warm["neighbours"] > 0.0
    assert sum(found.cold.values()) == pytest.approx(1.0)


def test_warmth_moves_smoothly_with_plays() -> None:
    weights = Weights({"collaborative": 1.0}, {"content": 1.0}, 1.0, 2.0, 2.0)
    found = weights.warmth(np.array([0.0, 1.0, 2.0, 5.0, 10.0, 50.0]), np.array([1e9]))[0]
    assert found[0] == 0.0
    assert (np.diff(found) > 0).all()
    assert found[2] == pytest.approx(0.5)


def test_nothing_to_learn_from() -> None:
    empty = lists(0.0)
    with pytest.raises(InputError, match="import more listens"):
        fit_weights([replace(empty, relevant=np.zeros_like(empty.relevant))], HybridRecipe())
