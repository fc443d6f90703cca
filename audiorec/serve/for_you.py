"""Lists for a user: the models' where they are trained, likeness to their songs where not, and what they said.

Feedback counts at once, by the same arithmetic as on the command line (`ranking/opinions.py`). The models learn of it
later, when they are trained. It does not know HTTP.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiorec.data.ledger import Event, Ledger
from audiorec.errors import InputError
from audiorec.ranking.diversify import Owner, Shelf, Wishes, diversify
from audiorec.ranking.exclusions import Exclusions
from audiorec.ranking.explain import OF_ITEMS, OF_SONGS, OwnSong, OwnSongs
from audiorec.ranking.joint_space import known_rows
from audiorec.ranking.opinions import Opinions, opinions
from audiorec.ranking.recommender import Recommender
from audiorec.serve.snapshot import Snapshot

LISTS = ("new", "known", "deep")
# What a user said, and the rows of their songs.
Member = tuple[Opinions, NDArray[np.int64]]
# Without models a song is judged by so many of the user's songs, those most like it.
_NEAREST = 5
_HEARD_LATELY = 14 * 24 * 3600.0
# Answers kept; each is some ten kilobytes.
_MOST_KEPT = 3_000
_DAY = 24 * 3600.0


@dataclass(frozen=True)
class Ask:
    """What is asked for.

    which: `new` (songs that the user does not have), `known` (new songs of artists that they play) or `deep` (songs
    that few play); genres: kept only, any of them; folders, without_folders: ids of songs whose folders are meant;
    seconds and years: lowest and highest; not_lately: nothing played within two weeks; owned: songs that the user has
    count too; together_with: other users who listen too: then the list is what all like and none of them has.
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
    together_with: tuple[str, ...] = ()

    @property
    def users(self) -> tuple[str, ...]:
        """All who listen, each once."""
        return tuple(dict.fromkeys((self.user, *self.together_with)))


@dataclass(frozen=True)
class Suggestion:
    """A song of a list: its row, score, why in one sentence, the shares of the signals, own songs near it (ids)."""

    row: int
    score: float
    reason: str
    shares: dict[str, float]
    nearest: tuple[int, ...] = ()


# Root and serial of the snapshot, versions of what its users said, what is asked for, the day.
_Key = tuple[Path, int, tuple[tuple[int, int], ...], Ask, int]


class ForYou:
    """Makes lists and keeps the latest of them while nothing changes."""

    def __init__(self) -> None:
        # One at a time: lists made side by side by threads of one interpreter take twice the processor time (measured).
        self._making = threading.Lock()
        self._answers: OrderedDict[_Key, list[Suggestion]] = OrderedDict()

    def suggest(self, snapshot: Snapshot, ledger: Ledger, ask: Ask, now: float) -> list[Suggestion]:
        """The list, best first; empty for a user of whom nothing is known yet. Raises InputError for a strange ask."""
        if ask.which not in LISTS:
            raise InputError(f"no list {ask.which!r}: one of {', '.join(LISTS)}")
        key = _key(snapshot, ledger, ask, now)
        with self._making:
            kept = self._answers.get(key)
            if kept is None:
                kept = self._answers[key] = _make(snapshot, ledger, ask, now)
                while len(self._answers) > _MOST_KEPT:
                    self._answers.popitem(last=False)
            return kept

    def kept(self, snapshot: Snapshot, ledger: Ledger, ask: Ask, now: float) -> list[Suggestion] | None:
        """The list where it was made before; never waits."""
        return self._answers.get(_key(snapshot, ledger, ask, now))

    def latest_users(self) -> list[str]:
        """For whom lists are kept, the latest first, each once."""
        return list(dict.fromkeys(ask.user for _, _, _, ask, _ in reversed(list(self._answers))))


def _key(snapshot: Snapshot, ledger: Ledger, ask: Ask, now: float) -> _Key:
    said = tuple(ledger.version_of(user) for user in ask.users)
    return snapshot.root, snapshot.serial, said, ask, day_of(now)


def day_of(now: float) -> int:
    """The day on which a list is made: what was said fades from day to day."""
    return int(now // _DAY)


def _make(snapshot: Snapshot, ledger: Ledger, ask: Ask, now: float) -> list[Suggestion]:
    if not snapshot.tracks:
        return []
    events = {user: ledger.events(user) for user in ask.users}
    members = [_member(snapshot, user, events[user], now) for user in ask.users]
    everything = [event for user in ask.users for event in events[user]]
    allowed = _allowed(snapshot, everything, np.unique(np.concatenate([own for _, own in members])), ask, now)
    wishes = Wishes(top=ask.top, per_artist=2 if ask.which == "new" else 4)
    ranker = snapshot.recommender
    if ranker is not None and all(_is_ranked(ranker, user, events[user], now) for user in ask.users):
        return _ranked(snapshot, ranker, (ask, wishes), everything, allowed)
    return _by_likeness(snapshot, members, (ask, wishes), allowed) if all(len(own) for _, own in members) else []


def _member(snapshot: Snapshot, user: str, events: Sequence[Event], now: float) -> Member:
    said = opinions(events, snapshot.ids, now)
    return said, np.union1d(snapshot.listened(user), np.array(list(said.listens), dtype=np.int64))


def _is_ranked(ranker: Recommender, user: str, events: Sequence[Event], now: float) -> bool:
    return user in ranker.users or bool(opinions(events, ranker.listens.items, now).listens)


def _ranked(
    snapshot: Snapshot,
    ranker: Recommender,
    asked: tuple[Ask, Wishes],
    events: Sequence[Event],
    allowed: NDArray[np.bool_],
) -> list[Suggestion]:
    """By the trained models; allowed: bool, by row."""
    ask, wishes = asked
    found = ranker.recommend(
        ask.users,
        ask.top,
        wishes=wishes,
        said=events,
        without=Exclusions(own=not ask.owned),
        only=allowed[snapshot.ranked_rows],
    )
    return [
        Suggestion(snapshot.row[one.track_id], one.score, one.reason, one.why, tuple(song for song, _ in one.nearest))
        for one in found
    ]


def _by_likeness(
    snapshot: Snapshot, members: Sequence[Member], asked: tuple[Ask, Wishes], allowed: NDArray[np.bool_]
) -> list[Suggestion]:
    """By likeness to the members' own songs."""
    vectors, (ask, wishes) = snapshot.vectors, asked
    total = np.mean([_likeness(vectors, *member) for member in members], axis=0)
    own = np.unique(np.concatenate([songs for _, songs in members]))
    total[~allowed] = -np.inf
    shelf = Shelf(vectors, snapshot.artist_numbers, snapshot.recording)
    rows = np.array(diversify(total, shelf, wishes, Owner() if ask.owned else Owner(own)), dtype=np.int64)
    nearest = OwnSongs(snapshot.blocks, own).nearest(rows, {"network": snapshot.plays()[rows] > 0})
    found = []
    for row, songs in zip(rows.tolist(), nearest, strict=True):
        others = [one for one in songs if one.column != row]
        near = tuple(snapshot.tracks[one.column].id for one in others)
        found.append(Suggestion(row, float(total[row]), _because(snapshot, others), {"likeness": 1.0}, near))
    return found


def _likeness(vectors: NDArray[np.float32], said: Opinions, own: NDArray[np.int64]) -> NDArray[np.float64]:
    """By row, to one member: the nearest of several tastes, not their middle, where nothing is."""
    few = min(_NEAREST, len(own))
    near = np.partition(vectors @ vectors[own].T, -few, axis=1)[:, -few:].mean(axis=1)
    total = np.where(known_rows(vectors), near.astype(np.float64), -np.inf)
    return said.moved(total, np.arange(len(total)), vectors)


def _because(snapshot: Snapshot, near: Sequence[OwnSong]) -> str:
    if not near:
        return "It is near to what you like."
    how = (OF_ITEMS if snapshot.holds_items else OF_SONGS).near[near[0].by]
    return f"It {how} {_name(snapshot, near[0].column)}, which you like."


def _allowed(
    snapshot: Snapshot, events: Sequence[Event], own: NDArray[np.int64], ask: Ask, now: float
) -> NDArray[np.bool_]:
    """Rows that may be listed; own: those that the user has."""
    years, seconds = ask.years or (None, None), ask.seconds or (None, None)
    keep = Exclusions(
        genres=ask.without_genres, only_genres=ask.genres, shortest=seconds[0], longest=seconds[1],
        since=years[0], until=years[1],
    ).allowed(snapshot.songs)  # fmt: skip
    for folders, wanted in ((ask.folders, True), (ask.without_folders, False)):
        if folders:
            keep &= _in_folders(snapshot, folders) == wanted
    plays, artists = snapshot.plays(), snapshot.artist_numbers
    if not ask.owned:
        keep[own] = False
    if ask.not_lately:
        late = [event.track_id for event in events if event.kind == "play" and now - event.time < _HEARD_LATELY]
        keep[snapshot.rows_of(late)] = False
    if ask.cold_only:
        keep &= plays == 0
    if ask.which == "known":
        keep &= np.isin(artists, artists[own]) & (artists >= 0)
    if ask.which == "deep":
        keep &= plays <= np.median(plays)
    return keep


def _in_folders(snapshot: Snapshot, songs: Sequence[int]) -> NDArray[np.bool_]:
    """Rows of the songs that lie in, or below, the folders of some songs (ids)."""
    folders = {folder_of(snapshot.tracks[snapshot.row_of(song)].path) + b"/" for song in songs}
    return np.asarray(np.any([snapshot.songs.below(folder) for folder in sorted(folders)], axis=0))


def folder_of(path: bytes) -> bytes:
    """The folder that a file lies in."""
    return path.rpartition(b"/")[0]


def _name(snapshot: Snapshot, row: int) -> str:
    track = snapshot.tracks[row]
    return f"{track.title} by {track.artist}" if track.artist else track.title
