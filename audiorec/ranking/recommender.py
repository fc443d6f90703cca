"""Recommendations from a workspace, for programs: `Recommender.open(space).recommend(user)`.

It puts together what the workspace holds: listens, features, NeuMF, the content models, the network and the learned
weights. Models that are absent leave their signal out, and `missing` names them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from audiorec.data.interactions import Interactions
from audiorec.data.ledger import Event
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.hybrid.retrieve import EACH, Union, best_of_each, score_union
from audiorec.hybrid.signals import Parts, signals
from audiorec.hybrid.weights import Scores, Weights, load_weights, score
from audiorec.labels.encoder_words import said
from audiorec.ranking import genre_shares
from audiorec.ranking.agreement import agreed, mean_scores
from audiorec.ranking.diversify import Owner, Shelf, Wishes, diversify, long_tail
from audiorec.ranking.exclusions import NOTHING, Exclusions
from audiorec.ranking.explain import OF_ITEMS, OF_SONGS, OwnSong, OwnSongs, sentence
from audiorec.ranking.neighbours import Block
from audiorec.ranking.opinions import NONE, Opinions, opinions
from audiorec.ranking.serving import Serving, open_serving
from audiorec.sources.matching.path_endings import ITEMS_MARK

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
        is_of_items = serving.about["inputs"]["features"].startswith(ITEMS_MARK)
        self.reasons = OF_ITEMS if is_of_items else OF_SONGS

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
        user: str | Sequence[str],
        top: int = 10,
        cold_only: bool = False,
        wishes: Wishes = USUAL,
        said: Sequence[Event] = (),
        without: Exclusions = NOTHING,
        only: NDArray[np.bool_] | None = None,
    ) -> list[Recommendation]:
        """The best songs that the user does not have, `top` of them; of several users, what none of them has.

        said: what they said of songs; without: what the list must not hold; only: bool [I], what it may hold. Raises
        UnknownNameError for a user without listens and likes.
        """
        if top < 1:
            raise InputError(f"a list of {top} songs cannot be made: give --top 1 or more")
        names = (user,) if isinstance(user, str) else tuple(dict.fromkeys(user))
        if not names:
            raise InputError("a list is for somebody: name a user")
        members = [self._member(name, said, len(names) > 1) for name in names]
        allowed = without.allowed(self.serving.songs)
        for one in members:
            allowed[list(one.opinion.barred)] = False
            allowed[one.own] &= not without.own
        if cold_only:
            allowed &= self.serving.plays == 0
        if only is not None:
            allowed &= only
        asked = _Asked(members, allowed, replace(wishes, top=top), without.own)
        each = max(EACH, 10 * top)
        ranked = self._ranked(asked, each)
        # Caps and twins can empty the union of the best: then every song is ranked, if not all were.
        if len(ranked.chosen) < top and each < len(self.tracks):
            ranked = self._ranked(asked, len(self.tracks))
        return self._explained(" and ".join(names), ranked, OwnSongs(self.blocks, asked.own))

    def _member(self, name: str, said: Sequence[Event], is_one_of_many: bool) -> "_Member":
        events = [event for event in said if event.user == name] if is_one_of_many else said
        opinion = opinions(events, self.listens.items) if events else NONE
        return _Member(self.serving.parts_of(name, opinion.listens), opinion)

    def score(self, row: int) -> Scores:
        """Scores and contributions [1, I] of all candidates of one user: the songs that they do not have."""
        parts = self.serving.parts_of(self.users[row])
        candidates = np.ones((1, len(self.tracks)), dtype=bool)
        candidates[0, parts.seen.counts.indices] = False
        warmth = self.weights.warmth(parts.listeners, parts.songs_of_users)
        return score(self.weights, signals(self.serving, parts, _ROW), candidates, warmth)

    def _ranked(self, asked: "_Asked", each: int) -> "_Ranked":
        """The list out of the `each` best songs of every signal of every member."""
        shelf, wishes = self.shelf, asked.wishes
        found = [self._retrieved(one, asked, each) for one in asked.members]
        columns = reduce(np.union1d, [union.columns for _, union in found])
        scores, totals = [], []
        for one, (used, union) in zip(asked.members, found, strict=True):
            warmth = self.weights.warmth(one.parts.listeners[columns], one.parts.songs_of_users)
            scores.append(score_union(self.weights, used, replace(union, columns=columns), warmth))
            totals.append(one.opinion.moved(scores[-1].total[0], columns, one.parts.directions))
        genre = self.serving.arrays["genre"]
        plays = np.concatenate([one.parts.seen.counts.data for one in asked.members])
        owned = np.concatenate([one.own for one in asked.members])
        owner = Owner(asked.own if asked.is_new else (), genre_shares.shares(genre[owned], plays, len(self.genres)))
        chosen = diversify(agreed(totals), shelf, wishes, owner, columns=columns)
        return _Ranked(np.array(chosen, dtype=np.int64), np.searchsorted(columns, chosen), mean_scores(scores))

    def _retrieved(self, one: "_Member", asked: "_Asked", each: int) -> tuple[dict[str, NDArray[np.floating]], Union]:
        """One member's signals, and the best of each among the songs that may be listed; the best of the long tail are
        among them where it has places of its own."""
        candidates = np.ones(len(self.tracks), dtype=bool)
        candidates[one.own] = not asked.is_new
        signalled = signals(self.serving, one.parts, _ROW)
        used = {
            name: values[0].astype(np.float32, copy=False)
            for name, values in signalled.items()
            if name in self.weights.warm
        }
        allowed = None if (asked.allowed | ~candidates).all() else asked.allowed
        union = best_of_each(used, candidates, allowed, each)
        if asked.wishes.explore and self.shelf.tail is not None:
            tail = best_of_each(used, candidates, self.shelf.tail & asked.allowed, each)
            union = replace(union, columns=np.union1d(union.columns, tail.columns))
        return used, union

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
            reason=sentence(shares, *self._named(near[:1]), self._words_of_both(column, near[:1]), self.reasons),
            nearest=tuple((int(self.listens.items[song.column]), song.by) for song in near),
        )

    def _words_of_both(self, column: int, near: list[OwnSong]) -> list[str]:
        """Words for an encoder's tags that a song and its nearest one have."""
        tags, words = self.serving.arrays["sound_tags"], self.serving.about["sound_tags"]
        theirs = {place for song in near for place in tags[song.column].tolist()}
        return said(words, np.array([place for place in tags[column].tolist() if place in theirs][:3], dtype=np.int16))

    def _named(self, near: list[OwnSong]) -> tuple[str, str]:
        if not near:
            return "", ""
        track = self.tracks[near[0].column]
        return f"{track.title or track.shown_path} by {track.artist}" if track.artist else track.title, near[0].by


@dataclass(frozen=True)
class _Member:
    """One of those whom a list is for, and what they said."""

    parts: Parts
    opinion: Opinions

    @property
    def own(self) -> NDArray[np.integer]:
        """Columns of the songs that they have."""
        return np.asarray(self.parts.seen.counts.indices)


@dataclass(frozen=True)
class _Asked:
    """Whom a list is for, which songs it may hold (bool [I]), its wishes, and whether it holds only what is new."""

    members: Sequence[_Member]
    allowed: NDArray[np.bool_]
    wishes: Wishes
    is_new: bool

    @property
    def own(self) -> NDArray[np.integer]:
        """Columns of the songs that any of them has."""
        return np.unique(np.concatenate([one.own for one in self.members]))


@dataclass(frozen=True)
class _Ranked:
    """The list's columns, best first, their places among the scores [1, n], and these."""

    chosen: NDArray[np.int64]
    places: NDArray[np.int64]
    scores: Scores
