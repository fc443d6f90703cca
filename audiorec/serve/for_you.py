"""Lists for a user: the models' scores where they are trained, likeness to their songs where not, and what they said.

Feedback counts at once: a liked song draws its like up, a disliked one pushes its like down, and neither comes again.
The models learn of it later, when they are trained. It does not know HTTP.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audiorec.data.ledger import Event, Ledger
from audiorec.data.tracks import Track
from audiorec.errors import InputError
from audiorec.ranking.diversify import Shelf, Wishes, diversify
from audiorec.ranking.explain import nearest_own, sentence
from audiorec.ranking.joint_space import known_rows, likeness
from audiorec.serve.state import Snapshot

if TYPE_CHECKING:
    from audiorec.hybrid.weights import Scores

LISTS = ("new", "known", "deep")
# What feedback moves a score by, in standard deviations of the scores at a cosine of 1.
_DRAW, _PUSH = 1.5, 2.0
# Without models a song is judged by so many of the user's songs, those most like it.
_NEAREST = 5
_HEARD_LATELY = 14 * 24 * 3600.0
# Answers kept; each is a few kilobytes.
_MOST_KEPT = 512


@dataclass(frozen=True)
class Ask:
    """What is asked for.

    which: `new` (songs that the user does not have), `known` (new songs of artists that they play) or `deep` (songs
    that few play); genres: kept only, any of them; folders, without_folders: ids of songs whose folders are meant;
    seconds and years: lowest and highest; not_lately: nothing heard within two weeks; owned: songs that the user has
    count too.
    """

    user: str
    which: str = "new"
    top: int = 20
    genres: tuple[str, ...] = ()
    without_genres: tuple[str, ...] = ()
    folders: tuple[int, ...] = ()
    without_folders: tuple[int, ...] = ()
    seconds: tuple[float, float] | None = None
    years: tuple[int, int] | None = None
    not_lately: bool = False
    owned: bool = False
    cold_only: bool = False


@dataclass(frozen=True)
class Suggestion:
    """A song of a list: its row, score, why in one sentence, the shares of the signals, own songs near it (ids)."""

    row: int
    score: float
    reason: str
    shares: dict[str, float]
    nearest: tuple[int, ...] = ()


class ForYou:
    """Makes lists and keeps the latest of them while nothing changes."""

    def __init__(self) -> None:
        self._answers: OrderedDict[object, list[Suggestion]] = OrderedDict()
        self._scores: OrderedDict[tuple[int, str], Scores] = OrderedDict()

    def suggest(self, snapshot: Snapshot, ledger: Ledger, ask: Ask, now: float) -> list[Suggestion]:
        """The list, best first; empty for a user of whom nothing is known yet. Raises InputError for a strange ask."""
        if ask.which not in LISTS:
            raise InputError(f"no list {ask.which!r}: one of {', '.join(LISTS)}")
        key = (snapshot.root, snapshot.serial, ledger.version, ask, int(now // 3600))
        kept = self._answers.get(key)
        if kept is None:
            kept = self._make(snapshot, ledger.events(ask.user), ask, now)
            self._answers[key] = kept
            while len(self._answers) > _MOST_KEPT:
                self._answers.popitem(last=False)
        return kept

    def _make(self, snapshot: Snapshot, events: list[Event], ask: Ask, now: float) -> list[Suggestion]:
        said = opinions(snapshot, events)
        scores = self._trained(snapshot, ask.user)
        total = _base(snapshot, scores, ask.user, said)
        if total is None:
            return []
        total = _moved(snapshot, total, said)
        total[~_allowed(snapshot, events, said, ask, now)] = -np.inf
        own = np.union1d(snapshot.listened(ask.user), said.good)
        shelf = Shelf(snapshot.vectors, snapshot.artist_numbers, snapshot.recording)
        wishes = Wishes(top=ask.top, per_artist=2 if ask.which == "new" else 4)
        return [
            self._explained(snapshot, scores, row, float(total[row]), own) for row in diversify(total, shelf, wishes)
        ]

    def _trained(self, snapshot: Snapshot, user: str) -> "Scores | None":
        recommender = snapshot.recommender
        if recommender is None or user not in recommender.users:
            return None
        key = (id(recommender), user)
        if key not in self._scores:
            self._scores[key] = recommender.score(recommender.listens.user_row(user))
            while len(self._scores) > 64:
                self._scores.popitem(last=False)
        return self._scores[key]

    def _explained(
        self, snapshot: Snapshot, scores: "Scores | None", row: int, score: float, own: NDArray[np.integer]
    ) -> Suggestion:
        column = snapshot.column.get(snapshot.tracks[row].id)
        shares = {} if scores is None or column is None else scores.shares(0, column)
        cold = snapshot.plays()[row] == 0
        told = {name: block for name, block in snapshot.blocks.items() if name != "network" or not cold}
        near = nearest_own(told, row, own[own != row])
        names = [_name(snapshot, one.column) for one in near[:1]]
        if shares:
            reason = sentence(shares, *(names[0], near[0].by) if near else ())
        elif near:
            how = {"sound": "sounds like", "words": "has words like", "network": "shares listeners with"}[near[0].by]
            reason = f"It {how} {names[0]}, which you like."
        else:
            reason = "It is near to what you like."
        return Suggestion(row, score, reason, shares, tuple(snapshot.tracks[one.column].id for one in near))


@dataclass(frozen=True)
class Opinions:
    """Rows by what the user said: good (liked, starred, played, rated 4 up), bad (disliked, rated 2 down), less
    (unlike this, please), never."""

    good: NDArray[np.int64]
    bad: NDArray[np.int64]
    less: NDArray[np.int64]
    never: NDArray[np.int64]


def opinions(snapshot: Snapshot, events: Sequence[Event]) -> Opinions:
    """Sort what was said by what it means for lists."""
    sides: dict[str, set[int]] = {"good": set(), "bad": set(), "less": set(), "never": set()}
    for event in events:
        row = snapshot.row.get(event.track_id)
        side = _side(event)
        if row is not None and side is not None:
            sides[side].add(row)
    for row in sides["bad"] | sides["less"] | sides["never"]:
        sides["good"].discard(row)
    return Opinions(*(np.array(sorted(rows), dtype=np.int64) for rows in sides.values()))


def _side(event: Event) -> str | None:
    if event.kind == "rating":
        return "good" if event.weight >= 4 else "bad" if event.weight <= 2 else None
    return {"like": "good", "star": "good", "play": "good", "dislike": "bad", "less": "less", "never": "never"}.get(
        event.kind
    )


def _base(snapshot: Snapshot, scores: "Scores | None", user: str, said: Opinions) -> NDArray[np.float64] | None:
    """Scores [N] by the models, else by likeness to the user's songs; None when they have none."""
    if scores is not None:
        total = np.full(len(snapshot.tracks), -np.inf)
        total[snapshot.ranked_rows] = scores.total[0]
        return total
    own = np.union1d(snapshot.listened(user), said.good)
    if not len(own):
        return None
    # The nearest of several tastes counts, not their middle, where nothing is.
    few = min(_NEAREST, len(own))
    near = np.partition(snapshot.vectors @ snapshot.vectors[own].T, -few, axis=1)[:, -few:].mean(axis=1)
    return np.where(known_rows(snapshot.vectors), near.astype(np.float64), -np.inf)


def _moved(snapshot: Snapshot, total: NDArray[np.float64], said: Opinions) -> NDArray[np.float64]:
    """The scores after what was said here, on a scale with a standard deviation of 1."""
    finite = np.isfinite(total)
    spread = float(total[finite].std()) if finite.any() else 0.0
    scaled = (total - (float(total[finite].mean()) if finite.any() else 0.0)) / (spread or 1.0)
    draw, push = likeness(snapshot.vectors, said.good), _nearest(snapshot, said.bad) + _nearest(snapshot, said.less)
    return np.asarray(scaled + _DRAW * draw - _PUSH * push, dtype=np.float64)


def _nearest(snapshot: Snapshot, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Cosine [N] to the nearest of the rows, at least 0."""
    if not len(rows):
        return np.zeros(len(snapshot.tracks), dtype=np.float32)
    return np.asarray(np.maximum((snapshot.vectors @ snapshot.vectors[rows].T).max(axis=1), 0.0))


def _allowed(snapshot: Snapshot, events: Sequence[Event], said: Opinions, ask: Ask, now: float) -> NDArray[np.bool_]:
    keep = np.ones(len(snapshot.tracks), dtype=bool)
    keep[np.concatenate([said.bad, said.less, said.never])] = False
    listened = snapshot.listened(ask.user)
    if not ask.owned:
        keep[listened] = keep[said.good] = False
    if ask.not_lately:
        late = [event.track_id for event in events if event.kind == "play" and now - event.time < _HEARD_LATELY]
        keep[snapshot.rows_of(late)] = False
    plays = snapshot.plays()
    if ask.cold_only:
        keep &= plays == 0
    if ask.which == "known":
        artists = snapshot.artist_numbers
        keep &= np.isin(artists, artists[np.union1d(listened, said.good)]) & (artists >= 0)
    if ask.which == "deep":
        keep &= plays <= np.median(plays)
    if ask == replace(ask, genres=(), without_genres=(), folders=(), without_folders=(), seconds=None, years=None):
        return np.asarray(keep)  # nothing that has to be looked up song by song
    only, without = _folders(snapshot, ask.folders), _folders(snapshot, ask.without_folders)
    fits = np.array([_fits(track, ask, only, without) for track in snapshot.tracks], dtype=bool)
    return np.asarray(keep & fits)


def _fits(track: Track, ask: Ask, only: set[bytes], without: set[bytes]) -> bool:
    genre = track.genre.casefold()
    if ask.genres and not any(name.casefold() in genre for name in ask.genres):
        return False
    if any(name.casefold() in genre for name in ask.without_genres if name):
        return False
    folder = folder_of(track.path)
    if folder in without or (only and folder not in only):
        return False
    if ask.seconds is not None and not ask.seconds[0] <= track.seconds <= ask.seconds[1]:
        return False
    return ask.years is None or (track.year is not None and ask.years[0] <= track.year <= ask.years[1])


def _folders(snapshot: Snapshot, songs: tuple[int, ...]) -> set[bytes]:
    return {folder_of(snapshot.tracks[snapshot.row_of(song)].path) for song in songs}


def folder_of(path: bytes) -> bytes:
    """The folder that a file lies in."""
    return path.rpartition(b"/")[0]


def _name(snapshot: Snapshot, row: int) -> str:
    track = snapshot.tracks[row]
    return f"{track.title} by {track.artist}" if track.artist else track.title
