"""Recommendations from a workspace, for programs: `Recommender.open(space).recommend(user)`.

It puts together what the workspace holds: listens, features, NeuMF, the content models, the network and the learned
weights. Models that are absent leave their signal out, and `missing` says which command makes them.
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
from audiorec.hybrid.signals import Parts, signals
from audiorec.hybrid.weights import Scores, Weights, load_weights, score
from audiorec.labels.heard_words import said
from audiorec.ranking import genre_shares
from audiorec.ranking.diversify import Owner, Shelf, Wishes, diversify, long_tail
from audiorec.ranking.exclusions import NOTHING, Exclusions
from audiorec.ranking.explain import OwnSong, OwnSongs, sentence
from audiorec.ranking.neighbours import Block
from audiorec.ranking.opinions import NONE, opinions
from audiorec.ranking.serving import Serving, open_serving

USUAL = Wishes()
_MAKERS = {"cf": "train-cf", "network": "train-network", "cnn": "train-cnn", "svm": "train-svm"}


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
        self,
        serving: Serving,
        weights: Weights,
        tracks: Sequence[Track],
        missing: Sequence[str] = (),
        blocks: dict[str, Block] | None = None,
    ) -> None:
        self.serving, self.weights, self.tracks, self.missing = serving, weights, list(tracks), list(missing)
        self.blocks = serving.blocks if blocks is None else blocks
        self.genres: tuple[str, ...] = tuple(serving.about["genres"])

    @classmethod
    def open(cls, space: Workspace) -> "Recommender":
        """Read all of it; raises CheckpointError without `train-hybrid`, WorkspaceError without features or listens."""
        weights = load_weights(space.model("hybrid"), space.feature_digest())
        serving = open_serving(space)
        of = {track.id: track for track in space.tracks()}
        missing = [command for name, command in _MAKERS.items() if not space.has_model(name)]
        return cls(serving, weights, [of[int(item)] for item in serving.now.items], missing)

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
        return Shelf(arrays["points"], arrays["artist"], arrays["recording"], tail, arrays["genre"])

    def recommend(
        self,
        user: str,
        top: int = 10,
        cold_only: bool = False,
        wishes: Wishes = USUAL,
        said: Sequence[Event] = (),
        without: Exclusions = NOTHING,
    ) -> list[Recommendation]:
        """The best songs that the user does not have, `top` of them; said: what they said of songs; without: what the
        list must not hold.

        Raises UnknownNameError for a user without listens and likes.
        """
        if top < 1:
            raise InputError(f"a list of {top} songs cannot be made: give --top 1 or more")
        opinion = opinions(said, self._column) if said else NONE
        parts = self.serving.parts_of(user, opinion.listens)
        scored = self._scored(parts)
        total = opinion.moved(scored.total[0], parts.directions)
        plays = self.serving.plays
        total[~without.allowed(self.tracks)] = -np.inf
        if cold_only:
            total[plays > 0] = -np.inf
        own, genre = parts.seen.counts.indices, self.serving.arrays["genre"]
        owner = Owner(own, genre_shares.shares(genre[own], parts.seen.counts.data, len(self.genres)))
        chosen = diversify(total, self.shelf, replace(wishes, top=top), owner)
        songs = OwnSongs(self.blocks, own)
        return [self._explained(user, scored, column, plays, songs) for column in chosen]

    def score(self, row: int) -> Scores:
        """Scores and contributions [1, I] of one user's candidates: the songs that they do not have."""
        return self._scored(self.serving.parts_of(self.users[row]))

    def _scored(self, parts: Parts) -> Scores:
        candidates = np.ones((1, len(self.tracks)), dtype=bool)
        candidates[0, parts.seen.counts.indices] = False
        warmth = self.weights.warmth(parts.listeners, parts.songs_of_users)
        found = signals(self.serving, parts, np.zeros(1, dtype=np.int64))
        return score(self.weights, found, candidates, warmth)

    @cached_property
    def _column(self) -> dict[int, int]:
        return {track.id: column for column, track in enumerate(self.tracks)}

    def _explained(
        self, user: str, scored: Scores, column: int, plays: NDArray[np.float32], songs: OwnSongs
    ) -> Recommendation:
        track = self.tracks[column]
        shares = scored.shares(0, column)
        # A song that nobody has played shares listeners with none: its place in the network comes from its artist.
        near = songs.nearest(column, without=() if plays[column] > 0 else ("network",))
        return Recommendation(
            user=user,
            track_id=track.id,
            path=track.shown_path,
            title=track.title,
            artist=track.artist,
            score=float(scored.total[0, column]),
            plays=int(plays[column]),
            cold=bool(plays[column] == 0),
            why=shares,
            reason=sentence(shares, *self._named(near[:1]), self._heard_in_both(column, near[:1])),
            nearest=tuple((self.tracks[song.column].id, song.by) for song in near),
        )

    def _heard_in_both(self, column: int, near: list[OwnSong]) -> list[str]:
        """Words for what an encoder heard in a song and in its nearest one."""
        heard, words = self.serving.arrays["heard"], self.serving.about["heard"]
        theirs = {place for song in near for place in heard[song.column].tolist()}
        return said(words, np.array([place for place in heard[column].tolist() if place in theirs][:3], dtype=np.int16))

    def _named(self, near: list[OwnSong]) -> tuple[str, str]:
        if not near:
            return "", ""
        track = self.tracks[near[0].column]
        return f"{track.title or track.shown_path} by {track.artist}" if track.artist else track.title, near[0].by
