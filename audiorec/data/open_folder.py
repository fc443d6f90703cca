"""An open folder with a catalogue: transactions, shards of rows about tracks, and where derived arrays lie.

What stores or reads a part of a workspace works on this; `Workspace` is all parts together. It does not know what the
rows of a shard say.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self

from audiorec.data.disk import flush_folder, unwritable
from audiorec.errors import WorkspaceError

# At a URL the same rows have the same name, and their shard is entered once.
_ENTER_SHARD = (
    "INSERT INTO shard (digest, file) VALUES (?, ?) ON CONFLICT (file) DO UPDATE SET digest = excluded.digest"
    " RETURNING id"
)


class OpenFolder:
    """A folder with an open catalogue; use it as a context manager. lock: the writer's, None for a reader."""

    def __init__(self, root: Path, db: sqlite3.Connection, lock: IO[str] | None) -> None:
        self.root = root
        self.db = db
        self.lock = lock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the catalogue and give the writer's lock back."""
        self.db.close()
        if self.lock is not None:
            self.lock.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is stored together or not at all; raises WorkspaceError when the disk does not take it."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
            yield self.db
            self.db.execute("COMMIT")
        except BaseException as error:
            # A full disk has ended the transaction already.
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise WorkspaceError(unwritable(self.root, error)) from error
            raise

    def derived(self, name: str) -> Path:
        """Where arrays that can be made again are kept (`data/derived.py`); it need not be there."""
        return self.root / "derived" / name

    def add_shard(self, digest: str, track_ids: Sequence[int], write: Callable[[Path], None]) -> None:
        """Store a shard about some tracks that `write` makes, in the place of what is known of them by this digest."""
        file = self.place_shard(digest, write)
        with self.transaction():
            self.name_shard(digest, file, track_ids)

    def has_features(self, digest: str) -> set[int]:
        """Ids of the tracks that have features of this recipe."""
        return {row[0] for row in self.db.execute("SELECT track_id FROM feature WHERE digest = ?", (digest,))}

    def let_go_of_shards(self) -> None:
        """Forget shards of which no row counts any more; their files go when the folder is opened for writing next."""
        with self.transaction() as db:
            # The last one stays, since its number must not be given to another file.
            db.execute(
                "DELETE FROM shard WHERE id NOT IN (SELECT shard_id FROM feature) AND id < (SELECT max(id) FROM shard)"
            )

    def has_other_features(self, digest: str) -> set[int]:
        """Ids of the tracks that have features of another recipe than this, or of an earlier version of it."""
        query = "SELECT DISTINCT track_id FROM feature WHERE digest != ? AND digest NOT LIKE 'heard-%'"
        return {row[0] for row in self.db.execute(query, (digest,))}

    def place_shard(self, digest: str, write: Callable[[Path], None]) -> str:
        """Put a shard that `write` makes on the disk; returns its place below the root, which no row names yet."""
        folder = self.root / "features" / digest
        number = self.db.execute("SELECT coalesce(max(id), 0) + 1 FROM shard").fetchone()[0]
        temporary, final = folder / f".{number:06d}.tmp", folder / f"{number:06d}.parquet"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write(temporary)
            os.replace(temporary, final)
            flush_folder(folder)
        except OSError as error:
            raise WorkspaceError(unwritable(folder, error.strerror)) from error
        return str(final.relative_to(self.root))

    def name_shard(self, digest: str, file: str, track_ids: Sequence[int]) -> None:
        """Enter that the rows of these tracks lie in this file; inside a transaction."""
        shard = self.db.execute(_ENTER_SHARD, (digest, file)).fetchone()[0]
        rows = ((track, digest, shard) for track in track_ids)
        self.db.executemany("INSERT OR REPLACE INTO feature (track_id, digest, shard_id) VALUES (?, ?, ?)", rows)
