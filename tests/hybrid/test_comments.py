"""What people write about songs is content like their sound, and missing where nobody wrote."""

from pathlib import Path

import numpy as np
import pytest

from audiorec.cold_start.block_weights import BLOCKS, ContentRecipe
from audiorec.data.comments import comment_feelings
from audiorec.data.events import Event, write_events
from audiorec.data.workspace import Workspace
from audiorec.hybrid.inputs import gather
from tests.ranking import small_library


def comment(track: int | None, feeling: float) -> Event:
    return "ann", track, "{}", None, None, "comment", feeling, 1


def test_mean_spread_and_number_of_comments(tmp_path: Path) -> None:
    write_events(tmp_path, "netease:/a", [comment(1, 0.5), comment(1, -0.5), comment(3, 1.0), comment(None, 1.0)])
    write_events(tmp_path, "netease:/b", [comment(3, 0.0), ("ann", 2, "{}", None, None, "play", 5.0, 2)])
    found = comment_feelings(tmp_path, [1, 2, 3])
    expected = [[0.0, 0.5, np.log(3)], [np.nan] * 3, [0.5, 0.5, np.log(3)]]
    np.testing.assert_allclose(found, expected)
    assert comment_feelings(tmp_path, [2]) is None


def test_they_reach_the_content_of_the_hybrid(tmp_path: Path) -> None:
    small_library.build(tmp_path)
    with Workspace.open(tmp_path) as space:
        assert len(gather(space, ContentRecipe()).content.blocks) == len(BLOCKS) - 1
    write_events(tmp_path, "netease:/a", [comment(5, 0.25), comment(30, -1.0)])
    with Workspace.open(tmp_path) as space:
        material = gather(space, ContentRecipe())
    block = material.content.blocks[-1]
    rows = {track.id: row for row, track in enumerate(material.tracks)}
    assert len(material.content.blocks) == len(material.content.weights) == len(BLOCKS)
    assert block[rows[5], 0] == pytest.approx(0.25)
    assert np.isnan(block).all(axis=1).sum() == len(rows) - 2
