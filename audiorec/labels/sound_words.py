"""Sound words: dictionaries of short sounds, learned from unlabelled log-mel patches, and how much a song uses each.

Windows of one, eight and twenty-four frames are whitened and clustered on the sphere; a song is the mean and the spread
of its windows' likeness to every cluster, as far as that passes a threshold. Sources: Coates & Ng 2012, "Learning
feature representations with k-means"; Dieleman & Schrauwen 2013, "Multiscale approaches to music audio feature
learning". It needs no label, and does not know what songs are asked about.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
# Frames of a window, numbers kept after whitening, words. More words and other lengths changed little.
SIZES = ((1, 40, 256), (8, 80, 512), (24, 80, 256))
BANDS = 64
_ROUNDS = 10
# Share of the likenesses of windows to words that count as none.
_SILENT = 0.85


@dataclass(frozen=True)
class Dictionary:
    """Words for windows of `frames` frames.

    Shape:
        level [bands]: of an average song; mean [bands * frames]; whiten [bands * frames, d]; words [K, d]; threshold.
    """

    frames: int
    level: Floats
    mean: Floats
    whiten: Floats
    words: Floats
    threshold: float

    def likeness(self, patches: NDArray[np.uint8]) -> Floats:
        """Likeness beyond the threshold of every second window of patches [P, bands, T] to every word: [windows, K]."""
        found = [self._likeness(_windows(patch, self.frames)) for patch in _levels(patches, self.level)]
        return np.asarray(np.maximum(np.concatenate(found) - self.threshold, 0.0), dtype=np.float32)

    def _likeness(self, windows: Floats) -> Floats:
        return np.asarray(_unit((windows - self.mean) @ self.whiten) @ self.words.T, dtype=np.float32)


def learn_dictionaries(patches: NDArray[np.uint8], seed: int, windows: int = 60_000) -> tuple[Dictionary, ...]:
    """Learn from stored patches [P, bands, T] (bands a multiple of 64, at least 25 frames)."""
    rng = np.random.default_rng(seed)
    chosen = patches[np.sort(rng.permutation(len(patches))[:6000])]
    level = np.asarray(np.mean([_grouped(part).mean(axis=(0, 2)) for part in chosen[:, None]], axis=0), np.float32)
    return tuple(_learn(chosen, level, size, windows, rng) for size in SIZES)


def describe(dictionaries: Sequence[Dictionary], patches: NDArray[np.uint8]) -> Floats:
    """One song's patches [P, bands, T] -> float32 [2 * words]: root of the mean use of each word, and its spread."""
    found = []
    for dictionary in dictionaries:
        used = dictionary.likeness(patches)
        found += [np.sqrt(used.mean(axis=0)), used.std(axis=0)]
    return np.concatenate(found)


def describe_all(dictionaries: Sequence[Dictionary], patches: NDArray[np.uint8], owner: NDArray[np.int64]) -> Floats:
    """The same for every song 0..N-1 of `owner` [P], which rises: float32 [N, 2 * words]."""
    parts = np.split(patches, np.flatnonzero(np.diff(owner)) + 1)
    return np.stack([describe(dictionaries, part) for part in parts])


def _learn(
    patches: NDArray[np.uint8], level: Floats, size: tuple[int, int, int], count: int, rng: np.random.Generator
) -> Dictionary:
    frames, kept, words = size
    owner, start = rng.integers(len(patches), size=count), rng.integers(patches.shape[2] - frames, size=count)
    windows = np.empty((count, BANDS * frames), dtype=np.float32)
    order = np.argsort(owner, kind="stable")
    # A patch at a time: all patches as floats would be four times their bytes, several times over.
    for rows in np.split(order, np.flatnonzero(np.diff(owner[order])) + 1):
        levels = _levels(patches[owner[rows[:1]]], level)[0]
        for row in rows:
            windows[row] = levels[:, start[row] : start[row] + frames].ravel()
    mean = windows.mean(axis=0)
    windows -= mean
    values, vectors = np.linalg.eigh(windows.T @ windows / count)
    values, vectors = values[::-1][:kept], vectors[:, ::-1][:, :kept]
    # A tenth of the mean variance is added: full whitening would blow up the noise of the last axes.
    whiten = (vectors / np.sqrt(values + 0.1 * values.mean())).astype(np.float32)
    points = _unit(windows @ whiten)
    centres = points[rng.permutation(count)[:words]]
    for _ in range(_ROUNDS):
        nearest = (points @ centres.T).argmax(axis=1)
        centres = np.zeros_like(centres)
        np.add.at(centres, nearest, points)
        centres = _unit(centres)
    threshold = float(np.quantile(points[:5000] @ centres.T, _SILENT))
    return Dictionary(frames, level, mean, whiten, centres, threshold)


def _grouped(patches: NDArray[np.uint8]) -> Floats:
    """Neighbouring bands averaged: [P, 64, T]."""
    count, bands, frames = patches.shape
    return np.asarray(patches.reshape(count, BANDS, bands // BANDS, frames).mean(axis=2, dtype=np.float32))


def _levels(patches: NDArray[np.uint8], level: Floats) -> Floats:
    """Levels less those of an average song, and less most of the patch's own loudness."""
    moved = _grouped(patches) - level[:, None]
    return np.asarray(moved - 0.7 * moved.mean(axis=(1, 2), keepdims=True))


def _windows(patch: Floats, frames: int) -> Floats:
    """Every second window of a patch [bands, T], flat: [windows, bands * frames]."""
    views = np.lib.stride_tricks.sliding_window_view(patch, frames, axis=1)[:, ::2]
    return views.transpose(1, 0, 2).reshape(views.shape[1], -1)


def _unit(rows: NDArray[np.floating]) -> Floats:
    return np.asarray(rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6), dtype=np.float32)
