"""One process writes a workspace at a time: the lock that a writer holds."""

import fcntl
from pathlib import Path
from typing import IO

from audiorec.errors import WorkspaceError


def take_lock(root: Path) -> IO[str]:
    """The open file that holds the lock; raises WorkspaceError while another process writes or nothing can be."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / "writer.lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise WorkspaceError(f"{root} is being written by another audiorec: wait for it to end") from None
    except OSError as error:
        raise WorkspaceError(
            f"cannot write a workspace at {root} ({error.strerror}): name another with --workspace"
        ) from error
    return lock
