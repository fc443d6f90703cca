"""The lists of `mixed.py` in two steps, as a library makes them: the best of each signal, then their union.

From 10,000 songs on a library's products are those of 8-bit codes; here they are at any size, so that codes are
measured on listens of people too.
"""

from dataclasses import replace

import numpy as np

from audiorec.cold_start.taste import Taste
from audiorec.collaborative.als import TrainedAls
from audiorec.collaborative.als_scoring import AlsScores
from audiorec.hybrid.inputs import Material
from audiorec.hybrid.retrieve import best_of_each, score_union
from audiorec.hybrid.signals import Parts, signals
from audiorec.hybrid.weights import Weights
from audiorec.learning.coded_vectors import code
from audiorec.ranking.make_serving import shortened


def coded(parts: Parts) -> Parts:
    """The same parts with codes on the songs' side of their products."""
    pairs = tuple(replace(pair, songs=code(np.asarray(pair.songs, np.float32))) for pair in parts.taste.pairs)
    als, placed = parts.factors, parts.placed
    assert isinstance(als, TrainedAls)
    factors = AlsScores(als.users, code(als.items.astype(np.float32)), als.items.any(axis=1))
    if placed is not None:
        placed = replace(placed, songs=code(np.asarray(placed.songs, np.float32)))
    taste, short = Taste(pairs, parts.taste.popularity), code(shortened(parts.directions))
    return replace(parts, taste=taste, factors=factors, placed=placed, short_points=short)


def totals(
    material: Material, parts: Parts, weights: Weights, rows: np.ndarray, candidates: np.ndarray, is_coded: bool
) -> np.ndarray:
    """Scores [B, I] of the union of each user's best songs, -inf for all others; candidates: bool [B, I]."""
    found = np.full(candidates.shape, -np.inf)
    used = coded(parts) if is_coded else parts
    for start in range(0, len(rows), 64):
        block = rows[start : start + 64]
        scores = signals(material, used, block)
        scores = {name: scores[name].astype(np.float32) for name in scores if name in weights.warm}
        warmth = weights.warmth(parts.listeners, parts.songs_of_users[block])
        for place in range(len(block)):
            row = start + place
            own = {name: values[place] for name, values in scores.items()}
            union = best_of_each(own, candidates[row])
            mine = score_union(weights, own, union, warmth[place : place + 1, union.columns])
            found[row, union.columns] = mine.total[0]
    return found


def shared(lists: np.ndarray, others: np.ndarray) -> float:
    """Mean share of the songs of a list that another holds too, lists [U, 20] each, -1 where a place is empty."""
    pairs = zip(lists.tolist(), others.tolist(), strict=True)
    return float(np.mean([len(set(mine) & set(theirs)) / max(len(set(mine)), 1) for mine, theirs in pairs]))
