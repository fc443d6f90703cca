"""A library at one moment: everything that answers need, read once from a workspace.

It does not know HTTP.
"""

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.data import encoder_outputs
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.errors import AudiorecError, UnknownNameError, WorkspaceError
from audiorec.plan import Step, next_step, plan
from audiorec.ranking.joint_space import Vectors, joint_vectors, known_rows
from audiorec.ranking.mood_search import MoodIndex, build_index, word_numbers
from audiorec.ranking.neighbours import Block
from audiorec.ranking.recordings import recordings
from audiorec.ranking.song_columns import SongColumns, pack_songs
from audiorec.serve.foreign_ids import ForeignIds, foreign_ids
from audiorec.sources.matching.path_endings import ITEMS_MARK

if TYPE_CHECKING:
    from audiorec.ranking.recommender import Recommender


@dataclass(frozen=True)
class Snapshot:
    """A library at one moment.

    Shape:
        tracks: N usable ones; vectors: float32 [N, D] unit rows, zeros where nothing is known; recording: int64 [N],
        equal for files of one recording; counts: CSR [U, N], listens of `users`; texts, languages: N, None where a song
        has no lyrics; sizes in bytes and `added` in seconds since 1970, by id; foreign:
        track ids by the ids of media servers; due: trainings of models that are missing or stale. `notes` says in
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
    foreign: ForeignIds = field(default_factory=ForeignIds)
    next_step: str = "audiorec extract FOLDER"
    due: tuple[Step, ...] = ()
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
        tracks = [track for track in every if track.status != "failed"]
        models = space.models()
        try:
            library = gather(space)
        except WorkspaceError as error:
            return replace(empty, failed=failed, models=models, notes=(str(error),))
        notes: list[str] = []
        users, counts = _listens(space, tracks, notes)
        texts, languages, numbers, prints = _stored(space, tracks)
        try:
            vectors = joint_vectors(library.blocks)
        except AudiorecError as error:
            notes.append(str(error))
            vectors = np.zeros((len(tracks), 1), np.float32)
        recommender, following, due = _recommender(space, notes), next_step(space), tuple(plan(space))
        foreign = foreign_ids(space.server_ids())
        features = space.inputs().get("features", "")
        stamps = space.db.execute("SELECT id, size, mtime_ns FROM track WHERE present = 1").fetchall()
    return Snapshot(
        root, serial, is_demo, tracks, failed, library.blocks, vectors,
        _recordings(tracks, prints, recommender), users, counts, languages, texts,
        build_index(tracks, numbers), recommender, models, tuple(notes), dict(library.row),
        {} if recommender is None else {track: n for n, track in enumerate(recommender.listens.items.tolist())},
        {track: size for track, size, _ in stamps}, {track: at / 1e9 for track, _, at in stamps},
        foreign, following, due, features,
    )  # fmt: skip


def _recordings(tracks: list[Track], prints: NDArray[np.uint8], recommender: "Recommender | None") -> NDArray[np.int64]:
    """Which files are one recording; the ranker knows it where it ranks the same songs."""
    ranked = np.zeros(0) if recommender is None else recommender.listens.items
    if recommender is not None and np.array_equal(ranked, [track.id for track in tracks]):
        return np.asarray(recommender.serving.arrays["recording"], dtype=np.int64)
    return recordings(tracks, prints)


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
    numbers |= word_numbers(encoder_outputs.read(space, np.array([track.id for track in tracks], dtype=np.int64)))
    prints = np.vstack([table.fingerprints(), np.zeros((1, 64), np.uint8)])[rows]
    return [texts[row] for row in rows], [languages[row] for row in rows], numbers, prints


def _recommender(space: Workspace, notes: list[str]) -> "Recommender | None":
    if not space.has_listens():
        return None
    from audiorec.ranking.recommender import Recommender
    from audiorec.ranking.serving import lies_ready, make_ready

    try:
        if not lies_ready(space):
            # In a process of its own: torch and what it needs would stay in this one for good, 700 MB.
            with ProcessPoolExecutor(1, get_context("spawn")) as own:
                own.submit(make_ready, space.root).result()
        return Recommender.open(space)
    except (AudiorecError, BrokenProcessPool) as error:
        notes.append(f"lists come from likeness to your songs only: {error}")
        return None
