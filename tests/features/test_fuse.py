"""Fusion: standardised on the given rows, never NaN, and honest about what is absent."""

import numpy as np
import pytest

from audiorec.errors import InputError
from audiorec.features.fuse import as_block, fuse

NAN = float("nan")


def test_blocks_stand_in_order_and_are_standardised_on_the_given_rows() -> None:
    rng = np.random.default_rng(0)
    audio, network = rng.normal(5, 2, (50, 3)), rng.normal(-1, 9, (50, 2))
    fused = fuse({"network": network, "extra": audio, "audio": audio}, rows=np.arange(40))
    assert list(fused.slices) == ["audio", "network", "extra"]
    assert fused.matrix.shape == (50, 8)
    np.testing.assert_allclose(fused.matrix[:40].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(fused.matrix[:40].std(axis=0), 1, atol=1e-5)
    np.testing.assert_array_equal(fused.matrix[:, fused.slices["audio"]], fused.matrix[:, fused.slices["extra"]])
    assert fused.mask.all()


def test_absent_rows_are_zeros_and_masked() -> None:
    lyrics = np.array([[1.0, NAN], [3.0, 3.0], [5.0, 5.0], [NAN, NAN]])
    fused = fuse({"audio": np.ones((4, 1)), "lyrics": lyrics})
    assert fused.mask[:, 1].tolist() == [False, True, True, False]
    np.testing.assert_allclose(fused.matrix[:, fused.slices["lyrics"]], [[0, 0], [-1, -1], [1, 1], [0, 0]])
    np.testing.assert_array_equal(fused.matrix[:, 0], 0)  # a constant column says nothing
    assert fused.with_mask().shape == (4, 5)


def test_a_block_that_nobody_has_is_all_zeros() -> None:
    fused = fuse({"audio": np.arange(3.0)[:, None], "lyrics": np.full((3, 2), NAN)})
    assert np.isfinite(fused.matrix).all()
    assert not fused.mask[:, 1].any()


def test_new_songs_are_scaled_as_the_old_ones() -> None:
    old = np.random.default_rng(1).normal(size=(30, 4))
    first = fuse({"audio": old})
    np.testing.assert_array_equal(fuse({"audio": old[:5]}, scaling=first.scaling).matrix, first.matrix[:5])
    with pytest.raises(InputError, match="train again"):
        fuse({"audio": old[:, :2]}, scaling=first.scaling)
    with pytest.raises(InputError, match="different lengths"):
        fuse({"audio": old, "lyrics": old[:3]})


def test_as_block_hides_what_is_unknown() -> None:
    block = as_block(np.zeros((2, 3), dtype=np.float32), np.array([True, False]))
    assert fuse({"network": block}).mask[:, 0].tolist() == [True, False]
