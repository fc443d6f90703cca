"""The opened library: one snapshot of everything that answers need, opened again behind the scenes when it changes.

Requests see one snapshot from start to end. Opening happens in a thread of its own; until the next snapshot is whole,
the last one answers. It does not know HTTP.
"""

import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiorec.data.feedback_as_listens import learn_from_feedback
from audiorec.data.ledger import LEDGER, Ledger
from audiorec.data.workspace import Workspace
from audiorec.errors import AudiorecError, WorkspaceError
from audiorec.serve.problem_details import NotReadyError
from audiorec.serve.snapshot import Snapshot, take_snapshot

if TYPE_CHECKING:
    pass
LOG = logging.getLogger("audiorec.serve")
# Feedback becomes listens that models learn from when nobody has said anything for so long.
_QUIET = 20.0
_LOOK_EVERY = 1.0


class State:
    """The current snapshot, the ledger beside it, and the thread that keeps both up to date.

    Args: root, the workspace. While it has no music and `root/demo` has, the demo library is served in its place.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._snapshot: Snapshot | None = None
        self._ledgers: dict[Path, Ledger] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._seen: dict[Path, int] = {}
        self._thread = threading.Thread(target=self._keep, name="audiorec opener", daemon=True)
        self.problem = ""
        self.is_busy = False

    def start(self) -> None:
        """Begin to open the library; requests may come before it is open."""
        self._thread.start()

    def close(self) -> None:
        """Stop the thread and close the files."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        for ledger in self._ledgers.values():
            ledger.close()

    @property
    def is_ready(self) -> bool:
        """Whether a snapshot is there."""
        return self._snapshot is not None

    def now(self) -> Snapshot:
        """The current snapshot; raises NotReadyError while the first one is being opened."""
        if self._snapshot is not None:
            return self._snapshot
        if self.problem:
            raise WorkspaceError(self.problem)
        raise NotReadyError("the library is being opened: try again in a moment")

    @property
    def ledger(self) -> Ledger:
        """The ledger of the library that is served now."""
        return self.ledger_of(self.now().root)

    def ledger_of(self, root: Path) -> Ledger:
        """The ledger of a library; made when it is not there."""
        with self._lock:
            if root not in self._ledgers:
                root.mkdir(parents=True, exist_ok=True)
                self._ledgers[root] = Ledger(root / LEDGER)
            return self._ledgers[root]

    def wait_ready(self, seconds: float) -> Snapshot:
        """The snapshot, after waiting for it; raises NotReadyError when it takes longer."""
        end = time.monotonic() + seconds
        while not self.is_ready and time.monotonic() < end:
            time.sleep(0.02)
        return self.now()

    def refresh(self) -> Snapshot:
        """Open the library anew, now."""
        root, is_demo = self._served()
        serial = self._snapshot.serial + 1 if self._snapshot is not None else 1
        self._snapshot = take_snapshot(root, serial, is_demo)
        self.problem = ""
        return self._snapshot

    def fold(self) -> bool:
        """Hand what the ledger holds to the catalogue, as listens to learn from; False while another one writes."""
        snapshot = self.now()
        ledger = self.ledger_of(snapshot.root)
        version = ledger.version
        if not snapshot.tracks:
            return False
        try:
            with Workspace.open(snapshot.root, write=True) as space:
                learn_from_feedback(space)
        except WorkspaceError as error:
            LOG.info("feedback waits: %s", error)
            return False
        self._seen[snapshot.root] = version
        return True

    def _served(self) -> tuple[Path, bool]:
        demo = self.root / "demo"
        if _has_music(self.root) or not _has_music(demo):
            return self.root, False
        return demo, True

    def _bring_up(self) -> None:
        """Take catalogues of older versions to this one, where nobody else writes them now."""
        for root in (self.root, self.root / "demo"):
            if (root / "catalogue.sqlite").is_file():
                try:
                    Workspace.open(root, write=True).close()
                except WorkspaceError as error:
                    LOG.info("%s", error)

    def _keep(self) -> None:
        self._bring_up()
        stamp: Any = None
        took = 0.0
        while not self._stop.is_set():
            root, _ = self._served()
            found = (root, _stamp(root))
            if found != stamp:
                began = time.monotonic()
                try:
                    self.refresh()
                except (AudiorecError, OSError) as error:
                    self.problem = str(error)
                    LOG.warning("the library could not be opened: %s", error)
                stamp, took = found, time.monotonic() - began
            elif self._wants_folding():
                self.fold()
            # A long extraction changes the catalogue all the time: opening it must not take all of a core.
            self._stop.wait(max(_LOOK_EVERY, 4.0 * took if self.is_busy else took))

    def _wants_folding(self) -> bool:
        if self.is_busy or self._snapshot is None:
            return False
        ledger = self._ledgers.get(self._snapshot.root)
        if ledger is None or ledger.version == self._seen.get(self._snapshot.root, 0):
            return False
        return time.monotonic() - ledger.changed_at > _QUIET


def _has_music(root: Path) -> bool:
    if not (root / "catalogue.sqlite").is_file():
        return False
    try:
        with Workspace.open(root) as space:
            found = space.db.execute("SELECT 1 FROM track WHERE present = 1 AND status != 'new' LIMIT 1").fetchone()
            return found is not None
    except WorkspaceError:
        return True  # it cannot be read now: the opener says why


def _stamp(root: Path) -> tuple[tuple[int, int], ...]:
    """Sizes and times of the catalogue's files: what changes when anybody writes there."""
    found = []
    for name in ("catalogue.sqlite", "catalogue.sqlite-wal"):
        try:
            status = (root / name).stat()
            found.append((status.st_mtime_ns, status.st_size))
        except OSError:
            found.append((0, 0))
    return tuple(found)
