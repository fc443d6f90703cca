"""Lists from scores: maximal marginal relevance, caps, no recording twice, room for the long tail, the user's genres.

Carbonell and Goldstein 1998: each next song is the best of (1 - spread) * score - spread * likeness to what is already
in the list; a list whose genres differ from the user's own costs too (Steck 2018). It does not know signals.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.ranking.genre_shares import divergence_after

# Two songs whose content is this alike are the same recording (another file of it).
SAME = 0.9999


@dataclass(frozen=True)
class Wishes:
    """What a list should be like.

    top: songs; spread: what likeness to songs already listed costs; per_artist: most songs of one artist; explore:
    share of the places kept for the long tail; mix: what genres in other shares than the user's own cost.
    """

    top: int = 10
    spread: float = 0.1
    per_artist: int = 3
    explore: float = 0.0
    mix: float = 0.0


@dataclass(frozen=True)
class Shelf:
    """What the songs are.

    Shape:
        directions: unit rows [I, D] (zeros: unknown), for likeness; artist: int [I] (-1: unknown, never capped);
        recording: int [I], the same number for files of one recording, or None; tail: bool [I], the long tail, or None;
        genre: int [I] (-1: unknown).
    """

    directions: NDArray[np.floating]
    artist: NDArray[np.integer]
    recording: NDArray[np.integer] | None = None
    tail: NDArray[np.bool_] | None = None
    genre: NDArray[np.integer] | None = None

    def part(self, columns: NDArray[np.integer]) -> "Shelf":
        """Some of the songs."""
        others = (None if value is None else value[columns] for value in (self.recording, self.tail, self.genre))
        return Shelf(self.directions[columns], self.artist[columns], *others)


@dataclass(frozen=True)
class Owner:
    """Whose list it is: columns of their own songs, no recording of which is listed, and their share of each genre."""

    songs: Sequence[int] | NDArray[np.integer] = ()
    genres: NDArray[np.floating] | None = None


NOBODY = Owner()


def diversify(
    scores: NDArray[np.floating],
    shelf: Shelf,
    wishes: Wishes,
    owner: Owner = NOBODY,
    pool: int = 200,
    columns: NDArray[np.integer] | None = None,
) -> list[int]:
    """Columns of the list, best first.

    scores [n] (-inf: not to be listed) of some columns [n] of the shelf, or of all. Songs are taken from the `pool`
    best, and from as many of the tail where that has places of its own. When caps leave the list short, it stays short
    only if nothing else is left in the whole.
    """
    if columns is None:
        columns = np.arange(len(scores))
    found = _take(scores, columns, shelf, wishes, owner, pool)
    if len(found) < wishes.top and pool < int(np.isfinite(scores).sum()):
        return diversify(scores, shelf, wishes, owner, pool * 8, columns)
    return found


def long_tail(listeners: NDArray[np.floating], head: float = 0.8) -> NDArray[np.bool_]:
    """Songs [I] outside of the most played ones that together have the share `head` of all listeners."""
    order = np.argsort(-listeners, kind="stable")
    before = np.cumsum(listeners[order]) - listeners[order]
    tail = np.ones(len(listeners), dtype=bool)
    tail[order[(before < head * listeners.sum()) & (listeners[order] > 0)]] = False
    return tail


def _take(
    scores: NDArray[np.floating],
    columns: NDArray[np.integer],
    shelf: Shelf,
    wishes: Wishes,
    owner: Owner,
    pool: int,
) -> list[int]:
    allowed = np.flatnonzero(np.isfinite(scores))
    best = allowed[np.argsort(-scores[allowed], kind="stable")]
    if wishes.explore and shelf.tail is not None:
        tail = best[shelf.tail[columns[best]]][:pool]
        best = np.concatenate([best[:pool], tail[~np.isin(tail, best[:pool])]])
    else:
        best = best[:pool]
    if not len(best):
        return []
    taking = _Taking(scores[best], shelf.part(columns[best]), wishes, owner.genres)
    if len(owner.songs):
        taking.close_own(shelf.part(np.asarray(owner.songs, dtype=np.int64)))
    while len(taking.taken) < wishes.top and taking.take():
        pass
    return [int(columns[best[place]]) for place in taking.taken]


class _Taking:
    """A list in the making; what is closed has a worth of minus infinity for good."""

    def __init__(
        self, scores: NDArray[np.floating], pool: Shelf, wishes: Wishes, genres: NDArray[np.floating] | None
    ) -> None:
        self.taken: list[int] = []
        self.pool, self.wishes = pool, wishes
        likeness = pool.directions @ pool.directions.T
        self.twins = likeness >= SAME
        if pool.recording is not None:
            self.twins |= pool.recording[:, None] == pool.recording[None]
        np.fill_diagonal(self.twins, True)
        self.has_twins = self.twins.sum(axis=1) > 1
        self.cost = wishes.spread * likeness
        self.base = (1.0 - wishes.spread) * _unit_interval(scores)
        self.nearest = np.zeros(len(scores))
        self.artist: list[int] = pool.artist.tolist()
        self.listed: dict[int, int] = {}
        self.explored = 0
        # What the list's genres are compared with and how many of each it has, where genres are wished for.
        self.genres = genres if wishes.mix and pool.genre is not None else None
        self.counts = np.zeros(0 if genres is None else len(genres))

    def close_own(self, own: Shelf) -> None:
        """Other files of what the user has are no news to them."""
        alike = self.pool.directions @ own.directions.T
        twins = (alike >= SAME).any(axis=1)
        if own.recording is not None and self.pool.recording is not None:
            twins |= np.isin(self.pool.recording, own.recording)
        self.base[twins] = -np.inf

    def take(self) -> bool:
        """Take the next song; False when none is left."""
        worth = self.base - self.nearest
        if self.genres is not None:
            worth -= self.wishes.mix * divergence_after(self.genres, self.counts)[self.pool.genre]
        tail = self.pool.tail
        if tail is not None and self.explored < int(self.wishes.explore * (len(self.taken) + 1) + 1e-9):
            of_tail = np.where(tail, worth, -np.inf)
            worth = of_tail if of_tail.max() > -np.inf else worth
        place = int(worth.argmax())
        if worth[place] == -np.inf:
            return False
        self._list(place)
        return True

    def _list(self, place: int) -> None:
        self.taken.append(place)
        self.base[place] = -np.inf
        if self.has_twins[place]:
            self.base[self.twins[place]] = -np.inf
        np.maximum(self.nearest, self.cost[place], out=self.nearest)
        if self.pool.tail is not None:
            self.explored += int(self.pool.tail[place])
        if self.genres is not None and self.pool.genre is not None and self.pool.genre[place] >= 0:
            self.counts[self.pool.genre[place]] += 1
        who = self.artist[place]
        self.listed[who] = self.listed.get(who, 0) + 1
        if who >= 0 and self.listed[who] >= self.wishes.per_artist:
            self.base[self.pool.artist == who] = -np.inf


def _unit_interval(values: NDArray[np.floating]) -> NDArray[np.float64]:
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) / (high - low) if high > low else np.ones_like(values), dtype=np.float64)
