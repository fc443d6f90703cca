"""The block filter against SciPy's loop over samples."""

import numpy as np
import pytest
import scipy.signal

from audiorec.features.descriptors.block_filter import STEP, BlockFilter, block_response
from audiorec.features.descriptors.loudness import k_weighting


@pytest.mark.parametrize("rate", [1_000, 8_000, 44_100, 192_000, 768_000])
def test_it_gives_what_the_loop_gives_in_pieces_of_any_number_of_steps(rate: int) -> None:
    rng = np.random.default_rng(0)
    # A constant offset is what a high-pass at 38 Hz finds hardest at high rates.
    sound = (0.3 + rng.standard_normal((2, 200 * STEP))).astype(np.float32)
    filter_ = BlockFilter(block_response(k_weighting(rate)), 2)
    pieces = np.split(sound, np.array([1, 4, 100, 101]) * STEP, axis=1)
    ours = np.concatenate([filter_.push(np.ascontiguousarray(piece)) for piece in pieces], axis=1)
    loop = scipy.signal.sosfilt(k_weighting(rate), sound.astype(np.float64), axis=1)
    assert np.abs(ours - loop).max() < 5e-6 * loop.std()


def test_filters_of_one_section_work_too() -> None:
    section = scipy.signal.butter(2, 0.01, output="sos")
    sound = np.random.default_rng(1).standard_normal((1, 8 * STEP)).astype(np.float32)
    ours = BlockFilter(block_response(section), 1).push(sound)
    assert np.abs(ours - scipy.signal.sosfilt(section, sound.astype(np.float64))).max() < 1e-5
