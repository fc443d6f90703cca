"""Rehearsal: cold artists keep no listen, nothing is both seen and held, and nobody is left without a song."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from audiorec.cold_start.block_weights import ContentRecipe
from audiorec.cold_start.taste import Content
from audiorec.data.interactions import Interactions
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.hybrid.inputs import Elsewhere, Material, gather
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.hybrid.rehearsal import COLD_ARTIST, COLD_SONG, WARM, rehearse, set_stage
from audiorec.hybrid.settings import shipped
from tests.ranking.small_library import build


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    root = tmp_path_factory.mktemp("rehearsal")
    build(root)
    with Workspace.open(root) as space:
        return gather(space, ContentRecipe())


def test_stage(material: Material) -> None:
    stage = set_stage(material, {"artist 2"}, held_out=0.2, cold_songs=0.1, seed=0)
    whole = material.listens.counts.toarray()
    seen, held = stage.seen.counts.toarray(), stage.held.toarray()
    np.testing.assert_array_equal(seen + held, whole)
    assert not (seen * held).any()
    assert not seen[:, stage.kind != WARM].any()
    np.testing.assert_array_equal(np.flatnonzero(stage.kind == COLD_ARTIST), [8, 9, 10, 11])
    assert (stage.kind == COLD_SONG).any()
    assert (seen > 0).any(axis=1).all()
    assert not stage.asked[30:].any()


def test_mixed_lists_ask_for_the_same_share_of_cold_and_warm(material: Material) -> None:
    stage = set_stage(material, {"artist 2", "artist 3"}, held_out=0.2, cold_songs=0.1, seed=0)
    rows = stage.users(100, 0)
    _, relevant = stage.mixed(rows)
    asked = (
        relevant[:, stage.kind == COLD_ARTIST].sum()
        / (stage.held[rows].toarray()[:, stage.kind == COLD_ARTIST] > 0).sum()
    )
    assert 0.1 < asked < 0.35
    candidates, wanted = stage.lists(rows, (COLD_ARTIST,))
    assert not candidates[:, stage.kind != COLD_ARTIST].any()
    assert not (wanted & ~candidates).any()


def test_what_cold_artists_have_without_features_is_hidden_too(material: Material) -> None:
    played = sparse.csr_array(np.ones((len(material.listens.users), 3), dtype=np.float32))
    wider = replace(material, elsewhere=Elsewhere(played, ("artist 2", "artist 3", "track 99")))
    stage = set_stage(wider, {"artist 2"}, held_out=0.2, cold_songs=0.1, seed=0)
    assert stage.elsewhere is not None
    assert stage.elsewhere.listens.shape[1] == 2
    assert stage.elsewhere.artists == ("artist 3", "track 99")
    without = wider.without_artists({"artist 2", "artist 3"})
    assert without.elsewhere is not None
    assert without.elsewhere.artists == ("track 99",)
    assert without.without_artists({"track 99"}).elsewhere is None
    assert not without.listens.counts[:, 8:16].nnz
    assert without.listens.counts[:, 16:].nnz == material.listens.counts[:, 16:].nnz


def test_a_rehearsal_learns_from_the_names_of_whom_it_may_hear(material: Material) -> None:
    names = (*(f"band {n}" for n in range(12)), "track 99")
    listens = np.random.default_rng(0).integers(1, 5, (len(material.listens.users), len(names))).astype(np.float32)
    wider = replace(material, elsewhere=Elsewhere(sparse.csr_array(listens), names))
    stage = set_stage(wider, {"artist 2", "band 3"}, held_out=0.2, cold_songs=0.1, seed=0)
    seen = replace(wider, elsewhere=stage.elsewhere).artist_names
    assert seen is not None
    assert "band 3" not in seen.elsewhere
    assert seen.elsewhere[-1] == ""  # a song without an artist, which is no name
    parts = rehearse(
        wider, stage, replace(shipped(HybridRecipe()), neumf=None, network=None), device=torch.device("cpu")
    )
    assert np.isfinite(parts.taste.scores(np.arange(3))).all()


@settings(max_examples=40, deadline=None)
@given(
    counts=arrays(np.float32, st.tuples(st.integers(1, 12), st.integers(1, 20)), elements=st.integers(0, 3)),
    held_out=st.floats(0.0, 1.0),
    seed=st.integers(0, 5),
    data=st.data(),
)
def test_seen_and_held_make_the_whole(counts: np.ndarray, held_out: float, seed: int, data: st.DataObject) -> None:
    users, songs = counts.shape
    artist = np.array(data.draw(st.lists(st.integers(-1, 4), min_size=songs, max_size=songs)))
    tracks = [
        Track(n, b"", "", (f"a{who}",) if who >= 0 else (), "", None, "", 1.0, "ok", "") for n, who in enumerate(artist)
    ]
    listens = Interactions(tuple(map(str, range(users))), np.arange(songs), sparse.csr_array(counts))
    content = Content([np.zeros((songs, 1))], [1.0], np.ones(songs, dtype=bool))
    material = Material(tracks, listens, None, content, artist, [], {}, "", np.zeros((songs, 64), dtype=np.uint8))
    stage = set_stage(material, {"a1", "a3"}, held_out=held_out, cold_songs=0.1, seed=seed)
    np.testing.assert_array_equal((stage.seen.counts + stage.held).toarray(), counts)
    assert not stage.seen.counts.multiply(stage.held).nnz
    rows = stage.users(1000, seed)
    together = stage.mixed(rows)
    for place in range(len(rows)):  # a user asked alone gets the same list
        alone = stage.mixed(rows[place : place + 1])
        np.testing.assert_array_equal(alone[0][0], together[0][place])
        np.testing.assert_array_equal(alone[1][0], together[1][place])


def test_no_user_is_left_out_for_want_of_memory(material: Material) -> None:
    stage = replace(
        set_stage(material, {"artist 2"}, held_out=0.2, cold_songs=0.1, seed=0), kind=np.zeros(3_000_000, dtype=np.int8)
    )
    blocks = stage.blocks(np.arange(20))
    np.testing.assert_array_equal(np.concatenate(blocks), np.arange(20))
    assert max(map(len, blocks)) == 1
