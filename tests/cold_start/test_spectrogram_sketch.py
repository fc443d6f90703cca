"""The sketch: level, deviation and the speed of a swing that was put in; songs without patches say nothing."""

import numpy as np

from audiorec.cold_start.spectrogram_sketch import EDGES, GROUPS, sketch


def test_level_and_speed_of_a_swing() -> None:
    frames = np.arange(256)
    patch = np.full((32, 256), 100.0)
    patch[5] += 40.0 * np.sin(2 * np.pi * 10 * frames / 256)  # ten cycles a patch: the octave from 8 to 16
    patches = np.stack([patch, patch]).round().astype(np.uint8)
    found = sketch(patches, np.array([1, 1]), 3, 0.5, -80.0)
    np.testing.assert_allclose(found[1, :5], -30.0)
    np.testing.assert_allclose(found[1, 32 + 5], 0.5 * 40.0 / np.sqrt(2), rtol=0.01)
    swings = found[1, 64:].reshape(GROUPS, len(EDGES) - 1)
    assert np.unravel_index(np.argmax(swings), swings.shape) == (2, 3)
    assert np.isnan(found[[0, 2]]).all()


def test_gain_moves_the_levels_and_nothing_else() -> None:
    patches = np.random.default_rng(0).integers(20, 100, (1, 32, 64)).astype(np.uint8)
    quiet, loud = (sketch(values, np.zeros(1, dtype=np.int64), 1, 0.5, -80.0)[0] for values in (patches, patches + 12))
    np.testing.assert_allclose(loud[:32], quiet[:32] + 6.0, rtol=1e-5)
    np.testing.assert_allclose(loud[32:], quiet[32:], atol=1e-4)
