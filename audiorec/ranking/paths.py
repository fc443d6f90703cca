"""A path between two songs: steps that lead evenly from one to the other, each near the last, one song an artist.

Each step looks for the song nearest to a point on the great circle between the ends, and near to the step before.
There is always an answer: when artists run out they may come again. It does not know titles or tags.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.errors import InputError
from audiorec.ranking.joint_space import Vectors, known_rows

# A step is judged by how near it is to its point on the line, and by this much by how near to the step before.
_SMOOTH = 0.5


@dataclass(frozen=True)
class Step:
    """A song of a path: its row, and the cosine to the song before it (1 for the first)."""

    row: int
    likeness: float


def find_path(
    vectors: Vectors,
    artists: Sequence[Sequence[str]],
    ends: tuple[int, int],
    songs: int = 8,
    variance: float = 0.0,
    seed: int = 0,
) -> list[Step]:
    """Steps from the first end to the second, both included; at most `songs` of them, fewer in a small library.

    vectors: unit rows [N, D]; artists: of each song, guests too (none: nobody, who may repeat); variance: 0 always the
    nearest song, 1 a walk with much chance in it, drawn from `seed`. Raises InputError when nothing is known of an end.
    """
    known = known_rows(vectors)
    start, goal = ends
    for row in ends:
        if not known[row]:
            raise InputError("nothing is known of the sound, words or listeners of one end: extract it first")
    if start == goal:
        return [Step(start, 1.0)]
    rng = np.random.default_rng(seed)
    noise = rng.normal(0.0, 0.3 * variance, size=len(vectors)) if variance else np.zeros(len(vectors))
    free = known.copy()
    free[[start, goal]] = False
    used = {*artists[start], *artists[goal]}
    rows = [start]
    for part in np.linspace(0.0, 1.0, max(songs, 2))[1:-1]:
        target = _between(vectors[start], vectors[goal], float(part))
        worth = vectors @ (target + _SMOOTH * vectors[rows[-1]]) + noise
        chosen = _best(worth, free, artists, used)
        if chosen is None:
            break
        rows.append(chosen)
        free[chosen] = False
        used |= {*artists[chosen]}
    rows.append(goal)
    cosines = [1.0, *(float(vectors[a] @ vectors[b]) for a, b in zip(rows, rows[1:], strict=False))]
    return [Step(row, cosine) for row, cosine in zip(rows, cosines, strict=True)]


def _between(one: Vectors, other: Vectors, part: float) -> Vectors:
    """A point on the great circle, `part` of the way; the straight line where the ends are opposite or the same."""
    angle = float(np.arccos(np.clip(one @ other, -1.0, 1.0)))
    if np.sin(angle) < 1e-3:
        return np.asarray((1 - part) * one + part * other, dtype=np.float32)
    return np.asarray(
        (np.sin((1 - part) * angle) * one + np.sin(part * angle) * other) / np.sin(angle), dtype=np.float32
    )


def _best(
    worth: NDArray[np.floating], free: NDArray[np.bool_], artists: Sequence[Sequence[str]], used: set[str]
) -> int | None:
    """The best free song of an artist who is not on the path, else of any artist; None when no song is free."""
    left = np.where(free, worth, -np.inf)
    first = row = int(left.argmax())
    # Few of the nearest are by artists of the path: looking again is cheaper than sorting a library.
    while left[row] > -np.inf:
        if used.isdisjoint(artists[row]):
            return row
        left[row] = -np.inf
        row = int(left.argmax())
    return first if free[first] else None
