"""The first of two steps to a list: the best few hundred songs of each signal; only their union is ranked.

A place among all candidates is read from the sorted values of a signal, so the union's scores are those that ranking
every song would give it; a song that no signal puts among its best would not have led the list.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from audiorec.hybrid.weights import Floats, Scores, Weights, combine, spread_places

# Songs that each signal brings.
EACH = 400


def best_of_each(
    signals: Mapping[str, NDArray[np.floating]], allowed: NDArray[np.bool_], each: int = EACH
) -> NDArray[np.int64]:
    """Columns of the union, rising: the `each` best allowed songs (bool [I]) of every signal [I]."""
    if int(allowed.sum()) <= each:
        return np.flatnonzero(allowed)
    chosen = np.zeros(len(allowed), dtype=bool)
    for values in signals.values():
        able = np.where(allowed & np.isfinite(values), values, -np.inf)
        best = np.argpartition(able, -each)[-each:]
        chosen[best[np.isfinite(able[best])]] = True
    return np.flatnonzero(chosen)


def score_some(
    weights: Weights,
    signals: Mapping[str, NDArray[np.floating]],
    candidates: NDArray[np.bool_],
    warmth: NDArray[np.floating],
    columns: NDArray[np.int64],
) -> Scores:
    """Scores and contributions [1, n] of some columns: what `score` gives them among all candidates.

    signals [I] each, candidates bool [I], warmth [1, n] of the columns.
    """
    placed = {name: _places(values, candidates, columns)[None] for name, values in signals.items()}
    return combine(weights, placed, candidates[None, columns], warmth)


def _places(values: NDArray[np.floating], candidates: NDArray[np.bool_], columns: NDArray[np.int64]) -> Floats:
    """The same as `calibrate`, for some columns only, from one sort of the values."""
    known = np.isfinite(values) & candidates
    ordered, mine = np.sort(values[known]), values[columns]
    not_above = np.searchsorted(ordered, mine, side="right")
    place = len(ordered) - (not_above + np.searchsorted(ordered, mine) + 1) / 2.0
    found = np.where(known[columns], spread_places(place, max(len(ordered), 1)), 0.0)
    return np.where(np.isnan(mine), np.nan, found)
