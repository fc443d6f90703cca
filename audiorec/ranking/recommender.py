"""Recommendations from a workspace, for programs: `Recommender.open(space).recommend(user)`.

It puts together what the workspace holds: listens, features, NeuMF, the content models, the network and the learned
weights. Models that are absent leave their signal out, and `missing` names them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from audiorec.data.interactions import Interactions
from audiorec.data.ledger import Event
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.hybrid.retrieve import EACH, best_of_each, score_union
from audiorec.hybrid.signals import Parts, signals
from audiorec.hybrid.weights import Scores, Weights, load_weights, score
from audiorec.ranking import genre_shares
from audiorec.ranking.diversify import Owner, Shelf, Wishes, diversify, long_tail
from audiorec.ranking.exclusions import NOTHING, Exclusions
from audiorec.ranking.explain import OwnSong, OwnSongs, sentence
from audiorec.ranking.neighbours import Block
from audiorec.ranking.opinions import NONE, Opinions, opinions
from audiorec.ranking.serving import Serving, open_serving

USUAL = Wishes()
_PARTS = ("cf", "network", "cnn", "svm")
_ROW = np.zeros(1, dtype=np.int64)  # the one user of `Serving.parts_of`


@dataclass(frozen=True)
class Recommendation:
    """One place of a list.

    plays: listens of the song by everybody; cold: nobody has played it; why: share of every signal, non-negative, sum
    1; reason: why in one sentence; nearest: the user's own songs like it, as track id and by what.
    """

    user: str
    track_id: int
    path: str
    title: str
    artist: str
    score: float
    plays: int
    cold: bool
    why: dict[str, float]
    reason: str = ""
    nearest: tuple[tuple[int, str], ...] = field(default=())

    def as_json(self) -> dict[str, object]:
        """The fields of `--json`."""
        names = ("user", "track_id", "path", "title", "artist", "score", "plays", "cold", "why")
        return {name: self.__dict__[name] for name in names}


class Recommender:
    """An opened workspace, ready to rank for any of its users."""

    def __init__(
        self, serving: Serving, weights: Weights, missing: Sequence[str] = (), blocks: dict[str, Block] | None = None
    ) -> None:
        self.serving, self.weights, self.missing = serving, weights, list(missing)
        self.blocks = serving.blocks if blocks is None else blocks
        self.genres: tuple[str, ...] = tuple(serving.about["genres"])

    @classmethod
    def open(cls, space: Workspace) -> "Recommender":
        """Read all of it; raises CheckpointError without `train-hybrid`, WorkspaceError without features or listens."""
        weights = load_weights(space.model("hybrid"), space.feature_digest())
        missing = [name for name in _PARTS if not space.has_model(name)]
        return cls(open_serving(space), weights, missing)

    @property
    def tracks(self) -> Sequence[Track]:
        """The songs in order; each is read when it is asked for."""
        return self.serving.songs

    @property
    def listens(self) -> Interactions:
        """Who listens to what, over the songs in the order of `tracks`."""
        return self.serving.now

    @property
    def users(self) -> tuple[str, ...]:
        """Names of all users that have listens."""
        return self.listens.users

    @cached_property
    def shelf(self) -> Shelf:
        """What the songs are, for lists that are spread out."""
        arrays = self.serving.arrays
        tail = long_tail(self.serving.listeners)
        return Shelf(arrays["directions"], arrays["artist"], arrays["recording"], tail, arrays["genre"])

    def recommend(
        self,
        user: str,
        top: int = 10,
        cold_only: bool = False,
        wishes: Wishes = USUAL,
        said: Sequence[Event] = (),
        without: Exclusions = NOTHING,
        only: NDArray[np.bool_] | None = None,
    ) -> list[Recommendation]:
        """The best songs that the user does not have, `top` of them.

        said: what they said of songs; without: what the list must not hold; only: bool [I], what it may hold. Raises
        UnknownNameError for a user without listens and likes.
        """
        if top < 1:
            raise InputError(f"a list of {top} songs cannot be made: give --top 1 or more")
        opinion = opinions(said, self.listens.items) if said else NONE
        allowed = without.allowed(self.serving.songs)
        allowed[list(opinion.barred)] = False
        if cold_only:
            allowed &= self.serving.plays == 0
        if only is not None:
            allowed &= only
        parts = self.serving.parts_of(user, opinion.listens)
        asked = _Asked(parts, opinion, None if allowed.all() else allowed, replace(wishes, top=top), without.own)
        ranked = self._ranked(asked, max(EACH, 10 * top))
        # Caps and twins can empty the union of the best: then every song is ranked.
        if len(ranked.chosen) < top:
            ranked = self._ranked(asked, len(self.tracks))
        return self._explained(user, ranked, OwnSongs(self.blocks, asked.parts.seen.counts.indices))

    def score(self, row: int) -> Scores:
        """Scores and contributions [1, I] of all candidates of one user: the songs that they do not have."""
        parts = self.serving.parts_of(self.users[row])
        candidates = np.ones((1, len(self.tracks)), dtype=bool)
        candidates[0, parts.seen.counts.indices] = False
        warmth = self.weights.warmth(parts.listeners, parts.songs_of_users)
        return score(self.weights, signals(self.serving, parts, _ROW), candidates, warmth)

    def _ranked(self, asked: "_Asked", each: int) -> "_Ranked":
        """The list out of the `each` best songs of every signal.

        Where the long tail has places of its own, its best of every signal are among them.
        """
        parts, wishes = asked.parts, asked.wishes
        own = parts.seen.counts.indices
        candidates = np.ones(len(self.tracks), dtype=bool)
        candidates[own] = not asked.is_new
        found = signals(self.serving, parts, _ROW)
        used = {name: values[0] for name, values in found.items() if name in self.weights.warm}
        union = best_of_each(used, candidates, asked.allowed, each)
        if wishes.explore and self.shelf.tail is not None:
            tail = self.shelf.tail if asked.allowed is None else self.shelf.tail & asked.allowed
            columns = np.union1d(union.columns, best_of_each(used, candidates, tail, each).columns)
            union = replace(union, columns=columns)
        warmth = self.weights.warmth(parts.listeners[union.columns], parts.songs_of_users)
        scores = score_union(self.weights, used, union, warmth)
        total = np.full(len(self.tracks), -np.inf)
        total[union.columns] = asked.opinion.moved(scores.total[0], union.columns, parts.directions)
        genre = self.serving.arrays["genre"]
        shares = genre_shares.shares(genre[own], parts.seen.counts.data, len(self.genres))
        chosen = diversify(total, self.shelf, wishes, Owner(own if asked.is_new else (), shares))
        return _Ranked(np.array(chosen, dtype=np.int64), np.searchsorted(union.columns, chosen), scores)

    def _explained(self, user: str, ranked: "_Ranked", own: OwnSongs) -> list[Recommendation]:
        plays = self.serving.plays[ranked.chosen]
        # A song that nobody has played shares listeners with none: its place in the network comes from its artist.
        nearest = own.nearest(ranked.chosen, {"network": plays > 0})
        return [self._told(user, ranked, number, near) for number, near in zip(range(len(plays)), nearest, strict=True)]

    def _told(self, user: str, ranked: "_Ranked", number: int, near: list[OwnSong]) -> Recommendation:
        column, place = int(ranked.chosen[number]), int(ranked.places[number])
        track, plays, shares = self.tracks[column], int(self.serving.plays[column]), ranked.scores.shares(0, place)
        return Recommendation(
            user=user,
            track_id=track.id,
            path=track.shown_path,
            title=track.title,
            artist=track.artist,
            score=float(ranked.scores.total[0, place]),
            plays=plays,
            cold=bool(self.serving.plays[column] == 0),
            why=shares,
            reason=sentence(shares, *self._named(near[:1])),
            nearest=tuple((int(self.listens.items[song.column]), song.by) for song in near),
        )

    def _named(self, near: list[OwnSong]) -> tuple[str, str]:
        if not near:
            return "", ""
        track = self.tracks[near[0].column]
        return f"{track.title or track.shown_path} by {track.artist}" if track.artist else track.title, near[0].by


@dataclass(frozen=True)
class _Asked:
    """One user's parts, what they said, which songs may be listed (bool [I], None: all), the list's wishes, and whether
    it holds only songs that the user does not have."""

    parts: Parts
    opinion: Opinions
    allowed: NDArray[np.bool_] | None
    wishes: Wishes
    is_new: bool


@dataclass(frozen=True)
class _Ranked:
    """The list's columns, best first, their places among the scores [1, n], and these."""

    chosen: NDArray[np.int64]
    places: NDArray[np.int64]
    scores: Scores
