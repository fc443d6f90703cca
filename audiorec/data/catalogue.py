"""The catalogue: one SQLite file that says which tracks, shards, listens and models exist.

What has no row here does not exist. It does not know what the rows mean: it stores and returns them.
"""

import json
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path

from audiorec.data.disk import is_of_the_disk
from audiorec.data.tracks import Track
from audiorec.errors import WorkspaceError

_PATIENCE_MS = 30_000
# Each entry takes a catalogue one version further; never edit an entry that was released, add one.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE track (
        id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, present INTEGER NOT NULL DEFAULT 1,
        size INTEGER NOT NULL DEFAULT 0, mtime_ns INTEGER NOT NULL DEFAULT 0,
        sidecar TEXT NOT NULL DEFAULT '', content_hash TEXT NOT NULL DEFAULT '',
        title TEXT NOT NULL DEFAULT '', artists TEXT NOT NULL DEFAULT '[]', album TEXT NOT NULL DEFAULT '',
        year INTEGER, genre TEXT NOT NULL DEFAULT '', decoder TEXT NOT NULL DEFAULT '',
        seconds REAL NOT NULL DEFAULT 0, seconds_promised REAL, bad_packets INTEGER NOT NULL DEFAULT 0,
        status TEXT NOT NULL DEFAULT 'new', reason TEXT NOT NULL DEFAULT '', crashes INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE shard (
        id INTEGER PRIMARY KEY, digest TEXT NOT NULL, file TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE feature (
        track_id INTEGER NOT NULL REFERENCES track(id), digest TEXT NOT NULL,
        shard_id INTEGER NOT NULL REFERENCES shard(id), PRIMARY KEY (track_id, digest)
    ) STRICT;
    CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE listen (
        source TEXT NOT NULL, user TEXT NOT NULL, track_id INTEGER NOT NULL REFERENCES track(id),
        count REAL NOT NULL, time REAL, PRIMARY KEY (source, user, track_id)
    ) STRICT;
    CREATE TABLE unmatched (
        source TEXT NOT NULL, line INTEGER NOT NULL, user TEXT NOT NULL, song TEXT NOT NULL, count REAL NOT NULL,
        time REAL, PRIMARY KEY (source, line)
    ) STRICT;
    CREATE TABLE friend (source TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL, PRIMARY KEY (source, a, b)) STRICT;
    CREATE TABLE artist_part (artist TEXT PRIMARY KEY, part TEXT NOT NULL) STRICT;
    CREATE TABLE model (name TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (name, version)) STRICT;
    """,
    "ALTER TABLE track ADD COLUMN album_artist TEXT NOT NULL DEFAULT '';",
    """
    CREATE TABLE event_shard (
        id INTEGER PRIMARY KEY, source TEXT NOT NULL, file TEXT NOT NULL UNIQUE, timed INTEGER NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE track ADD COLUMN mbid TEXT NOT NULL DEFAULT '';
    ALTER TABLE track ADD COLUMN isrc TEXT NOT NULL DEFAULT '';
    """,
    "ALTER TABLE track ADD COLUMN reader INTEGER NOT NULL DEFAULT 0;",
    # Each sum once, in the order of its key: half the bytes, and half the time of an import.
    """
    CREATE TABLE sums (
        source TEXT NOT NULL, user TEXT NOT NULL, track_id INTEGER NOT NULL, count REAL NOT NULL, time REAL,
        PRIMARY KEY (source, user, track_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO sums SELECT source, user, track_id, count, time FROM listen ORDER BY source, user, track_id;
    DROP TABLE listen;
    ALTER TABLE sums RENAME TO listen;
    """,
    "ALTER TABLE track DROP COLUMN seconds_promised;",
    # What media servers call the songs (`subsonic`, ...) and their first artists (`subsonic artist`, ...).
    """
    CREATE TABLE server_id (
        source TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, track_id INTEGER NOT NULL,
        PRIMARY KEY (source, kind, id)
    ) STRICT, WITHOUT ROWID;
    """,
)


@dataclass(frozen=True)
class FileRecord:
    """What is known of one file after it was looked at: its stamp on the disk, tags, and how decoding went.

    `seconds` is the length that was decoded; `sidecar` is the stamp of the lyrics file beside it; `crashes` counts the
    workers that this file has killed; `reader` is the version of what read it.
    """

    track_id: int
    size: int
    mtime_ns: int
    status: str
    reason: str = ""
    sidecar: str = ""
    content_hash: str = ""
    title: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    year: int | None = None
    genre: str = ""
    decoder: str = ""
    seconds: float = 0.0
    bad_packets: int = 0
    crashes: int = 0
    album_artist: str = ""
    mbid: str = ""
    isrc: str = ""
    reader: int = 0

    @property
    def may_pass(self) -> bool:
        """Whether the file failed for a reason that says nothing of it: an I/O error, want of time or memory."""
        return self.status == "failed" and self.mtime_ns == NO_STAMP


# The stamp of a file that could not be looked at for a reason that may pass: it fits no file, so it is tried again.
NO_STAMP = -1


def connect(path: Path, write: bool) -> sqlite3.Connection:
    """Open a catalogue, bringing it to this version when writing; raises WorkspaceError for a newer or foreign file.

    Who reads sees one state until they close it, whatever a writer does meanwhile.
    """
    try:
        if write and not path.exists():
            _make(path)
        db = _opened(path, "mode=rw") if write else _reader(path)
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if write:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            _migrate(db, version)
    except sqlite3.OperationalError as error:
        raise WorkspaceError(
            f"{path} cannot be used now ({error}): see whether its disk is full, away or may only be read"
        ) from error
    except sqlite3.DatabaseError as error:
        raise WorkspaceError(f"{path} is not a catalogue that can be used ({error})") from error
    if version > len(MIGRATIONS):
        raise WorkspaceError(
            f"{path} is of version {version}, this audiorec knows up to {len(MIGRATIONS)}: update audiorec"
        )
    if not write and version < len(MIGRATIONS):
        raise WorkspaceError(
            f"{path} was written by an older audiorec: run audiorec extract on your music once, which brings it up to"
            " date and keeps what is there"
        )
    return db


def _make(path: Path) -> None:
    """A catalogue of this version without a row: whole before it bears its name, so that no reader sees half of it."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with closing(_opened(new, "mode=rwc")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        _migrate(db, 0)
    os.replace(new, path)


def _reader(path: Path) -> sqlite3.Connection:
    """A connection that sees one state.

    Readers share an index of the journal; where it cannot be made (the disk is full or may only be read) and no writer
    left a journal, there is the file alone.
    """
    try:
        return _snapshot(path, "mode=ro")
    except sqlite3.OperationalError as error:
        if has_journal(path) or not is_of_the_disk(error):
            raise
        return _snapshot(path, "mode=ro&immutable=1")


def has_journal(path: Path) -> bool:
    """Whether a writer's journal stands beside an SQLite file: its newest rows may be there alone."""
    journal = path.with_name(f"{path.name}-wal")
    return journal.is_file() and journal.stat().st_size > 0


def _snapshot(path: Path, how: str) -> sqlite3.Connection:
    db = _opened(path, how)
    db.execute("BEGIN")
    db.execute("PRAGMA user_version")  # the first query takes it
    return db


def _opened(path: Path, how: str) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}", uri=True, timeout=_PATIENCE_MS / 1000, isolation_level=None
    )
    db.execute("PRAGMA foreign_keys = ON")
    return db


def is_read_as_it_is(db: sqlite3.Connection) -> bool:
    """Whether nobody reads an older state of the catalogue than the last one; nobody is waited for."""
    db.execute("PRAGMA busy_timeout = 0")
    # SQLite empties its log only when every reader sees the last state in it.
    is_busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    db.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    return not is_busy


def _migrate(db: sqlite3.Connection, version: int) -> None:
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        db.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")


def read_tracks(db: sqlite3.Connection) -> list[Track]:
    """Every track that is present, in rising order of id."""
    rows = db.execute(
        "SELECT id, path, title, artists, album, year, genre, seconds, status, reason, album_artist, mbid, isrc"
        " FROM track WHERE present = 1 ORDER BY id"
    )
    return [
        Track(track, path, title, tuple(json.loads(artists)), *others) for track, path, title, artists, *others in rows
    ]


def read_credits(db: sqlite3.Connection) -> dict[tuple[str, ...], int]:
    """How many present tracks name each list of artists, as the files spell them."""
    rows = db.execute("SELECT artists, count(*) FROM track WHERE present = 1 GROUP BY artists")
    return {tuple(json.loads(artists)): count for artists, count in rows}


def count_statuses(db: sqlite3.Connection) -> dict[str, int]:
    """How many present tracks have each status, in the order of the alphabet."""
    return dict(db.execute("SELECT status, count(*) FROM track WHERE present = 1 GROUP BY status ORDER BY status"))


def write_record(db: sqlite3.Connection, record: FileRecord) -> None:
    """Store what a look at a file gave."""
    db.execute(
        "UPDATE track SET size = ?, mtime_ns = ?, status = ?, reason = ?, sidecar = ?, content_hash = ?, title = ?,"
        " artists = ?, album = ?, year = ?, genre = ?, decoder = ?, seconds = ?, bad_packets = ?,"
        " crashes = ?, album_artist = ?, mbid = ?, isrc = ?, reader = ? WHERE id = ?",
        (
            *(
                record.size,
                record.mtime_ns,
                record.status,
                record.reason,
                record.sidecar,
                record.content_hash,
            ),
            *(
                record.title,
                json.dumps(record.artists, ensure_ascii=False),
                record.album,
                record.year,
                record.genre,
            ),
            *(record.decoder, record.seconds, record.bad_packets, record.crashes),
            *(record.album_artist, record.mbid, record.isrc, record.reader),
            record.track_id,
        ),
    )


def read_records(db: sqlite3.Connection) -> dict[bytes, FileRecord]:
    """What is known of each present file, by path."""
    columns = [field.name for field in fields(FileRecord)]
    names = ", ".join("id" if name == "track_id" else name for name in columns)
    records = {}
    for path, *values in db.execute(f"SELECT path, {names} FROM track WHERE present = 1 ORDER BY id"):
        known = dict(zip(columns, values, strict=True))
        known["artists"] = tuple(json.loads(known["artists"]))
        records[path] = FileRecord(**known)
    return records


def add_paths(db: sqlite3.Connection, paths: Iterable[bytes]) -> None:
    """Give every path an id, in the given order; known paths keep theirs and count as present again."""
    db.executemany(
        "INSERT INTO track (path) VALUES (?) ON CONFLICT (path) DO UPDATE SET present = 1",
        ((path,) for path in paths),
    )
