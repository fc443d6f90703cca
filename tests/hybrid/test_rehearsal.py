"""Rehearsal: cold artists keep no listen, nothing is both seen and held, and nobody is left without a song."""

import numpy as np
import pytest

from audiorec.data.workspace import Workspace
from audiorec.hybrid.inputs import Material, gather
from audiorec.hybrid.rehearsal import COLD_ARTIST, COLD_SONG, WARM, set_stage
from tests.ranking.small_library import build


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    root = tmp_path_factory.mktemp("rehearsal")
    build(root)
    with Workspace.open(root) as space:
        return gather(space)


def test_stage(material: Material) -> None:
    stage = set_stage(material, {"artist 2"}, held_out=0.2, seed=0)
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
    stage = set_stage(material, {"artist 2", "artist 3"}, held_out=0.2, seed=0)
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
