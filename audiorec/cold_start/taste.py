"""Taste from content, as arrays: members whose products score every user with every song. It does not learn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.learning.coded_vectors import Vectors, inner_products

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Content:
    """Blocks [I, D_b] of every song (NaN = not known), a weight each; `usable` bool [I]: songs that have content; names
    of the blocks, where one of them is to be weighed anew."""

    blocks: Sequence[NDArray[np.floating]]
    weights: Sequence[float]
    usable: NDArray[np.bool_]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """One member: users [U, k] and songs [I, k]; the scores are `users @ songs.T`."""

    name: str
    users: Floats
    songs: Vectors


@dataclass(frozen=True)
class Taste:
    """Members, and the predicted popularity of every song [I] (log listeners)."""

    pairs: tuple[Pair, ...]
    popularity: Floats

    def scores(self, user_rows: NDArray[np.integer]) -> NDArray[np.floating]:
        """Mean of the members' scores, each standardised over the songs of a user: [B, I]."""
        first, *others = (standard_rows(inner_products(pair.users[user_rows], pair.songs)) for pair in self.pairs)
        for one in others:
            first += one
        first /= len(self.pairs)
        return first

    def member(self, name: str, user_rows: NDArray[np.integer]) -> Floats:
        """Scores of one member [B, I]."""
        pair = next(pair for pair in self.pairs if pair.name == name)
        return np.asarray(inner_products(pair.users[user_rows], pair.songs), dtype=np.float64)


def standard_rows(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    """Each row with mean 0 and deviation 1 over its known values, in its own precision; a constant row becomes 0."""
    known = np.isfinite(scores)
    where, count = True, scores.shape[1]
    if not known.all():
        where, count = known, np.maximum(known.sum(axis=1, keepdims=True), 1)
    # Sums in float64: over a million songs those of float32 would be off.
    mean = scores.sum(axis=1, keepdims=True, dtype=np.float64, where=where) / count
    moved = scores - mean.astype(scores.dtype)
    squares = np.square(moved).sum(axis=1, keepdims=True, dtype=np.float64, where=where)
    deviation = np.sqrt(squares / count)
    moved /= np.where(deviation > 1e-12, deviation, np.inf).astype(scores.dtype)
    return np.asarray(moved)
