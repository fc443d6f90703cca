"""Which stretches of a song are kept: loud and unlike each other, held in bounded memory while the song streams by.

A song is cut into segments of equal length. Those that are kept are picked greedily: first the most energetic, then
always the one with the best sum of energy and distance to what was picked. It does not know beats or song structure.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
# Sound held for a song at most; beyond it every second candidate is dropped, so a 10-hour file costs no more.
HELD_BYTES = 96 * 2**20
# Weight of being different against being loud, both in standard deviations of the song.
_NOVELTY = 1.0


@dataclass(frozen=True)
class Candidate:
    """One segment: its place, its log-mel [frames, bands] in dB, and its sound [n, channels] at the file's rate."""

    place: int
    logmel: Float
    sound: Float

    @property
    def size(self) -> int:
        """Bytes held."""
        return self.logmel.nbytes + self.sound.nbytes


class Shelf:
    """Candidates of a song in the order of time, thinned when they grow too big."""

    def __init__(self, held_bytes: int = HELD_BYTES) -> None:
        self._most = held_bytes
        self._bytes, self._stride = 0, 1
        self.candidates: list[Candidate] = []

    def wants(self, place: int) -> bool:
        """Whether the segment at this place would be kept now."""
        return place % self._stride == 0

    def add(self, candidate: Candidate) -> None:
        """Keep a candidate; when the shelf is full, every second one leaves."""
        if not self.wants(candidate.place):
            return
        self.candidates.append(candidate)
        self._bytes += candidate.size
        while self._bytes > self._most and len(self.candidates) > 1:
            self._stride *= 2
            self.candidates = [kept for kept in self.candidates if self.wants(kept.place)]
            self._bytes = sum(kept.size for kept in self.candidates)


class Cutter:
    """Rows that come in pieces of any length leave in pieces of one length."""

    def __init__(self, length: int) -> None:
        self.length, self._held, self._count = length, deque[Float](), 0

    @property
    def ready(self) -> bool:
        """Whether a piece can be taken."""
        return self._count >= self.length

    def push(self, rows: Float) -> None:
        """Add rows [n, .]."""
        self._held.append(rows)
        self._count += len(rows)

    def take(self) -> Float:
        """The next rows; what is behind them stays where it is, uncopied."""
        parts, missing = list[Float](), self.length
        while missing:
            part = self._held.popleft()
            parts.append(part[:missing])
            if len(part) > missing:
                self._held.appendleft(part[missing:])
            missing -= len(parts[-1])
        self._count -= self.length
        return np.concatenate(parts)

    def rest(self) -> Float:
        """What is left, shorter than a piece."""
        return np.concatenate(self._held) if self._held else np.zeros((0, 1), np.float32)


def pick(candidates: list[Candidate], count: int) -> list[int]:
    """Positions of up to `count` candidates, the best first."""
    if not candidates:
        return []
    means = np.stack([candidate.logmel.mean(axis=0) for candidate in candidates])
    energy = _standardised(means.mean(axis=1))
    distance = np.sqrt(np.square(means[:, None] - means[None]).mean(axis=2))
    spread = max(float(distance.mean()), 1e-6)
    chosen = [int(energy.argmax())]
    while len(chosen) < min(count, len(candidates)):
        score = energy + _NOVELTY * distance[:, chosen].min(axis=1) / spread
        score[chosen] = -np.inf
        chosen.append(int(score.argmax()))
    return chosen


def _standardised(values: Float) -> Float:
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-6), dtype=np.float32)
