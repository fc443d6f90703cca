"""The first of two steps to a list: the best few hundred songs of each signal; only their union is ranked.

A place among all candidates is read from the sorted values of a signal, so the union's scores are those that ranking
every song would give it; a song that no signal puts among its best would not have led the list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from audiorec.hybrid.weights import Floats, Scores, Weights, combine, spread_places
from audiorec.learning.at_once import at_once
from audiorec.learning.silence import silence

# Songs that each signal brings.
EACH = 200
# Of twice as many songs and more, so many tell where all stand, and four times as many of the best as a signal brings
# are looked for, since the sample only says about where they begin.
_SAMPLE, _SPARE = 131_072, 4


@dataclass(frozen=True)
class Ordered:
    """A signal's finite values among the candidates, both parts rising: the best, and of the others one in `step`.

    Sorting all of a million takes four times as long as finding and sorting these; the places of the best are exact.
    """

    best: NDArray[np.floating]
    others: NDArray[np.floating]
    step: int = 1

    @property
    def count(self) -> int:
        """How many values there are, as far as the sample tells."""
        return len(self.best) + self.step * len(self.others)

    def below(self, asked: NDArray[np.floating]) -> NDArray[np.int64]:
        """Twice the number of values below each one asked for, equal ones counted half, int64 [n]."""
        return _below(self.best, asked) + self.step * _below(self.others, asked)


def _below(values: NDArray[np.floating], asked: NDArray[np.floating]) -> NDArray[np.int64]:
    return np.asarray(np.searchsorted(values, asked, side="right") + np.searchsorted(values, asked))


@dataclass(frozen=True)
class Union:
    """The songs that are ranked, and every signal's values among all candidates, from which their places are read.

    Shape:
        columns: int64 [n], rising; ordered: by name.
    """

    columns: NDArray[np.int64]
    ordered: Mapping[str, Ordered]


def best_of_each(
    signals: Mapping[str, NDArray[np.floating]],
    candidates: NDArray[np.bool_],
    allowed: NDArray[np.bool_] | None = None,
    each: int = EACH,
) -> Union:
    """The `each` best of every signal [I] among the candidates (bool [I]), or among those of them that are allowed."""
    listed = candidates if allowed is None else candidates & allowed

    def found(values: NDArray[np.floating]) -> tuple[Ordered, NDArray[np.int64]]:
        ordered = order(values, candidates, each)
        pool = ordered if allowed is None else order(values, listed, each)
        return ordered, _first(values, pool, listed, each)

    several = at_once([partial(found, values) for values in signals.values()], len(candidates))
    ordered = {name: one for name, (one, _) in zip(signals, several, strict=True)}
    if np.count_nonzero(listed) <= each:
        return Union(np.flatnonzero(listed), ordered)
    return Union(np.unique(np.concatenate([np.zeros(0, np.int64), *(columns for _, columns in several)])), ordered)


def order(values: NDArray[np.floating], among: NDArray[np.bool_], best: int) -> Ordered:
    """The finite values [I] among some songs (bool [I]), at least so many of the best by themselves, or all."""
    step = len(values) // _SAMPLE
    if step > 1:
        sample = _sorted(values[::step], among[::step])
        few = _SPARE * best // step + 1
        least = sample[-few] if few <= len(sample) else -np.inf
        columns = np.flatnonzero(values > least)
        known = _sorted(values[columns], among[columns])
        if len(known) >= best or least == -np.inf:  # of many equal values there may be too few above
            return Ordered(known, sample[: np.searchsorted(sample, least, side="right")], step)
    return Ordered(_sorted(values, among), values[:0])


def _sorted(values: NDArray[np.floating], among: NDArray[np.bool_]) -> NDArray[np.floating]:
    """The finite values among some songs, rising; picking them out before the sort would take as long as the sort."""
    kind = values.dtype.type  # of another kind, `searchsorted` would copy the array
    found: NDArray[np.floating] = values.copy()
    silence(found, ~among)
    found.sort()
    return found[np.searchsorted(found, kind(-np.inf), side="right") : np.searchsorted(found, kind(np.inf))]


def _first(values: NDArray[np.floating], pool: Ordered, listed: NDArray[np.bool_], each: int) -> NDArray[np.int64]:
    """Columns of the `each` best of the listed songs, whose values the pool has; of many equal ones at its end the
    first."""
    if len(pool.best) <= each:
        return np.flatnonzero(np.isfinite(values) & listed)
    least = pool.best[-each]
    columns = np.flatnonzero(values >= least)
    columns = columns[listed[columns] & np.isfinite(values[columns])]
    is_above = values[columns] > least
    equal = columns[~is_above]
    return np.concatenate([columns[is_above], equal[: each - int(np.count_nonzero(is_above))]])


def score_union(
    weights: Weights, signals: Mapping[str, NDArray[np.floating]], union: Union, warmth: NDArray[np.floating]
) -> Scores:
    """Scores and contributions [1, n] of the union: what `score` gives these songs among all candidates.

    signals [I] each, warmth [1, n].
    """
    placed = {name: places(signals[name][union.columns], values)[None] for name, values in union.ordered.items()}
    return combine(weights, placed, np.ones((1, len(union.columns)), dtype=bool), warmth)


def places(mine: NDArray[np.floating], ordered: Ordered) -> Floats:
    """The same as `calibrate`, for some values [n] of candidates by all finite ones: [n]; of very many songs nearly."""
    rising = np.argsort(mine)  # in order, each search begins where the last one ended
    count, place = max(ordered.count, 1), np.empty(len(mine))
    place[rising] = np.clip(ordered.count - (ordered.below(mine[rising]) + 1) / 2.0, 0.0, count)
    found = np.where(np.isfinite(mine), spread_places(place, count), 0.0)
    return np.where(np.isnan(mine), np.nan, found)
