"""Listens in a workspace: events on their way into shards, and their sums of each user and song in the catalogue.

The shards hold every single event; the tables `listen` and `unmatched` follow from them, and hold also what versions
before events had stored. It does not match songs: sources do.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audiorec.data import event_shards
from audiorec.data.disk import flush_file, flush_folder
from audiorec.data.event_shards import MOST_PLAYS, Added
from audiorec.data.events import folder_of
from audiorec.data.listen_marks import mark
from audiorec.data.listen_sums import Listens, Sum, in_columns, insert, summed
from audiorec.data.open_folder import OpenFolder
from audiorec.errors import WorkspaceError

_ADDED_UP = (
    " ON CONFLICT (source, user, track_id) DO UPDATE SET count = count + excluded.count,"
    " time = max(coalesce(time, excluded.time), coalesce(excluded.time, time))"
)
_ADD = "INSERT INTO listen (source, user, track_id, count, time) VALUES (?, ?, ?, min(?, ?), ?)" + _ADDED_UP


def add_events(
    space: OpenFolder, source: str, batches: Iterable[pa.RecordBatch], part: Callable[[str], str] = str
) -> Added:
    """See `Workspace.add_events`."""
    folder = folder_of(space.root, source)
    number = _next_number(space, folder)
    parts = {timed: folder / f"{number:06d}-{'timed' if timed else 'timeless'}.parquet" for timed in (True, False)}
    made = {timed: path.with_suffix(".tmp") for timed, path in parts.items()}
    with ExitStack() as clean:
        for path in made.values():
            clean.callback(path.unlink, missing_ok=True)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            added = event_shards.write(made[True], made[False], batches, _timed_of_kind(space, source), part)
            kept = [timed for timed in parts if event_shards.rows(made[timed])]
            for timed in kept:
                flush_file(made[timed])
                made[timed].replace(parts[timed])
            flush_folder(folder)
        except OSError as error:
            raise WorkspaceError(
                f"{folder} cannot be written ({error}): see to the disk and run the same command; nothing was changed"
            ) from error
    for old in _enter(space, source, {timed: parts[timed] for timed in kept}):
        old.unlink(missing_ok=True)
    return added


def _next_number(space: OpenFolder, folder: Path) -> int:
    """A number that no shard of the folder bears: SQLite gives the highest id again once its row is gone."""
    known = int(space.db.execute("SELECT coalesce(max(id), 0) FROM event_shard").fetchone()[0])
    return 1 + max([known, *(int(path.name.partition("-")[0]) for path in folder.glob("[0-9]*-*.parquet"))])


def _timed_of_kind(space: OpenFolder, source: str) -> list[Path]:
    """Shards with times of every source of one kind: a later export has another name, and the same events."""
    kind = source.partition(":")[0]
    rows = space.db.execute("SELECT source, file FROM event_shard WHERE timed ORDER BY id")
    return [space.root / file for other, file in rows if other.partition(":")[0] == kind]


def _enter(space: OpenFolder, source: str, new: Mapping[bool, Path]) -> list[Path]:
    """Write the rows of new shards and bring the sums up to them; returns the files that no row names any more."""
    with space.transaction() as db:
        shards = list(db.execute("SELECT file, timed FROM event_shard WHERE source = ? ORDER BY id", (source,)))
        replaced = [space.root / file for file, timed in shards if not timed]
        db.execute("DELETE FROM event_shard WHERE source = ? AND NOT timed", (source,))
        for timed, path in new.items():
            row = (source, str(path.relative_to(space.root)), int(timed))
            db.execute("INSERT INTO event_shard (source, file, timed) VALUES (?, ?, ?)", row)
        files = list(new.values())
        # Sums can only grow by what is new; where something goes, they are made again.
        if replaced or not shards:
            files = [space.root / file for file, timed in shards if timed] + files
            db.execute("DELETE FROM listen WHERE source = ?", (source,))
            db.execute("DELETE FROM unmatched WHERE source = ?", (source,))
        first = db.execute("SELECT coalesce(max(line), 0) + 1 FROM unmatched WHERE source = ?", (source,)).fetchone()[0]
        db.executemany(
            _ADD,
            ((source, user, track, n, MOST_PLAYS, time) for user, track, n, time in event_shards.matched(files)),
        )
        db.executemany(
            "INSERT INTO unmatched VALUES (?, ?, ?, ?, ?, ?)",
            ((source, line, *row) for line, row in enumerate(event_shards.waiting(files), start=first)),
        )
        mark(db, source)
    return replaced


def forget_totals(space: OpenFolder, source: str) -> None:
    """See `Workspace.forget_totals`."""
    kind, files = source.partition(":")[0], dict[str, list[Path]]()
    for other, file in space.db.execute("SELECT source, file FROM event_shard WHERE NOT timed ORDER BY id"):
        if other.partition(":")[0] == kind:
            files.setdefault(other, []).append(space.root / file)
    ours = _users(files.pop(source, ()))
    for other, theirs in files.items():
        if _users(theirs) <= ours:
            add_events(space, other, ())


def _users(files: Sequence[Path]) -> set[str]:
    batches = (batch for file in files for batch in event_shards.read(file, ["user"]))
    return {name for batch in batches for name in batch["user"].unique().to_pylist()}


def resolve_events(space: OpenFolder, source: str, tracks: Mapping[str, int]) -> None:
    """See `Workspace.resolve_events`."""
    for (file,) in list(space.db.execute("SELECT file FROM event_shard WHERE source = ?", (source,))):
        if (space.root / file).is_file():  # versions before this one could lose a shard at the third import
            event_shards.resolve(space.root / file, tracks)


def add_sums(space: OpenFolder, source: str, rows: Iterable[Sum]) -> None:
    """See `Workspace.add_listens`."""
    with space.transaction() as db:
        _replace_sums(db, source, in_columns(rows))


def add_table(space: OpenFolder, source: str, batches: Iterable[pa.RecordBatch]) -> None:
    """See `Workspace.add_table`."""
    with space.transaction() as db:
        db.execute("DELETE FROM unmatched WHERE source = ?", (source,))
        _replace_sums(db, source, _matched(db, source, batches))


def _matched(db: sqlite3.Connection, source: str, batches: Iterable[pa.RecordBatch]) -> Iterator[Listens]:
    """The rows that have their song; those that wait for it are stored on the way."""
    line = count(1)
    for batch in batches:
        waits = ((source, next(line), *row) for row in event_shards.waiting_in(batch))
        db.executemany("INSERT INTO unmatched VALUES (?, ?, ?, ?, ?, ?)", waits)
        plays = event_shards.plays(batch)
        has = batch["track_id"].is_valid().to_numpy(zero_copy_only=False) & (plays > 0)
        rows = batch.filter(pa.array(has))
        users = event_shards.as_dictionary(rows["user"])
        yield Listens(
            users.dictionary.to_pylist(),
            users.indices.to_numpy(),
            rows["track_id"].to_numpy(),
            plays[has].astype(np.float64),
            pc.fill_null(rows["time"], np.nan).to_numpy(),
        )


def _replace_sums(db: sqlite3.Connection, source: str, parts: Iterable[Listens]) -> None:
    db.execute("DELETE FROM listen WHERE source = ?", (source,))
    insert(db, source, summed(parts))
    mark(db, source)


def resolve_waiting(space: OpenFolder, found: Mapping[str, Mapping[str, int]]) -> int:
    """See `Workspace.resolve_waiting`."""
    # One transaction: a row is either not matched yet or a listen, whatever happens in between.
    with space.transaction() as db:
        db.execute("CREATE TEMP TABLE found (source TEXT, song TEXT, track_id INT, PRIMARY KEY (source, song))")
        for source, tracks in found.items():
            db.executemany("INSERT INTO found VALUES (?, ?, ?)", ((source, *pair) for pair in tracks.items()))
        db.execute(
            "INSERT INTO listen (source, user, track_id, count, time)"
            " SELECT source, user, found.track_id, sum(count), max(time) FROM unmatched JOIN found USING (source, song)"
            " GROUP BY source, user, found.track_id" + _ADDED_UP
        )
        gone = db.execute("DELETE FROM unmatched WHERE (source, song) IN (SELECT source, song FROM found)")
        db.execute("DROP TABLE found")
        mark(db)
    return gone.rowcount
