"""What people tell the server: plays, likes, dislikes, stars, ratings, and the playlists that they keep.

One SQLite file beside the catalogue, so that feedback is taken while another process writes there. What was answered
is on the disk (a flush each time). It does not know songs beyond their ids.
"""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audiorec.data.catalogue import has_journal
from audiorec.data.disk import is_of_the_disk, unwritable
from audiorec.errors import InputError, UnknownNameError, WorkspaceError

LEDGER = "feedback.sqlite"  # its name in the workspace
KINDS = ("play", "like", "dislike", "less", "never", "skip", "star", "rating")
# Kinds of which a user has at most one a song, and what a second of them takes the place of.
_OPINIONS = ("like", "dislike", "less", "never")
# What an event is worth as listens; the rest say nothing of what is played.
_WORTH = {"play": 1.0, "like": 3.0, "star": 2.0}

_TABLES = """
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY, user TEXT NOT NULL, track_id INTEGER NOT NULL, kind TEXT NOT NULL,
    weight REAL NOT NULL, time REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS event_user ON event (user, track_id);
CREATE TABLE IF NOT EXISTS playlist (
    id INTEGER PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, comment TEXT NOT NULL DEFAULT '',
    public INTEGER NOT NULL DEFAULT 0, created REAL NOT NULL, changed REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS playlist_song (
    playlist_id INTEGER NOT NULL REFERENCES playlist(id) ON DELETE CASCADE, place INTEGER NOT NULL,
    track_id INTEGER NOT NULL, PRIMARY KEY (playlist_id, place)
) STRICT;
"""


@dataclass(frozen=True)
class Event:
    """Something a user said of a song; time in UTC seconds, weight 1 or the stars of a rating."""

    user: str
    track_id: int
    kind: str
    weight: float
    time: float


@dataclass(frozen=True)
class KeptList:
    """A playlist with its songs' ids in order; times in UTC seconds."""

    id: int
    owner: str
    name: str
    comment: str
    public: bool
    created: float
    changed: float
    songs: tuple[int, ...]


class Ledger:
    """The open file; every method is safe to call from several threads.

    Methods that write raise WorkspaceError when the disk does not take it.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._path = path
        try:
            self._db = _opened(path)
        except sqlite3.OperationalError as error:
            if not is_of_the_disk(error):
                raise WorkspaceError(_unusable(path, error)) from error
            if has_journal(path):
                raise WorkspaceError(unwritable(path, error)) from error
            self._db = _for_reading(path)
        except sqlite3.DatabaseError as error:
            raise WorkspaceError(_unusable(path, error)) from error
        self.changed_at = 0.0
        self.version = 0
        self._said: Counter[str] = Counter()
        self._by_others = 0

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _writing(self, user: str | None = None) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError):
                    raise WorkspaceError(unwritable(self._path, error)) from error
                raise
            self.version += 1
            if user is not None:
                self._said[user] += 1
            self.changed_at = time.monotonic()

    def entries_of_each(self) -> dict[str, int]:
        """How many events and playlists each user has."""
        every = "SELECT user FROM event UNION ALL SELECT owner FROM playlist"
        with self._lock:
            return dict(self._db.execute(f"SELECT user, count(*) FROM ({every}) GROUP BY user"))

    # --- events --------------------------------------------------------------------------------------------------

    def add(self, user: str, track_id: int, kind: str, weight: float = 1.0, at: float | None = None) -> None:
        """Store an event; an opinion takes the place of the user's opinion before, a rating that of their rating."""
        if kind not in KINDS:
            raise InputError(f"no feedback of kind {kind!r}: one of {', '.join(KINDS)}")
        with self._writing(user) as db:
            replaced = _OPINIONS if kind in _OPINIONS else (kind,) if kind in ("star", "rating") else ()
            for other in replaced:
                db.execute("DELETE FROM event WHERE user = ? AND track_id = ? AND kind = ?", (user, track_id, other))
            db.execute(
                "INSERT INTO event (user, track_id, kind, weight, time) VALUES (?, ?, ?, ?, ?)",
                (user, track_id, kind, weight, time.time() if at is None else at),
            )

    def remove(self, user: str, track_id: int, kinds: Sequence[str] = _OPINIONS) -> int:
        """Take opinions of a song back; returns how many there were."""
        marks = ", ".join("?" * len(kinds))
        with self._writing(user) as db:
            gone = db.execute(
                f"DELETE FROM event WHERE user = ? AND track_id = ? AND kind IN ({marks})", (user, track_id, *kinds)
            )
            return gone.rowcount

    def undo(self, user: str) -> Event | None:
        """Take the user's latest opinion back and return it."""
        with self._writing(user) as db:
            marks = ", ".join("?" * len(_OPINIONS))
            row = db.execute(
                f"SELECT id, user, track_id, kind, weight, time FROM event WHERE user = ? AND kind IN ({marks})"
                " ORDER BY id DESC LIMIT 1",
                (user, *_OPINIONS),
            ).fetchone()
            if row is not None:
                db.execute("DELETE FROM event WHERE id = ?", (row[0],))
        return None if row is None else Event(*row[1:])

    def events(self, user: str, kinds: Sequence[str] = KINDS) -> list[Event]:
        """What a user said, the oldest first."""
        marks = ", ".join("?" * len(kinds))
        query = f"SELECT user, track_id, kind, weight, time FROM event WHERE user = ? AND kind IN ({marks}) ORDER BY id"
        with self._lock:
            return [Event(*row) for row in self._db.execute(query, (user, *kinds))]

    def version_of(self, user: str) -> tuple[int, int]:
        """Another one whenever what a user said may have changed, here or through another process; never waits."""
        if self._lock.acquire(blocking=False):
            try:
                self._by_others = self._db.execute("PRAGMA data_version").fetchone()[0]
            finally:
                self._lock.release()
        return self._said[user], self._by_others

    def users(self) -> list[str]:
        """Everybody who said something or keeps a playlist, sorted."""
        with self._lock:
            found = self._db.execute("SELECT user FROM event UNION SELECT owner FROM playlist ORDER BY 1")
            return [row[0] for row in found]

    def plays(self) -> dict[int, int]:
        """How often each song was played here."""
        with self._lock:
            return dict(self._db.execute("SELECT track_id, count(*) FROM event WHERE kind = 'play' GROUP BY track_id"))

    def as_listens(self) -> list[tuple[str, int, float, float]]:
        """(user, track id, count, time of the last) of all positive feedback: what models learn from."""
        with self._lock:
            rows = self._db.execute(
                "SELECT user, track_id, kind, weight, time FROM event ORDER BY user, track_id"
            ).fetchall()
        found: dict[tuple[str, int], tuple[float, float]] = {}
        for user, track, kind, weight, at in rows:
            worth = max(weight - 2.0, 0.0) if kind == "rating" else _WORTH.get(kind, 0.0)
            count, last = found.get((user, track), (0.0, 0.0))
            if worth > 0:
                found[user, track] = (count + worth, max(last, at))
        return [(user, track, count, last) for (user, track), (count, last) in found.items()]

    # --- playlists -----------------------------------------------------------------------------------------------

    def playlists(self, user: str) -> list[KeptList]:
        """A user's own playlists and public ones, by name."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id FROM playlist WHERE owner = ? OR public = 1 ORDER BY name, id", (user,)
            ).fetchall()
            return [self.playlist(row[0]) for row in rows]

    def playlist(self, number: int) -> KeptList:
        """One playlist; raises UnknownNameError."""
        with self._lock:
            row = self._db.execute(
                "SELECT id, owner, name, comment, public, created, changed FROM playlist WHERE id = ?", (number,)
            ).fetchone()
            songs = self._db.execute(
                "SELECT track_id FROM playlist_song WHERE playlist_id = ? ORDER BY place", (number,)
            ).fetchall()
        if row is None:
            raise UnknownNameError(f"no playlist {number}: it may have been deleted")
        return KeptList(row[0], row[1], row[2], row[3], bool(row[4]), row[5], row[6], tuple(song[0] for song in songs))

    def create_playlist(self, owner: str, name: str, songs: Sequence[int], comment: str = "") -> KeptList:
        """Keep a new playlist."""
        now = time.time()
        with self._writing() as db:
            made = db.execute(
                "INSERT INTO playlist (owner, name, comment, created, changed) VALUES (?, ?, ?, ?, ?)",
                (owner, name, comment, now, now),
            ).lastrowid
            assert made is not None
            _write_songs(db, made, songs)
        return self.playlist(made)

    def change_playlist(
        self,
        number: int,
        name: str | None = None,
        songs: Sequence[int] | None = None,
        comment: str | None = None,
        public: bool | None = None,
    ) -> KeptList:
        """Change what is given, keep the rest; raises UnknownNameError."""
        with self._lock:
            old = self.playlist(number)
            with self._writing() as db:
                db.execute(
                    "UPDATE playlist SET name = ?, comment = ?, public = ?, changed = ? WHERE id = ?",
                    (
                        old.name if name is None else name,
                        old.comment if comment is None else comment,
                        int(old.public if public is None else public),
                        time.time(),
                        number,
                    ),
                )
                if songs is not None:
                    _write_songs(db, number, songs)
            return self.playlist(number)

    def delete_playlist(self, number: int) -> None:
        """Delete it; raises UnknownNameError when it is not there."""
        with self._writing() as db:
            if not db.execute("DELETE FROM playlist WHERE id = ?", (number,)).rowcount:
                raise UnknownNameError(f"no playlist {number}: it may have been deleted")


def _unusable(path: Path, why: sqlite3.DatabaseError) -> str:
    return f"{path} cannot be used ({why}): move it away, it holds feedback only"


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.executescript(_TABLES)
    return db


def _for_reading(path: Path) -> sqlite3.Connection:
    """What is there already, if anything, where the disk takes nothing; whatever writes fails."""
    holds = path.is_file() and path.stat().st_size > 0
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1" if holds else "file::memory:"
    db = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    if not holds:
        db.executescript(_TABLES)
    db.execute("PRAGMA query_only = ON")
    return db


def said_by(root: Path, user: str) -> list[Event]:
    """What a user said of songs in the workspace at `root`, the oldest first."""
    if not (root / LEDGER).is_file():
        return []
    ledger = Ledger(root / LEDGER)
    try:
        return ledger.events(user)
    finally:
        ledger.close()


def _write_songs(db: sqlite3.Connection, number: int, songs: Sequence[int]) -> None:
    db.execute("DELETE FROM playlist_song WHERE playlist_id = ?", (number,))
    db.executemany(
        "INSERT INTO playlist_song (playlist_id, place, track_id) VALUES (?, ?, ?)",
        ((number, place, song) for place, song in enumerate(songs)),
    )
