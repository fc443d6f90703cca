"""How bands move together: made levels whose answer is known."""

import numpy as np

from audiorec.labels.band_correlations import changes, correlations, relations


def levels(seed: int, frames: int = 300) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 10.0, (128, frames))


def test_bands_that_move_together_correlate_and_silence_goes_with_nothing() -> None:
    level = levels(0)
    level[4:8] = level[0:4]
    level[8:12] = -80.0
    table = np.zeros((32, 32))
    table[np.triu_indices(32, 1)] = correlations(level)
    assert table[0, 1] > 0.95
    assert abs(table[2]).max() < 1e-6
    assert abs(table[5, 6:]).max() < 0.3


def test_louder_changes_nothing_and_twice_the_movement_adds_the_same_everywhere() -> None:
    level = levels(1)
    np.testing.assert_allclose(correlations(level + 6.0), correlations(level), atol=1e-9)
    np.testing.assert_allclose(changes(level + 6.0), changes(level), atol=1e-9)
    # The logarithm of four times a covariance: log 4 on the diagonal, nothing beside it (as far as 0.01 is small).
    moved = np.zeros((20, 20))
    moved[np.triu_indices(20)] = changes(10 * level) - changes(5 * level)
    np.testing.assert_allclose(moved, np.log(4.0) * np.eye(20), atol=0.01)


def test_songs_of_one_batch_are_those_alone() -> None:
    values = np.random.default_rng(2).integers(0, 160, (4, 128, 256)).astype(np.uint8)
    both = relations(values, np.array([0, 0, 1, 1]), 0.5, -80.0)
    alone = relations(values[2:], np.array([0, 0]), 0.5, -80.0)
    for together, single in zip(both, alone, strict=True):
        np.testing.assert_allclose(together[1], single[0])
