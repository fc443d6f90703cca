"""Frames of a song: all of a short one, evenly spread stretches of a long one, never more than there is room for."""

import numpy as np

from audiorec.features.descriptors.held_frames import HeldFrames


def fill(frames: int, most: int = 64, stretch: int = 8) -> np.ndarray:
    held = HeldFrames(most, stretch)
    for first in range(0, frames, 3):
        numbers = np.arange(first, min(first + 3, frames), dtype=np.float32)
        held.push(level=numbers, colour=np.stack([numbers, -numbers], axis=1))
    rows = held.rows()
    assert (rows["colour"][:, 1] == -rows["level"]).all()
    return rows["level"]


def test_all_frames_of_a_short_song() -> None:
    np.testing.assert_array_equal(fill(50), np.arange(50))


def test_a_long_one_is_held_in_whole_stretches_spread_evenly() -> None:
    kept = fill(100_000)
    assert 32 <= len(kept) <= 64 + 2 * 9
    starts = kept[np.flatnonzero(np.diff(kept, prepend=-2) != 1)]
    assert len(set(np.diff(starts)[:-1].tolist())) == 1
    assert starts[0] == 0
    assert kept[-1] > 90_000
