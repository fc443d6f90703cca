"""Cutting a stream of samples into centred, overlapping frames, and what is read off the samples themselves.

Frames are centred on multiples of the hop, with silence before the start and after the end, as librosa's
`center=True, pad_mode="constant"` does; n samples give 1 + n // hop frames. It does not know spectra.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
# Samples nearer to zero than this count as zero, so that dither around silence does not cross it.
_ZERO = np.float32(1e-10)


@dataclass(frozen=True)
class Stretch:
    """Consecutive frames: `samples` covers them; `crossed` marks samples that differ in sign from the one before."""

    samples: Float
    crossed: NDArray[np.bool_]
    count: int
    n_fft: int
    hop: int

    def frames(self) -> Float:
        """View [count, n_fft]."""
        step = self.samples.strides[0]
        shape, strides = (self.count, self.n_fft), (self.hop * step, step)
        return np.lib.stride_tricks.as_strided(self.samples, shape, strides, writeable=False)

    def rms(self) -> Float:
        """Root of the mean square of every frame [count]."""
        tiles = self._tiles(self.samples)
        return np.asarray(np.sqrt(self._frame_sums(np.einsum("hs,hs->h", tiles, tiles)) / np.float32(self.n_fft)))

    def crossings(self) -> Float:
        """Zero crossings of every frame as a share of its samples [count]."""
        inside = self._frame_sums(np.einsum("hs->h", self._tiles(self.crossed.astype(np.float32))))
        starts = self.crossed[: self.count * self.hop : self.hop]
        return (inside - starts) / np.float32(self.n_fft)

    def _tiles(self, values: Float) -> Float:
        """Values cut into hops: a frame is a whole number of them, so all frames that overlap share their sums."""
        hops = self.count - 1 + self.n_fft // self.hop
        return values[: hops * self.hop].reshape(hops, self.hop)

    def _frame_sums(self, hop_sums: Float) -> Float:
        sums = hop_sums[: self.count].copy()
        for later in range(1, self.n_fft // self.hop):
            sums += hop_sums[later : later + self.count]
        return sums


class Framer:
    """Takes samples in pieces of any size, gives stretches of `per_stretch` frames; `finish` gives the rest."""

    def __init__(self, n_fft: int, hop: int, per_stretch: int) -> None:
        self._n_fft, self._hop, self._per_stretch = n_fft, hop, per_stretch
        self._held: list[Float] = [np.zeros(n_fft // 2, np.float32)]
        self._length = n_fft // 2
        self._is_first = True
        self.samples = 0

    def push(self, samples: Float) -> Iterator[Stretch]:
        """Add samples [n]; gives every stretch that is complete."""
        self._held.append(samples)
        self._length += len(samples)
        self.samples += len(samples)
        needed = (self._per_stretch - 1) * self._hop + self._n_fft
        while self._length >= needed:
            yield self._cut(self._per_stretch, end=None)

    def finish(self) -> Iterator[Stretch]:
        """Give the frames that are left, at least one if any sample came."""
        end = self._length
        self._held.append(np.zeros(self._n_fft // 2, np.float32))
        self._length += self._n_fft // 2
        while self.samples and self._length >= self._n_fft:
            count = min(self._per_stretch, 1 + (self._length - self._n_fft) // self._hop)
            before = self._length
            yield self._cut(count, end)
            end -= before - self._length

    def _cut(self, count: int, end: int | None) -> Stretch:
        whole = np.concatenate(self._held) if len(self._held) > 1 else self._held[0]
        samples = whole[: (count - 1) * self._hop + self._n_fft]
        crossed = np.zeros(len(samples), bool)
        negative = samples < -_ZERO
        np.not_equal(negative[1:], negative[:-1], out=crossed[1:])
        # The padding repeats the sign of the sample beside it: silence before or after a song is no crossing.
        if self._is_first:
            crossed[self._n_fft // 2] = False
            self._is_first = False
        if end is not None and end < len(crossed):
            crossed[end] = False
        rest = whole[count * self._hop :]
        self._held, self._length = [rest], len(rest)
        return Stretch(samples, crossed, count, self._n_fft, self._hop)
