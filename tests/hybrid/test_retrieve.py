"""Two steps to a list: the union of the best of each signal is scored as ranking every song would score it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from audiorec.hybrid import retrieve
from audiorec.hybrid.retrieve import EACH, best_of_each, order, places, score_union
from audiorec.hybrid.weights import SIGNALS, Weights, calibrate, rough_places, score
from audiorec.learning.coded_vectors import code, inner_products

SONGS = 20_000


def made(seed: int) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.bool_]]:
    """Signals that agree a little, with silences and ties as the real ones have, and which songs are candidates."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=SONGS)
    signals = {name: 0.5 * common + rng.normal(size=SONGS) for name in SIGNALS}
    signals["collaborative"][rng.random(SONGS) < 0.3] = np.nan
    signals["artist"] = np.where(signals["artist"] > 1.5, np.floor(4.0 * signals["artist"]), -np.inf)
    signals["popularity"] = np.round(signals["popularity"], 1)
    return signals, rng.random(SONGS) > 0.1


def weights(seed: int) -> Weights:
    drawn = np.random.default_rng(seed).dirichlet(np.ones(len(SIGNALS)), 2)
    warm, cold = (dict(zip(SIGNALS, side.tolist(), strict=True)) for side in drawn)
    return Weights(warm, cold, 0.8, 1.0, 2.0)


@pytest.mark.parametrize("seed", range(5))
def test_the_list_is_that_of_ranking_everything(seed: int) -> None:
    signals, candidates = made(seed)
    warmth = np.random.default_rng(seed).random((1, SONGS))
    whole = score(weights(seed), {name: one[None] for name, one in signals.items()}, candidates[None], warmth)
    union = best_of_each(signals, candidates)
    assert len(union.columns) <= EACH * len(signals)
    found = score_union(weights(seed), signals, union, warmth[:, union.columns])
    np.testing.assert_allclose(found.total[0], whole.total[0, union.columns], atol=1e-12)
    for name, parts in found.contributions.items():
        np.testing.assert_allclose(parts[0], whole.contributions[name][0, union.columns], atol=1e-12)
    first = union.columns[np.argsort(-found.total[0])[:20]]
    assert len(set(first) & set(np.argsort(-whole.total[0])[:20])) >= 19


def test_places_are_those_of_sorting_everything() -> None:
    signals, candidates = made(1)
    for values in signals.values():
        ordered = order(values, candidates, EACH)
        whole = calibrate(values[None], candidates[None])[0, candidates]
        np.testing.assert_allclose(places(values[candidates], ordered), whole)


def test_what_is_not_allowed_is_not_in_the_union_but_keeps_its_place() -> None:
    signals, candidates = made(2)
    allowed = np.arange(SONGS) % 50 == 0
    union = best_of_each(signals, candidates, allowed)
    assert len(union.columns) > EACH
    assert (allowed & candidates)[union.columns].all()
    everything = best_of_each(signals, candidates)
    for name, ordered in union.ordered.items():
        np.testing.assert_array_equal(ordered.best, everything.ordered[name].best)


def test_many_equal_values_bring_no_more_than_asked() -> None:
    same = {"popularity": np.ones(SONGS)}
    assert len(best_of_each(same, np.ones(SONGS, dtype=bool), each=30).columns) == 30
    nothing = best_of_each({"artist": np.full(SONGS, -np.inf)}, np.ones(SONGS, dtype=bool))
    assert len(nothing.columns) == 0


def test_the_list_of_coded_vectors_is_that_of_exact_products() -> None:
    rng = np.random.default_rng(0)
    styles = rng.normal(size=(40, 32))
    songs = {name: styles[np.arange(SONGS) % 40] + rng.normal(size=(SONGS, 32)) for name in SIGNALS[:5]}
    popular, everybody = rng.normal(size=SONGS).astype(np.float32), np.ones(SONGS, dtype=bool)
    coded = {name: code(vectors.astype(np.float32)) for name, vectors in songs.items()}
    shared = []
    for user in range(20):
        mine, warmth = styles[user : user + 1] + rng.normal(size=(1, 32)), rng.random((1, SONGS))
        exact = {name: (mine @ vectors.T)[0] for name, vectors in songs.items()} | {"popularity": popular}
        rough = {name: inner_products(mine, vectors)[0] for name, vectors in coded.items()} | {"popularity": popular}
        whole = score(weights(user), {name: one[None] for name, one in exact.items()}, everybody[None], warmth)
        union = best_of_each(rough, everybody)
        found = score_union(weights(user), rough, union, warmth[:, union.columns])
        first = union.columns[np.argsort(-found.total[0])[:20]]
        shared.append(len(set(first) & set(np.argsort(-whole.total[0])[:20])) / 20)
    assert np.mean(shared) >= 0.98


def test_rough_places_are_near_those_of_sorting() -> None:
    values = made(3)[0]["collaborative"][None].astype(np.float32)
    sorted_out = calibrate(values, np.ones((1, 1), dtype=bool))
    np.testing.assert_allclose(rough_places(values), sorted_out, atol=0.005)
    best = np.argsort(-np.nan_to_num(values[0], nan=-9.0))[:50]
    np.testing.assert_allclose(rough_places(values)[0, best], sorted_out[0, best], atol=1e-3)
    same = np.full((1, SONGS), 3.0)
    np.testing.assert_allclose(rough_places(same), calibrate(same, np.ones((1, 1), dtype=bool)), atol=1e-6)
    assert np.isnan(rough_places(np.full((1, SONGS), np.nan))).all()


def many(seed: int) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.bool_]]:
    """So many songs that a sample tells where most of them stand."""
    rng = np.random.default_rng(seed)
    songs, common = 400_000, rng.normal(size=400_000)
    signals = {name: (0.5 * common + rng.normal(size=songs)).astype(np.float32) for name in SIGNALS}
    signals["collaborative"][rng.random(songs) < 0.3] = np.nan
    signals["artist"] = np.where(rng.random(songs) < 0.001, signals["artist"], -np.inf).astype(np.float32)
    signals["popularity"] = np.round(signals["popularity"])  # six values: too few stand above any
    return signals, rng.random(songs) > 0.1


def test_of_very_many_songs_the_best_are_exact_and_the_others_nearly_in_place() -> None:
    signals, candidates = many(0)
    union = best_of_each(signals, candidates)
    for name, values in signals.items():
        able = candidates & np.isfinite(values)
        best = np.flatnonzero(able)[np.argsort(-values[able], kind="stable")][:EACH]
        assert set(best) <= set(union.columns), name
        whole, ordered = calibrate(values[None], candidates[None])[0], union.ordered[name]
        if ordered.step > 1 and len(ordered.others):
            assert len(ordered.best) + len(ordered.others) < 0.4 * able.sum()
        np.testing.assert_allclose(places(values[best], ordered), whole[best], atol=2e-4)
        np.testing.assert_allclose(places(values[able], ordered), whole[able], atol=0.01)


def test_of_very_many_songs_the_list_is_that_of_sorting_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    signals, candidates = many(1)
    warmth, shared = np.random.default_rng(1).random((1, len(candidates))), []
    for allowed in (None, np.arange(len(candidates)) % 3 == 0):
        sampled = best_of_each(signals, candidates, allowed)
        monkeypatch.setattr(retrieve, "_SAMPLE", len(candidates))
        whole = best_of_each(signals, candidates, allowed)
        monkeypatch.undo()
        np.testing.assert_array_equal(sampled.columns, whole.columns)
        for user in range(10):
            near, true = (
                score_union(weights(user), signals, union, warmth[:, union.columns]).total[0].argsort()[::-1][:20]
                for union in (sampled, whole)
            )
            shared.append(len(set(near) & set(true)) / 20)
    assert np.mean(shared) >= 0.98
