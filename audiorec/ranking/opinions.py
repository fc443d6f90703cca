"""What a user said of songs, and what it does to their next list: at once, without training.

A like, star or good rating counts as a listen, from which the user's side of every signal is folded in. A dislike takes
the song away and moves songs like it down; a skip does so less; both fade with time. "Never" takes the song out.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.data.ledger import Event

# What an event counts as listens, and how far it pushes songs at a cosine of 1, in deviations of the user's scores.
_WORTH = {"like": 3.0, "star": 2.0, "play": 1.0}
_PUSH = {"dislike": 1.5, "less": 1.5, "skip": 0.4}
# Days after which a push is half as strong: tastes change, and a skip says more of an evening than of a song.
_HALF_LIFE = {"dislike": 365.0, "less": 365.0, "skip": 14.0}


@dataclass(frozen=True)
class Opinions:
    """By column of the songs: listens that likes stand for, pushes, and songs that are not to be listed."""

    listens: Mapping[int, float]
    pushes: Mapping[int, float]
    barred: frozenset[int]

    def moved(
        self, total: NDArray[np.floating], columns: NDArray[np.integer], directions: NDArray[np.floating]
    ) -> NDArray[np.float64]:
        """Scores [n] of some columns (-inf: not to be listed) after the pushes, by unit vectors of all songs [I, D]."""
        found = np.array(total, dtype=np.float64)
        finite = np.isfinite(found)
        if self.pushes and finite.any():
            pushed = np.array(list(self.pushes), dtype=np.int64)
            nearness = np.maximum(directions[columns] @ directions[pushed].T, 0.0) ** 2
            found -= float(found[finite].std()) * (nearness @ np.array(list(self.pushes.values())))
        found[np.isin(columns, list(self.barred))] = -np.inf
        return found


NONE = Opinions({}, {}, frozenset())


def opinions(events: Sequence[Event], items: NDArray[np.int64], now: float | None = None) -> Opinions:
    """Sort what was said; items: the track id of each column, rising; events of songs that are not there are left out.

    now: UTC seconds, None for this moment.
    """
    at = time.time() if now is None else now
    here = np.searchsorted(items, [event.track_id for event in events])
    listens, pushes, barred = dict[int, float](), dict[int, float](), set[int]()
    for place, event in zip(here.tolist(), events, strict=True):
        if place == len(items) or items[place] != event.track_id:
            continue
        kind = event.kind
        if kind == "rating":
            kind = "like" if event.weight >= 4 else "dislike" if event.weight <= 2 else ""
        if kind in _WORTH:
            listens[place] = listens.get(place, 0.0) + _WORTH[kind]
        if kind in _PUSH:
            faded = _PUSH[kind] * 0.5 ** (max(at - event.time, 0.0) / 86400.0 / _HALF_LIFE[kind])
            pushes[place] = pushes.get(place, 0.0) + faded
        if kind in ("dislike", "less", "never"):
            barred.add(place)
    return Opinions({place: n for place, n in listens.items() if place not in barred}, pushes, frozenset(barred))
