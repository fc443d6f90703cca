"""What a crawl of NetEase Cloud Music has found and what it has still to ask, in one SQLite file.

Every answer is stored together with what it leads to, or not at all: a crawl that is killed at any moment goes on where
it was and ends with the same data. It does not ask anything itself.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audiorec.errors import InputError

_TABLES = """
CREATE TABLE IF NOT EXISTS task (seq INTEGER PRIMARY KEY, kind TEXT, key INTEGER, depth INTEGER, at INTEGER DEFAULT 0,
    outcome TEXT, UNIQUE (kind, key));
CREATE INDEX IF NOT EXISTS task_open ON task (depth, seq) WHERE outcome IS NULL;
CREATE TABLE IF NOT EXISTS user (id INTEGER PRIMARY KEY, name TEXT);
CREATE INDEX IF NOT EXISTS user_name ON user (name);
CREATE TABLE IF NOT EXISTS song (id INTEGER PRIMARY KEY, title TEXT, artists TEXT, album TEXT, ms INTEGER);
CREATE TABLE IF NOT EXISTS playlist (id INTEGER PRIMARY KEY, name TEXT, owner INTEGER, liked INTEGER);
CREATE TABLE IF NOT EXISTS entry (playlist INTEGER, place INTEGER, song INTEGER, added INTEGER,
    PRIMARY KEY (playlist, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS comment (id INTEGER PRIMARY KEY, song INTEGER, user INTEGER, text TEXT, time INTEGER,
    likes INTEGER);
CREATE TABLE IF NOT EXISTS lyric (song INTEGER PRIMARY KEY, text TEXT, translation TEXT);
CREATE TABLE IF NOT EXISTS follow (user INTEGER, followed INTEGER, PRIMARY KEY (user, followed)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (user INTEGER, song INTEGER, plays INTEGER, PRIMARY KEY (user, song)) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Task:
    """Something to ask: what (`kind`) about whom or which (`key`), how far from the start, and from which place on."""

    kind: str
    key: int
    depth: int
    at: int


@dataclass(frozen=True)
class Caps:
    """How much a crawl asks for at most: users and songs in all, comments of a song, steps from the start."""

    users: int = 100
    songs: int = 5000
    comments: int = 100
    depth: int = 2


class CrawlState:
    """The file of a crawl; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        try:
            self.db = sqlite3.connect(path, isolation_level=None)
            self.db.execute("PRAGMA journal_mode = WAL")
            self.db.executescript(_TABLES)
        except sqlite3.Error as error:
            raise InputError(f"{path} cannot be used for a crawl ({error}): name another file or remove it") from error

    def __enter__(self) -> "CrawlState":
        return self

    def __exit__(self, *error: object) -> None:
        self.db.close()

    @contextmanager
    def together(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is stored, or nothing of it."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    def next_task(self) -> Task | None:
        """The next thing to ask, those near the start first."""
        row = self.db.execute(
            "SELECT kind, key, depth, at FROM task WHERE outcome IS NULL ORDER BY depth, seq LIMIT 1"
        ).fetchone()
        return Task(*row) if row else None

    def open_keys(self, kind: str, most: int) -> list[int]:
        """Whom or what the next tasks of one kind are about."""
        query = "SELECT key FROM task WHERE outcome IS NULL AND kind = ? ORDER BY depth, seq LIMIT ?"
        return [key for (key,) in self.db.execute(query, (kind, most))]

    def add_task(self, kind: str, key: int, depth: int) -> None:
        """Something to ask, unless it is known already."""
        self.db.execute("INSERT OR IGNORE INTO task (kind, key, depth) VALUES (?, ?, ?)", (kind, key, depth))

    def close_task(self, task: Task, outcome: str = "done") -> None:
        """A thing was asked to its end, or refused with a reason."""
        self.db.execute("UPDATE task SET outcome = ? WHERE kind = ? AND key = ?", (outcome, task.kind, task.key))

    def move_task(self, task: Task, at: int) -> None:
        """A thing was asked up to a place and has more."""
        self.db.execute("UPDATE task SET at = ? WHERE kind = ? AND key = ?", (at, task.kind, task.key))

    def add_user(self, key: int, name: str) -> None:
        """Somebody is known by name."""
        self.db.execute(
            "INSERT INTO user VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name", (key, name)
        )

    def crawl_user(self, key: int, depth: int, caps: Caps) -> None:
        """Ask for what somebody did, while the caps allow it."""
        count = self.db.execute("SELECT count(*) FROM task WHERE kind = 'user'").fetchone()[0]
        if depth <= caps.depth and count < caps.users:
            self.add_task("user", key, depth)

    def add_songs(self, keys: Iterable[int], caps: Caps) -> set[int]:
        """Songs that are known from now on; returns those of `keys` that are, while the cap allows it."""
        count = self.db.execute("SELECT count(*) FROM song").fetchone()[0]
        known = set()
        for key in keys:
            if self.db.execute("SELECT 1 FROM song WHERE id = ?", (key,)).fetchone():
                known.add(key)
            elif count < caps.songs:
                self.db.execute("INSERT INTO song (id) VALUES (?)", (key,))
                known.add(key)
                count += 1
        return known

    def refusals(self) -> list[tuple[str, int, str]]:
        """What was not given: kind, key and reason."""
        rows = self.db.execute("SELECT kind, key, outcome FROM task WHERE outcome NOT IN ('done') ORDER BY seq")
        return [(str(kind), int(key), str(outcome)) for kind, key, outcome in rows]
