"""Lists from scores: maximal marginal relevance, a cap on songs of one artist, no recording twice.

Carbonell and Goldstein 1998: each next song is the best of (1 - spread) * score - spread * likeness to what is already
in the list. It does not know signals or users.
"""

import numpy as np
from numpy.typing import NDArray

from audiorec.models.content_space import unit_rows

# Two songs whose content is this alike are the same recording (another file of it).
SAME = 0.9999


def diversify(
    scores: NDArray[np.floating],
    points: NDArray[np.floating],
    artist: NDArray[np.integer],
    *,
    top: int,
    spread: float = 0.1,
    per_artist: int = 3,
    pool: int = 200,
) -> list[int]:
    """Columns of the list, best first.

    scores [I] (-inf: not to be listed), points [I, D] for likeness, artist int [I] (-1: unknown, never capped). Songs
    are taken from the `pool` best. When caps leave the list short, it stays short of songs of capped artists only if
    no others are left in the whole of the scores.
    """
    found = _take(scores, points, artist, top=top, spread=spread, per_artist=per_artist, pool=pool)
    allowed = int(np.isfinite(scores).sum())
    if len(found) < top and pool < allowed:
        return diversify(scores, points, artist, top=top, spread=spread, per_artist=per_artist, pool=pool * 8)
    return found


def _take(
    scores: NDArray[np.floating],
    points: NDArray[np.floating],
    artist: NDArray[np.integer],
    *,
    top: int,
    spread: float,
    per_artist: int,
    pool: int,
) -> list[int]:
    allowed = np.flatnonzero(np.isfinite(scores))
    best = allowed[np.argsort(-scores[allowed], kind="stable")[:pool]]
    if not len(best):
        return []
    directions = unit_rows(points[best])
    likeness = directions @ directions.T
    twins = likeness >= SAME
    # What is closed has a worth of minus infinity for good: one argmax a place is all that is left to do.
    base = (1.0 - spread) * _unit_interval(scores[best])
    nearest = np.zeros(len(best))
    owner = artist[best].tolist()
    taken: list[int] = []
    listed: dict[int, int] = {}
    while len(taken) < top:
        place = int((base - spread * nearest).argmax())
        if base[place] == -np.inf:
            break
        taken.append(int(best[place]))
        base[twins[place]] = -np.inf
        base[place] = -np.inf
        np.maximum(nearest, likeness[place], out=nearest)
        who = owner[place]
        listed[who] = listed.get(who, 0) + 1
        if who >= 0 and listed[who] >= per_artist:
            base[artist[best] == who] = -np.inf
    return taken


def _unit_interval(values: NDArray[np.floating]) -> NDArray[np.float64]:
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) / (high - low) if high > low else np.ones_like(values), dtype=np.float64)
