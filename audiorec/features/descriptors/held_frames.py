"""Values of every frame of a song, in bounded memory: of very long recordings, stretches spread evenly over them.

It knows nothing of what the values mean. Stretches stay whole, since slopes and rhythm look at neighbouring frames.
"""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
# At 43 frames a second: all frames of up to 50 minutes, then stretches of 95 s, every second one, every fourth one, ...
# If all were held, the worker would need 1.6 GB for a file of ten hours.
MOST_FRAMES, STRETCH = 131_072, 4_096

Values = dict[str, Float]


class HeldFrames:
    """Takes values of consecutive frames by name."""

    def __init__(self, most: int = MOST_FRAMES, stretch: int = STRETCH) -> None:
        self._most, self._stretch = most, stretch
        self._kept: list[tuple[int, list[Values]]] = []
        self._stride, self._place = 1, 0
        self._open: list[Values] = []
        self._open_frames = 0

    def push(self, **values: Float) -> None:
        """Add values [T, ...] of the next T frames; the names are the same every time."""
        self._open.append(values)
        self._open_frames += len(next(iter(values.values())))
        if self._open_frames >= self._stretch:
            self._close()

    def rows(self) -> Values:
        """What is held, in the order of time."""
        parts = [part for _, stretch in self._kept for part in stretch] + self._open
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _close(self) -> None:
        if self._place % self._stride == 0:
            self._kept.append((self._place, self._open))
        self._place += 1
        self._open, self._open_frames = [], 0
        if len(self._kept) * self._stretch > self._most:
            self._stride *= 2
            self._kept = [(place, stretch) for place, stretch in self._kept if place % self._stride == 0]
