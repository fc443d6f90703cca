"""Kept fits: they come back as they were, hold for their own listens only, and lists are the same with and without."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from audiorec.cold_start.dropoutnet import ColdDropoutRecipe
from audiorec.cold_start.taste import Pair, Taste
from audiorec.collaborative.als import AlsRecipe, TrainedAls
from audiorec.collaborative.neumf import NamedNeumf, Neumf, NeumfNet, NeumfRecipe, train
from audiorec.collaborative.neumf import load as load_neumf
from audiorec.data.interactions import Interactions
from audiorec.errors import CheckpointError
from audiorec.hybrid import fit_cache
from audiorec.hybrid.fit_parts import fit_factors
from audiorec.learning.checkpoint import Header

DIGESTS = ("features", "settings")
DROPPING = ColdDropoutRecipe()


@pytest.fixture
def listens() -> Interactions:
    counts = sparse.csr_array((np.random.default_rng(0).random((6, 9)) < 0.5).astype(np.float32))
    return Interactions(tuple("abcdef"), np.arange(10, 19), counts)


def taste_of(listens: Interactions) -> Taste:
    rng = np.random.default_rng(1)
    pairs = [Pair(name, rng.normal(size=(6, 2)), rng.normal(size=(9, 2))) for name in ("linear2", "choice2")]
    return Taste(tuple(pairs), rng.normal(size=9))


def factors_of(listens: Interactions) -> TrainedAls:
    return fit_factors(listens.counts, AlsRecipe(rank=3, penalties=(1.0,), alphas=(5.0,), iterations=2))


def test_taste_holds_for_its_own_listens_only(tmp_path: Path, listens: Interactions) -> None:
    taste = taste_of(listens)
    fit_cache.save(tmp_path, listens, taste, factors_of(listens), None, DIGESTS, DROPPING)
    found = fit_cache.load(tmp_path, listens, DIGESTS)
    assert found.taste is not None
    assert found.cold is None
    np.testing.assert_allclose(found.taste.scores(np.arange(6)), taste.scores(np.arange(6)), atol=1e-5)
    np.testing.assert_allclose(found.taste.popularity, taste.popularity, atol=1e-6)
    assert found.factors is not None
    assert found.factors.setting == (1.0, 5.0)
    np.testing.assert_array_equal(found.factors.scores(np.arange(6)), factors_of(listens).scores(np.arange(6)))
    other = replace(listens, counts=sparse.csr_array(listens.counts * 2.0))
    assert fit_cache.load(tmp_path, other, DIGESTS) == fit_cache.NOTHING


def test_what_other_settings_fitted_is_not_used(tmp_path: Path, listens: Interactions) -> None:
    fit_cache.save(tmp_path, listens, taste_of(listens), factors_of(listens), None, DIGESTS, DROPPING)
    assert fit_cache.load(tmp_path, listens, ("features", "others")) == fit_cache.NOTHING
    with pytest.raises(CheckpointError):
        fit_cache.load(tmp_path, listens, ("others", "settings"))


def test_neumf_serves_other_listens_by_name(tmp_path: Path, listens: Interactions) -> None:
    recipe = NeumfRecipe(factors=4, tower_factors=4, hidden=(4,), epochs=2)
    cold = train(listens.counts, recipe, device=torch.device("cpu"))
    fit_cache.save(tmp_path, listens, taste_of(listens), factors_of(listens), cold, DIGESTS, DROPPING)
    grown = Interactions(("c", "new", "a"), np.array([9, 11, 18, 30]), sparse.csr_array(np.ones((3, 4), np.float32)))
    found = fit_cache.load(tmp_path, grown, DIGESTS).cold
    assert found is not None
    whole = load_neumf(tmp_path / "cold").model.scores(np.arange(6))
    mine = found.scores(np.arange(3))
    np.testing.assert_allclose(mine[[0, 2]][:, [1, 2]], whole[[2, 0]][:, [1, 8]], rtol=1e-6)
    assert np.isnan(mine[1]).all()
    assert np.isnan(mine[:, [0, 3]]).all()


@settings(max_examples=25, deadline=None)
@given(
    stored=st.permutations(list(range(12))).flatmap(lambda p: st.integers(1, 12).map(lambda n: sorted(p[:n]))),
    wanted=st.lists(st.integers(0, 14), min_size=1, max_size=15, unique=True),
    users=st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True),
    asked=st.lists(st.sampled_from("abcdxy"), min_size=1, max_size=6, unique=True),
)
def test_aligned_rows_are_those_of_the_same_names(
    stored: list[int], wanted: list[int], users: list[str], asked: list[str]
) -> None:
    """Against a plain look-up by name, for any stored and any asked users and songs."""
    torch.manual_seed(0)
    net = NeumfNet(len(users), len(stored), 2, 2, (2,))
    model = Neumf(net.eval(), np.ones(len(users), bool), np.ones(len(stored), bool))
    named = NamedNeumf(model, tuple(users), np.array(stored), Header("neumf", {}))
    songs = np.array(sorted(wanted))
    listens = Interactions(tuple(asked), songs, sparse.csr_array((len(asked), len(songs)), dtype=np.float32))
    found, whole = fit_cache.aligned(named, listens).scores(np.arange(len(asked))), model.scores(np.arange(len(users)))
    for row, user in enumerate(asked):
        for column, song in enumerate(songs):
            if user in users and song in stored:
                right = whole[users.index(user), stored.index(song)]
                assert found[row, column] == pytest.approx(right, rel=1e-5, abs=1e-6)
            else:
                assert np.isnan(found[row, column])
