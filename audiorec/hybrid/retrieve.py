"""The first of two steps to a list: the best few hundred songs of each signal; only their union is ranked.

A place among all candidates is read from the sorted values of a signal, so the union's scores are those that ranking
every song would give it; a song that no signal puts among its best would not have led the list.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.hybrid.weights import Floats, Scores, Weights, combine, spread_places

# Songs that each signal brings.
EACH = 200


@dataclass(frozen=True)
class Union:
    """The songs that are ranked, and every signal's values among all candidates, from which their places are read.

    Shape:
        columns: int64 [n], rising; ordered: name -> the candidates' finite values, rising.
    """

    columns: NDArray[np.int64]
    ordered: Mapping[str, NDArray[np.floating]]


def best_of_each(
    signals: Mapping[str, NDArray[np.floating]],
    candidates: NDArray[np.bool_],
    allowed: NDArray[np.bool_] | None = None,
    each: int = EACH,
) -> Union:
    """The `each` best of every signal [I] among the candidates (bool [I]), or among those of them that are allowed."""
    ordered = {name: _sorted(values, candidates) for name, values in signals.items()}
    listed = candidates if allowed is None else candidates & allowed
    if int(listed.sum()) <= each:
        return Union(np.flatnonzero(listed), ordered)
    chosen = np.zeros(len(candidates), dtype=bool)
    for name, values in signals.items():
        pool = ordered[name] if allowed is None else _sorted(values, listed)
        chosen |= _best(values, pool, each) & listed
    return Union(np.flatnonzero(chosen), ordered)


def _sorted(values: NDArray[np.floating], among: NDArray[np.bool_]) -> NDArray[np.floating]:
    """The finite values among some songs, rising; picking them out before the sort would take as long as the sort."""
    kind = values.dtype.type  # of another kind, `searchsorted` would copy the array
    found: NDArray[np.floating] = np.where(among, values, kind(np.nan))
    found.sort()
    return found[np.searchsorted(found, kind(-np.inf), side="right") : np.searchsorted(found, kind(np.inf))]


def _best(values: NDArray[np.floating], pool: NDArray[np.floating], each: int) -> NDArray[np.bool_]:
    """Which values are among the `each` best of a pool in rising order; of many equal ones at its end the first."""
    if len(pool) <= each:
        return np.asarray(np.isfinite(values))
    least = pool[-each]
    found = np.asarray(values > least)
    equal = np.flatnonzero(values == least)
    found[equal[: each - len(pool) + int(np.searchsorted(pool, least, side="right"))]] = True
    return found


def score_union(
    weights: Weights, signals: Mapping[str, NDArray[np.floating]], union: Union, warmth: NDArray[np.floating]
) -> Scores:
    """Scores and contributions [1, n] of the union: what `score` gives these songs among all candidates.

    signals [I] each, warmth [1, n].
    """
    placed = {name: places(signals[name][union.columns], values)[None] for name, values in union.ordered.items()}
    return combine(weights, placed, np.ones((1, len(union.columns)), dtype=bool), warmth)


def places(mine: NDArray[np.floating], ordered: NDArray[np.floating]) -> Floats:
    """The same as `calibrate`, for some values [n] of candidates by all finite ones in rising order: [n]."""
    order = np.argsort(mine)
    asked, count = mine[order], max(len(ordered), 1)  # in order, each search begins where the last one ended
    up_to = np.searchsorted(ordered, asked, side="right") + np.searchsorted(ordered, asked)
    place = np.empty(len(mine))
    place[order] = np.clip(len(ordered) - (up_to + 1) / 2.0, 0.0, count)
    found = np.where(np.isfinite(mine), spread_places(place, count), 0.0)
    return np.where(np.isnan(mine), np.nan, found)
