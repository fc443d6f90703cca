"""What a workspace asks of the disk: the lock of its one writer, and that what is written is there after a crash."""

import fcntl
import os
import re
import sqlite3
from pathlib import Path
from typing import IO

from audiorec.errors import WorkspaceError


def unwritable(place: Path, why: object) -> str:
    """What to say where a place does not take what is written."""
    return (
        f"{place} cannot be written ({why}): see to its disk and run the same command again; what was finished is kept"
    )


def is_of_the_disk(error: sqlite3.OperationalError) -> bool:
    """Whether SQLite failed because the disk takes nothing: it is full, fails, or may only be read."""
    return error.sqlite_errorname.startswith(("SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY"))


def refuse_url(root: Path) -> None:
    """Raise WorkspaceError where a URL was given for a workspace: a path of it has lost a slash."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(root)):
        raise WorkspaceError(
            f"{root}: a workspace is a folder of a disk (its catalogue is SQLite); music and features may lie at URLs:"
            " audiorec extract s3://bucket/music --shards s3://bucket/features"
        )


def take_lock(root: Path) -> IO[str]:
    """The writer's lock of a workspace, whose folder is made; raises WorkspaceError when another process holds it."""
    make_folder(root)
    try:
        lock = (root / "writer.lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise WorkspaceError(f"{root} is being written by another audiorec: wait for it to end") from None
    except OSError as error:
        raise _no_workspace(root, error) from error
    return lock


def make_folder(root: Path) -> None:
    """Make a workspace's folder where it is not there; raises WorkspaceError."""
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _no_workspace(root, error) from error


def _no_workspace(root: Path, error: OSError) -> WorkspaceError:
    return WorkspaceError(f"cannot write a workspace at {root} ({error.strerror}): name another with --workspace")


def flush_file(path: Path) -> None:
    """Bring what a file holds to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def flush_folder(path: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
