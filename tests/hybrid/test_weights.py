"""The hybrid score: shares sum to one, and warm lists never fall below the collaborative signal alone."""

from pathlib import Path

import numpy as np
import pytest

from audiorec.errors import CheckpointError
from audiorec.hybrid.fit_weights import Lists, lists_ndcg, never_below
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.hybrid.weights import Weights, load_weights, save_weights, score

WEIGHTS = Weights({"collaborative": 0.2, "content": 0.8}, {"collaborative": 0.0, "content": 1.0}, 0.8, 2.0, 2.0)


def test_cold_songs_are_carried_by_content() -> None:
    signals = {"collaborative": np.array([[2.0, 1.0, np.nan]]), "content": np.array([[0.1, 0.2, 0.9]])}
    warmth = np.array([[0.9, 0.9, 0.0]])
    found = score(WEIGHTS, signals, np.ones((1, 3), dtype=bool), warmth)
    assert found.shares(0, 2) == {"collaborative": 0.0, "content": 1.0}
    for song in range(3):
        assert sum(found.shares(0, song).values()) == pytest.approx(1.0)


def test_songs_that_are_no_candidates_are_never_listed() -> None:
    found = score(WEIGHTS, {"content": np.ones((1, 2))}, np.array([[True, False]]), np.zeros((1, 2)))
    assert found.total[0, 1] == -np.inf


def test_warm_lists_move_to_the_collaborative_signal_where_it_is_better() -> None:
    rng = np.random.default_rng(0)
    relevant = np.zeros((50, 30), dtype=bool)
    relevant[np.arange(50), rng.integers(0, 30, 50)] = True
    signals = {"collaborative": relevant + 0.2 * rng.normal(size=(50, 30)), "content": rng.normal(size=(50, 30))}
    lists = Lists(signals, np.ones((50, 30), dtype=bool), relevant, np.full((50, 30), 0.95))
    kept, measured = never_below(WEIGHTS, [{"warm": lists, "cold": lists}], HybridRecipe())
    only = Weights({"collaborative": 1.0}, {"collaborative": 1.0}, 1.0, 2.0, 2.0)
    mine, alone = np.mean(lists_ndcg([kept, only], lists, 20, 100), axis=0)
    assert measured["warm ndcg@20"] == pytest.approx(mine)
    assert mine >= alone - 0.01
    assert kept.warm["collaborative"] > 0.7
    # Without the collaborative signal there is nothing to be held against.
    without = Weights({"content": 1.0}, {"content": 1.0}, 1.0, 2.0, 2.0)
    assert never_below(without, [{"warm": lists, "cold": lists}], HybridRecipe())[0] == without


def test_cold_lists_move_to_a_signal_that_is_better_for_certain() -> None:
    mixed = Weights({"content": 1.0, "artist": 0.0}, {"content": 0.9, "artist": 0.1}, 1.0, 2.0, 2.0)
    rng = np.random.default_rng(0)

    def lists(users: int, worth: float) -> Lists:
        relevant = np.zeros((users, 30), dtype=bool)
        relevant[np.arange(users), rng.integers(0, 30, users)] = True
        signals = {
            "artist": worth * relevant + rng.normal(size=relevant.shape),
            "content": rng.normal(size=(users, 30)),
        }
        return Lists(signals, np.ones(relevant.shape, dtype=bool), relevant, np.zeros(relevant.shape))

    def kept(asked: Lists) -> Weights:
        return never_below(mixed, [{"warm": asked, "cold": asked}], HybridRecipe())[0]

    assert kept(lists(60, 4.0)).cold["artist"] > 0.3
    # What three listeners say, or signals that know nothing, changes nothing.
    assert kept(lists(3, 0.0)) == mixed
    assert kept(lists(60, 0.0)) == mixed


def test_saved_weights_come_back_and_foreign_ones_are_refused(tmp_path: Path) -> None:
    save_weights(tmp_path, WEIGHTS, {}, ("features", "recipe"), {"ndcg@20": 0.5}, {"track_ids": np.arange(3)})
    assert load_weights(tmp_path, "features") == WEIGHTS
    with pytest.raises(CheckpointError, match="another recipe"):
        load_weights(tmp_path, "others")
