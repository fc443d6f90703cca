"""The opened library: one snapshot of everything that answers need, opened again behind the scenes when it changes.

Requests see one snapshot from start to end. Opening happens in a thread of its own; until the next snapshot is whole,
the last one answers. It does not know HTTP.
"""

import logging
import threading
import time
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.data import heard_songs
from audiorec.data.feedback_as_listens import learn_from_feedback
from audiorec.data.ledger import LEDGER, Ledger
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.errors import AudiorecError, UnknownNameError, WorkspaceError
from audiorec.plan import next_step
from audiorec.ranking.joint_space import Vectors, joint_vectors, known_rows
from audiorec.ranking.mood_search import MoodIndex, build_index, heard_numbers
from audiorec.ranking.neighbours import Block
from audiorec.ranking.recordings import recordings
from audiorec.ranking.song_columns import SongColumns, pack_songs
from audiorec.serve.foreign_ids import foreign_ids
from audiorec.serve.problem_details import NotReadyError
from audiorec.sources.path_endings import ITEMS_MARK

if TYPE_CHECKING:
    from audiorec.ranking.recommender import Recommender

LOG = logging.getLogger("audiorec.serve")
# Feedback becomes listens that models learn from when nobody has said anything for so long.
_QUIET = 20.0
_LOOK_EVERY = 1.0


@dataclass(frozen=True)
class Snapshot:
    """A library at one moment.

    Shape:
        tracks: N usable ones; vectors: float32 [N, D] unit rows, zeros where nothing is known; recording: int64 [N],
        equal for files of one recording; counts: CSR [U, N], listens of `users`; texts, languages: N, None where a song
        has no lyrics; sizes in bytes and `added` in seconds since 1970, by id; foreign:
        track ids by the ids of media servers. `notes` says in
        words what is not there and what would make it.
    """

    root: Path
    serial: int
    is_demo: bool = False
    tracks: list[Track] = field(default_factory=list)
    failed: list[Track] = field(default_factory=list)
    blocks: dict[str, Block] = field(default_factory=dict)
    vectors: Vectors = field(default_factory=lambda: np.zeros((0, 1), np.float32))
    recording: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    users: tuple[str, ...] = ()
    counts: sparse.csr_array = field(default_factory=lambda: sparse.csr_array(np.zeros((0, 0), np.float32)))
    languages: list[str | None] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    moods: MoodIndex = field(default_factory=lambda: MoodIndex(()))
    recommender: "Recommender | None" = None
    models: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    row: dict[int, int] = field(default_factory=dict)
    column: dict[int, int] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    added: dict[int, float] = field(default_factory=dict)
    foreign: dict[str, int] = field(default_factory=dict)
    next_step: str = "audiorec extract FOLDER"
    features: str = ""

    @property
    def holds_items(self) -> bool:
        """Whether these are no songs but items of another kind, with vectors in the place of sound."""
        return self.features.startswith(ITEMS_MARK)

    def row_of(self, track_id: int) -> int:
        """Row of a track id; raises UnknownNameError."""
        found = self.row.get(track_id)
        if found is None:
            raise UnknownNameError(f"no song {track_id} in this library")
        return found

    def rows_of(self, track_ids: list[int] | tuple[int, ...]) -> list[int]:
        """Rows of the ids that are here; others are left out."""
        return [self.row[track] for track in track_ids if track in self.row]

    def plays(self) -> NDArray[np.float32]:
        """Listens of each song over all users, float32 [N]; not to be written to."""
        return self._plays

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Songs of which anything is known, bool [N]; not to be written to."""
        return known_rows(self.vectors)

    @cached_property
    def _plays(self) -> NDArray[np.float32]:
        return np.asarray(self.counts.sum(axis=0), dtype=np.float32).reshape(-1)

    @cached_property
    def foreign_of(self) -> dict[int, str]:
        """The id in a media server of each song that has one, by track id."""
        return {track: item for item, track in self.foreign.items()}

    @cached_property
    def artist_numbers(self) -> NDArray[np.int64]:
        """A number for each song's first artist, int64 [N]; -1 where there is none."""
        numbers: dict[str, int] = {}
        named = (numbers.setdefault(track.artist, len(numbers)) if track.artist else -1 for track in self.tracks)
        return np.fromiter(named, dtype=np.int64, count=len(self.tracks))

    @cached_property
    def ids(self) -> NDArray[np.int64]:
        """Track ids [N], rising."""
        return np.array([track.id for track in self.tracks], dtype=np.int64)

    @cached_property
    def songs(self) -> SongColumns:
        """What the songs' tags say, by column."""
        return SongColumns(pack_songs(self.tracks))

    @cached_property
    def ranked_rows(self) -> NDArray[np.int64]:
        """The row of each song that the recommender ranks, in its order."""
        ranked = [] if self.recommender is None else self.recommender.listens.items.tolist()
        return np.array([self.row[track] for track in ranked], dtype=np.int64)

    def listened(self, user: str) -> NDArray[np.int64]:
        """Rows of the songs that a user has listens of."""
        if user not in self.users:
            return np.zeros(0, dtype=np.int64)
        row = self.users.index(user)
        return self.counts.indices[self.counts.indptr[row] : self.counts.indptr[row + 1]].astype(np.int64)


def take_snapshot(root: Path, serial: int, is_demo: bool = False) -> Snapshot:
    """Read a workspace whole; parts that are not there yet are left out and named in `notes`."""
    # PyTorch takes seconds to load: the server answers before.
    from audiorec.ranking.similarity import gather

    empty = Snapshot(root, serial, is_demo)
    if not (root / "catalogue.sqlite").is_file():
        return replace(empty, notes=("no music here yet: run audiorec extract FOLDER",))
    with Workspace.open(root) as space:
        every = space.tracks()
        failed = [track for track in every if track.reason]
        models = space.models()
        try:
            library = gather(space)
        except WorkspaceError as error:
            return replace(empty, failed=failed, models=models, notes=(str(error),))
        notes: list[str] = []
        users, counts = _listens(space, library.tracks, notes)
        texts, languages, numbers, prints = _stored(space, library.tracks)
        try:
            vectors = joint_vectors(library.blocks)
        except AudiorecError as error:
            notes.append(str(error))
            vectors = np.zeros((len(library.tracks), 1), np.float32)
        recommender, following = _recommender(space, notes), next_step(space)
        features = space.inputs().get("features", "")
        stamps = space.db.execute("SELECT id, size, mtime_ns FROM track WHERE present = 1").fetchall()
    return Snapshot(
        root, serial, is_demo, library.tracks, failed, library.blocks, vectors,
        recordings(library.tracks, prints), users, counts, languages, texts,
        build_index(library.tracks, numbers), recommender, models, tuple(notes), dict(library.row),
        {} if recommender is None else {track: n for n, track in enumerate(recommender.listens.items.tolist())},
        {track: size for track, size, _ in stamps}, {track: at / 1e9 for track, _, at in stamps},
        foreign_ids(root), following, features,
    )  # fmt: skip


def _listens(space: Workspace, tracks: list[Track], notes: list[str]) -> tuple[tuple[str, ...], sparse.csr_array]:
    try:
        found = space.interactions(every_song=True)
    except WorkspaceError:
        notes.append("no listens yet: what you like here are the first; or run audiorec import auto FILE")
        return (), sparse.csr_array(np.zeros((0, len(tracks)), np.float32))
    column = {int(item): place for place, item in enumerate(found.items)}
    return found.users, sparse.csr_array(found.counts[:, [column[track.id] for track in tracks]])


def _stored(
    space: Workspace, tracks: list[Track]
) -> tuple[list[str | None], list[str | None], dict[str, NDArray[np.float32]], NDArray[np.uint8]]:
    """Lyrics, languages, numbers by name and fingerprints in the order of the tracks; empty where not extracted."""
    nothing: list[str | None] = [None] * len(tracks)
    try:
        table = space.features()
    except WorkspaceError:
        return nothing, nothing, {}, np.zeros((len(tracks), 64), np.uint8)
    place = {int(track): row for row, track in enumerate(table.track_ids)}
    rows = np.array([place.get(track.id, -1) for track in tracks])
    texts, languages = ([*values, None] for values in (table.texts(), table.languages()))
    numbers: dict[str, NDArray[np.float32]] = {}
    for names, matrix in (
        (table.layout.descriptor_names, table.descriptors()),
        (table.layout.lyrics_names, table.lyrics()),
    ):
        padded = np.vstack([matrix, np.full((1, matrix.shape[1]), np.nan, np.float32)])[rows]
        numbers |= dict(zip(names, padded.T, strict=True))
    numbers |= heard_numbers(heard_songs.read(space, np.array([track.id for track in tracks], dtype=np.int64)))
    prints = np.vstack([table.fingerprints(), np.zeros((1, 64), np.uint8)])[rows]
    return [texts[row] for row in rows], [languages[row] for row in rows], numbers, prints


def _recommender(space: Workspace, notes: list[str]) -> "Recommender | None":
    if not space.has_listens():
        return None
    from audiorec.ranking.recommender import Recommender

    try:
        return Recommender.open(space)
    except AudiorecError as error:
        notes.append(f"lists come from likeness to your songs only: {error}")
        return None


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
