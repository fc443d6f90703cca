"""What is near: songs and artists by sound, words and network, compared one modality at a time and then together.

Likeness is the cosine of standardised vectors, exact over the whole library. A modality that one of two songs lacks
says nothing about the pair: it counts as the mean likeness there. It does not know where vectors come from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from audiorec.errors import InputError
from audiorec.learning.directions import unit

# How much each modality counts when all are asked for: words say less of likeness than sound and listeners.
WEIGHTS: Mapping[str, float] = {"sound": 1.0, "words": 0.5, "network": 1.0}

_SAMPLE = 300
_AT_ONCE = 10_000  # rows compared with it together


@dataclass(frozen=True)
class Block:
    """One modality: vectors [N, d], which rows are known, bool [N], and how many listeners each has, [N] or None;
    nearness: `usual_nearness` of all rows where it lies ready.

    A similarity that rests on few listeners is damped, (n + 1) / (n + 3): two songs that one single person happens to
    have are not twins. Sound and words need no witnesses.
    """

    vectors: NDArray[np.floating]
    known: NDArray[np.bool_]
    listeners: NDArray[np.floating] | None = None
    nearness: NDArray[np.float32] | None = None

    @cached_property
    def sample(self) -> NDArray[np.floating]:
        """Unit vectors of some known songs, [s, d]: how near a song is to just any."""
        others = np.flatnonzero(self.known)
        return unit(self.vectors[others[:: max(1, len(others) // _SAMPLE)]])

    def usual_nearness(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        """Mean and deviation of some rows' cosines with `sample`, float32 [n, 2]."""
        if self.nearness is not None:
            return np.asarray(self.nearness[rows])
        found = np.zeros((len(rows), 2), dtype=np.float32)
        for start in range(0, len(rows) if len(self.sample) else 0, _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            usual = unit(self.vectors[rows[part]]) @ self.sample.T
            found[part] = np.column_stack([usual.mean(axis=1), usual.std(axis=1)])
        return found


@dataclass(frozen=True)
class Near:
    """A neighbour: its row, the likeness over all modalities, and that of each one that both have."""

    row: int
    score: float
    by: dict[str, float]


def nearest(blocks: Mapping[str, Block], row: int, top: int, allowed: NDArray[np.bool_] | None = None) -> list[Near]:
    """The `top` rows most like one row, best first, itself left out; `allowed` bool [N] limits the answer.

    Raises InputError when no modality knows the row.
    """
    usable = {name: block for name, block in blocks.items() if block.known[row]}
    if not usable:
        raise InputError("nothing is known of it yet: no features and no listens; extract it, or import listens first")
    likeness = {name: _likeness(block, row) for name, block in usable.items()}
    total = sum(WEIGHTS[name] for name in usable)
    filled = [WEIGHTS[name] * np.where(np.isnan(v), _mean(v, row), v) for name, v in likeness.items()]
    score = np.sum(filled, axis=0) / total
    able = np.any([block.known for block in usable.values()], axis=0)
    able[row] = False
    if allowed is not None:
        able &= allowed
    order = np.lexsort((np.arange(len(able)), -np.where(able, score, -np.inf)))[: min(top, int(able.sum()))]
    return [
        Near(int(n), float(score[n]), {name: float(v[n]) for name, v in likeness.items() if not np.isnan(v[n])})
        for n in order
    ]


def mean_of_groups(
    block: Block, groups: Sequence[NDArray[np.integer]], listeners: NDArray[np.floating] | None = None
) -> Block:
    """A block with one row a group (an artist): the mean direction of the group's known rows, weighted by listeners."""
    weights = np.ones(len(block.known)) if block.listeners is None else block.listeners + 0.1
    vectors = np.zeros((len(groups), block.vectors.shape[1]))
    directions = unit(block.vectors)
    for place, rows in enumerate(groups):
        known = [row for row in rows if block.known[row]]
        if known:
            vectors[place] = np.average(directions[known], axis=0, weights=weights[known])
    return Block(vectors, np.asarray(np.any(vectors != 0, axis=1)), listeners)


def _likeness(block: Block, row: int) -> NDArray[np.float64]:
    # Products first, lengths after: directions of all songs would be written out for one answer.
    products = np.asarray(block.vectors @ block.vectors[row], dtype=np.float64)
    lengths = np.sqrt(np.einsum("nd,nd->n", block.vectors, block.vectors).astype(np.float64))
    both = lengths * lengths[row]
    cosine = np.divide(products, both, out=np.zeros_like(products), where=both > 0)
    if block.listeners is not None:
        cosine = cosine * (block.listeners + 1.0) / (block.listeners + 3.0)
    return np.where(block.known, cosine, np.nan)


def _mean(likeness: NDArray[np.float64], row: int) -> float:
    others = np.delete(likeness, row)
    known = others[~np.isnan(others)]
    return float(known.mean()) if len(known) else 0.0
