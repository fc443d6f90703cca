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

    def scores(self, user_rows: NDArray[np.integer]) -> Floats:
        """Mean of the members' scores, each standardised over the songs of a user: [B, I]."""
        parts = [standard_rows(inner_products(pair.users[user_rows], pair.songs)) for pair in self.pairs]
        return np.asarray(np.mean(parts, axis=0))

    def member(self, name: str, user_rows: NDArray[np.integer]) -> Floats:
        """Scores of one member [B, I]."""
        pair = next(pair for pair in self.pairs if pair.name == name)
        return np.asarray(inner_products(pair.users[user_rows], pair.songs), dtype=np.float64)


def standard_rows(scores: NDArray[np.floating]) -> Floats:
    """Each row with mean 0 and deviation 1 over its known values; a constant row becomes 0."""
    values = np.asarray(scores, dtype=np.float64)
    if np.isfinite(values).all():
        moved = values - values.mean(axis=1, keepdims=True)
        deviation = np.sqrt(np.square(moved).mean(axis=1, keepdims=True))
        return np.asarray(moved / np.where(deviation > 1e-12, deviation, np.inf))
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    moved = values - np.where(known, values, 0.0).sum(axis=1, keepdims=True) / count
    deviation = np.sqrt(np.where(known, moved**2, 0.0).sum(axis=1, keepdims=True) / count)
    return np.asarray(moved / np.where(deviation > 1e-12, deviation, np.inf))
