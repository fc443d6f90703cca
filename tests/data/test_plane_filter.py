"""Patches as differences come back to the bit, and pack smaller where neighbours are alike."""

import zlib

import numpy as np
import pytest

from audiorec.data.plane_filter import differences, restored


@pytest.mark.parametrize("shape", [(3, 8, 5), (1, 1, 1), (0, 2, 40), (2, 2, 1000)])
def test_comes_back(shape: tuple[int, ...]) -> None:
    patches = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    np.testing.assert_array_equal(restored(differences(patches)), patches)


def test_a_plane_leaves_nothing_and_a_slope_packs_smaller() -> None:
    across, down = np.arange(60), np.arange(40)[:, None]
    assert not differences((2 * across + 3 * down).astype(np.uint8))[1:, 1:].any()
    noise = np.random.default_rng(0).integers(0, 4, (40, 60))
    slope = (2 * across + 3 * down + noise).astype(np.uint8)
    assert len(zlib.compress(differences(slope).tobytes())) < 0.8 * len(zlib.compress(slope.tobytes()))
