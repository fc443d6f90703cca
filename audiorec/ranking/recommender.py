"""Recommendations from a workspace, for programs: `Recommender.open(space).recommend(user)`.

It puts together what the workspace holds: listens, features, NeuMF, the content models, the network and the learned
weights. Models that are absent leave their signal out, and `missing` says which command makes them.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.hybrid import fit_cache
from audiorec.hybrid.inputs import Material, gather
from audiorec.hybrid.settings import load_settings
from audiorec.hybrid.signals import Parts, fit_parts, signals
from audiorec.hybrid.weights import Scores, Weights, load_weights, score
from audiorec.network import embedding
from audiorec.ranking import genre_shares
from audiorec.ranking.diversify import Owner, Shelf, Wishes, diversify, long_tail
from audiorec.ranking.explain import OwnSong, nearest_own, sentence
from audiorec.ranking.neighbours import Block
from audiorec.ranking.recordings import recordings
from audiorec.ranking.similarity import gather as gather_library

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

    def __init__(self, material: Material, parts: Parts, weights: Weights, blocks: dict[str, Block]) -> None:
        self.material = material
        self.parts = parts
        self.weights = weights
        self.blocks = blocks
        self._genre, self.genres = genre_shares.genre_rows([track.genre for track in material.tracks])
        tail = long_tail(parts.listeners)
        same = recordings(material.tracks, material.fingerprints)
        self.shelf = Shelf(parts.points, material.artist, same, tail, self._genre)
        self.missing: list[str] = []

    @classmethod
    def open(cls, space: Workspace) -> "Recommender":
        """Read all of it; raises CheckpointError without `train-hybrid`, WorkspaceError without features or listens."""
        material = gather(space)
        folder = space.model("hybrid")
        settings = load_settings(folder)
        weights = load_weights(folder, material.feature_digest)
        network = embedding.load(space.model("network")) if space.has_model("network") else None
        parts = fit_parts(
            material,
            material.listens,
            settings,
            collaborative=fit_cache.collaborative(space, material.listens),
            network=network,
            kept=fit_cache.load(folder, material.listens, (material.feature_digest, settings.digest)),
        )
        opened = cls(material, parts, weights, _blocks(space, material))
        opened.missing = [command for name, command in _MAKERS.items() if not space.has_model(name)]
        return opened

    @property
    def users(self) -> tuple[str, ...]:
        """Names of all users that have listens."""
        return self.material.listens.users

    def recommend(
        self, user: str, top: int = 10, cold_only: bool = False, wishes: Wishes = USUAL
    ) -> list[Recommendation]:
        """The best songs that the user does not have, `top` of them; raises UnknownNameError for an unknown user."""
        row = self.material.listens.user_row(user)
        scored = self.score(row)
        total = scored.total[0].copy()
        plays = self.material.listens.plays()
        if cold_only:
            total[plays > 0] = -np.inf
        if top < 1:
            raise InputError(f"a list of {top} songs cannot be made: give --top 1 or more")
        counts = sparse.csr_array(self.material.listens.counts[[row]])
        own = counts.indices
        owner = Owner(own, genre_shares.shares(self._genre[own], counts.data, len(self.genres)))
        chosen = diversify(total, self.shelf, replace(wishes, top=top), owner)
        return [self._explained(user, scored, column, plays, own) for column in chosen]

    def score(self, row: int) -> Scores:
        """Scores and contributions [1, I] of one user's candidates: the songs that she does not have."""
        rows = np.array([row], dtype=np.int64)
        candidates = np.asarray(self.material.listens.counts[rows].todense()) == 0
        warmth = self.weights.warmth(self.parts.listeners, self.parts.songs_of_users[rows])
        return score(self.weights, signals(self.material, self.parts, rows), candidates, warmth)

    def _explained(
        self, user: str, scored: Scores, column: int, plays: NDArray[np.float32], own: NDArray[np.integer]
    ) -> Recommendation:
        track = self.material.tracks[column]
        shares = scored.shares(0, column)
        # A song that nobody has played shares listeners with none: its place in the network is a guess from its artist.
        told = {name: block for name, block in self.blocks.items() if name != "network" or plays[column] > 0}
        near = nearest_own(told, column, own)
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
            reason=sentence(shares, *self._named(near[:1])),
            nearest=tuple((self.material.tracks[song.column].id, song.by) for song in near),
        )

    def _named(self, near: list[OwnSong]) -> tuple[str, str]:
        if not near:
            return "", ""
        track = self.material.tracks[near[0].column]
        return f"{track.title or track.shown_path} by {track.artist}" if track.artist else track.title, near[0].by


def _blocks(space: Workspace, material: Material) -> dict[str, Block]:
    """Sound, words and network of the material's songs, for the user's own songs nearest to a recommended one."""
    library = gather_library(space)
    rows = np.array([library.row[track.id] for track in material.tracks], dtype=np.int64)
    return {name: Block(block.vectors[rows], block.known[rows]) for name, block in library.blocks.items()}
