"""An endless radio: the next songs after those that were just played, near to what it was started from.

No song comes twice, and neither an artist nor an album within a window; chance keeps two evenings from being alike.
Nothing is remembered here: the caller says what was played. It does not know users.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from audiorec.data.tracks import Track
from audiorec.ranking.joint_space import Vectors, known_rows, likeness

# Songs among which chance decides, and how fast the odds fall with likeness.
_POOL = 60
_HEAT = 0.05


@dataclass(frozen=True)
class Tuning:
    """What the radio stands on: rows of seeds (songs that it should be like), of songs that it should be unlike, and
    rows that are never to be played."""

    seeds: Sequence[int]
    unlike: Sequence[int] = ()
    never: Sequence[int] = ()


def next_songs(
    vectors: Vectors,
    tracks: Sequence[Track],
    tuning: Tuning,
    played: Sequence[int],
    top: int,
    rng: np.random.Generator,
    window: int = 8,
) -> list[int]:
    """Up to `top` rows to play next; `played`: rows played or queued so far, the latest last.

    Shape: vectors [N, D] of unit rows for N tracks. When the window leaves nothing (few artists), it is halved until
    something is left; a library that was played to its end gives an empty list.
    """
    worth = likeness(vectors, list(tuning.seeds)) - 0.5 * likeness(vectors, list(tuning.unlike))
    free = known_rows(vectors)
    free[[*tuning.seeds, *tuning.never, *played]] = False
    order: list[int] = np.argsort(-np.where(free, worth, -np.inf), kind="stable")[: int(free.sum())].tolist()
    recent = [*tuning.seeds[-1:], *played]
    chosen: list[int] = []
    while order and len(chosen) < top:
        row = _draw(worth, order, tracks, recent, rng, window)
        chosen.append(row)
        recent.append(row)
        order.remove(row)
    return chosen


def _draw(
    worth: NDArray[np.floating],
    order: Sequence[int],
    tracks: Sequence[Track],
    recent: Sequence[int],
    rng: np.random.Generator,
    window: int,
) -> int:
    """One of the best rows that are left (`order`, best first)."""
    while window:
        late = {mark for row in recent[-window:] for mark in _marks(tracks[row])}
        pool = list(islice((row for row in order if late.isdisjoint(_marks(tracks[row]))), _POOL))
        if pool:
            return _by_odds(pool, worth, rng)
        window //= 2
    return _by_odds(order[:_POOL], worth, rng)


def _marks(track: Track) -> list[object]:
    """What two songs of one window may not share: an artist, guests too, or an album.

    An album is known by its folder or by its artist: many artists have "Greatest Hits", and a sampler has many artists.
    """
    marks: list[object] = [name for name in track.artists if name]
    if track.album:
        marks.append((track.album, track.path.rpartition(b"/")[0]))
        marks += [(track.album, track.album_artist)] if track.album_artist else []
    return marks


def _by_odds(pool: Sequence[int], worth: NDArray[np.floating], rng: np.random.Generator) -> int:
    values = worth[list(pool)].astype(np.float64)
    odds = np.exp((values - values.max()) / _HEAT)
    return int(rng.choice(pool, p=odds / odds.sum()))
