"""What the hybrid reads of songs: an encoder's blocks, and weights for every block that is learned."""

from pathlib import Path

import numpy as np

from audiorec.cold_start.block_weights import BLOCKS, ContentRecipe
from audiorec.data.encoder_outputs import EncodedBy, EncodedSongs
from audiorec.data.workspace import Workspace
from audiorec.hybrid.inputs import encoder_blocks, gather
from tests.ranking import small_library


def test_an_encoders_output_is_mean_and_spread() -> None:
    mean, spread = np.arange(6, dtype=np.float32).reshape(2, 3), np.ones((2, 3), dtype=np.float32)
    mean[1] = spread[1] = np.nan  # not encoded
    found = encoder_blocks(EncodedSongs(EncodedBy("made", "0"), mean, spread, np.zeros((2, 0), np.float32)), 2)
    np.testing.assert_array_equal(found["encoder"], mean)
    np.testing.assert_array_equal(found["encoder_spread"], spread)


def test_without_an_encoder_the_blocks_are_there_and_empty() -> None:
    assert {name: block.shape for name, block in encoder_blocks(None, 4).items()} == {
        "encoder": (4, 0),
        "encoder_spread": (4, 0),
    }
    assert set(ContentRecipe().learned) <= set(BLOCKS)
    assert set(BLOCKS) <= set(ContentRecipe.model_fields)


def test_artists_names_are_content_that_this_library_weighs(tmp_path: Path) -> None:
    small_library.build(tmp_path)
    with Workspace.open(tmp_path) as space:
        content = gather(space, ContentRecipe()).content
    names = dict(zip(content.names, content.blocks, strict=True))["artist"]
    assert np.isfinite(names).all()
    assert "artist" in ContentRecipe().learned
