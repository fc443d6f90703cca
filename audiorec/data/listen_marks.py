"""Fingerprints of the listens, kept in the catalogue by whoever changes them: by these all that was made of listens is
known to be of today's. It reads no matrix."""

import hashlib
import sqlite3
from collections.abc import Iterator

# The folder below `derived/` of the sums as a matrix (`listen_matrix.py`), and the version of its arrays.
MATRIX, _VERSION = "interactions", 3


def mark(db: sqlite3.Connection, source: str | None = None) -> None:
    """Store the fingerprint of one source's listens (None: of all sources).

    Whoever writes the table `listen` does so at the end of the transaction. It is of what the rows say: the same
    listens once more are no reason to train again.
    """
    known = dict(db.execute("SELECT substr(key, 9), value FROM setting WHERE key GLOB 'listens *'"))
    here = set(sources(db))
    for one in known.keys() - here:
        db.execute("DELETE FROM setting WHERE key = ?", (f"listens {one}",))
    for one in here if source is None else here & ({source} | (here - known.keys())):
        row = (f"listens {one}", _digest(db, one))
        db.execute("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", row)


def fingerprint(db: sqlite3.Connection) -> str:
    """Fingerprint of all listens, 16 hex digits, from what `mark` stored."""
    marks = list(db.execute("SELECT key, value FROM setting WHERE key GLOB 'listens *' ORDER BY key"))
    if not marks:  # a catalogue of an earlier version that nobody has written since
        marks = [(one, _digest(db, one)) for one in sorted(sources(db))]
    return hashlib.sha256(repr(marks).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def sources(db: sqlite3.Connection) -> Iterator[str]:
    """Every source of listens, in rising order: each by one step in the index, for reading every row takes seconds."""
    found = db.execute("SELECT min(source) FROM listen").fetchone()[0]
    while found is not None:
        yield found
        found = db.execute("SELECT min(source) FROM listen WHERE source > ?", (found,)).fetchone()[0]


def _digest(db: sqlite3.Connection, source: str) -> str:
    """Fingerprint of the sums of each user."""
    rows = db.execute(
        "SELECT user, count(*), sum(count), sum(count * track_id), sum(track_id * track_id), max(time), sum(time)"
        " FROM listen WHERE source = ? GROUP BY user ORDER BY user",
        (source,),
    )
    found = hashlib.sha256()
    for row in rows:
        found.update(repr(row).encode("utf-8", "surrogatepass"))
    return found.hexdigest()[:16]


def matrix_state(db: sqlite3.Connection) -> str:
    """What the matrix that lies ready must have been made from."""
    return f"{_VERSION} {fingerprint(db)}"
