"""Calibrated genres: a list keeps the shares of genres that a user listens to (Steck 2018).

Someone who plays seven tenths of rock and three of jazz would by accuracy alone be given rock only. A song has one
genre, the first of its tag. It does not make lists: `diversify` asks it what each next song would cost.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audiorec.data.genres import genre_names

# Share of the wanted mix that is blended into the list's own, so that a genre not yet listed costs no infinity.
_BLEND = 0.01
# How much the divergence counts beside scores between 0 and 1, where a list is to follow the user's genres. At 1 more
# than half of the divergence is gone for a twenty-fifth of NDCG@20; beyond, each tenth of it costs nearly twice as much
# (`benchmarks/my_genres.py`, on listens held out from artists that no test asks about).
STRENGTH = 1.0


def genre_rows(genres: Sequence[str]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Number of the first genre of every tag (-1: no tag), and the genres.

    >>> genre_rows(["Rock; Pop", "jazz", "", "ROCK/Metal"])
    (array([ 1,  0, -1,  1]), ('jazz', 'rock'))
    """
    first = [next(iter(genre_names(genre)), "") for genre in genres]
    names = tuple(sorted(set(first) - {""}))
    row = {name: number for number, name in enumerate(names)}
    return np.array([row.get(name, -1) for name in first], dtype=np.int64), names


def shares(genre: NDArray[np.integer], plays: NDArray[np.floating], count: int) -> NDArray[np.float64] | None:
    """Share of each of `count` genres in a user's plays, [G]; genre and plays [n] of the songs. None: none is known."""
    known = genre >= 0
    weights = np.bincount(genre[known], weights=np.log1p(plays[known]), minlength=count)
    total = float(weights.sum())
    return weights / total if total > 0 else None


def divergence_after(wanted: NDArray[np.floating], counts: NDArray[np.floating]) -> NDArray[np.float64]:
    """Divergence of the list's genres from the wanted shares if a song of each genre were added, [G + 1].

    wanted [G]; counts [G] of the list so far. The last entry is for a song of unknown genre.
    """
    size = float(counts.sum()) + 1.0
    now, then = (_terms(wanted, number / size) for number in (counts, counts + 1.0))
    return np.append(now.sum() - now + then, now.sum())


def _terms(wanted: NDArray[np.floating], have: NDArray[np.floating]) -> NDArray[np.float64]:
    asked = wanted > 0
    mixed = (1.0 - _BLEND) * have[asked] + _BLEND * wanted[asked]
    terms = np.zeros(len(wanted))
    terms[asked] = wanted[asked] * np.log(wanted[asked] / mixed)
    return terms
