"""The workspace against plain dictionaries: whatever the order of writes, kills in between and openings, they agree."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from audiorec.data.catalogue import FileRecord
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace

LAYOUT = Layout("d" * 16, ("loudness",), ("polarity",), 0.5, -80.0, 11025)
PATHS = st.sampled_from([f"/m/{n}.mp3".encode() for n in range(6)])
USERS, SOURCES = st.sampled_from(["ann", "bo", "彩"]), st.sampled_from(["plays.csv", "list.m3u"])


class WorkspaceAndDictionary(RuleBasedStateMachine):
    """Rules are what commands do; `self.ids`, `self.sound`, `self.gone`, `self.listens` say what must be there."""

    @initialize()
    def start(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.ids: dict[bytes, int] = {}
        self.sound: dict[bytes, float] = {}
        self.gone: set[bytes] = set()
        self.listens: dict[tuple[str, str, bytes], float] = {}
        self.versions = 0
        Workspace.open(self.root, write=True).close()

    def teardown(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    @rule(paths=st.sets(PATHS, min_size=1))
    def find_files(self, paths: set[bytes]) -> None:
        with Workspace.open(self.root, write=True) as space:
            space.add_paths(sorted(paths - set(self.ids)))
            for path, record in space.records().items():
                assert self.ids.setdefault(path, record.track_id) == record.track_id

    @rule(path=PATHS, loudness=st.floats(-60, 0, width=32), fails=st.booleans())
    def describe(self, path: bytes, loudness: float, fails: bool) -> None:
        if path not in self.ids or path in self.gone:
            return
        nothing = np.zeros((1, 4, 8), np.uint8), np.zeros((1, 1, 16), np.uint8)
        track = self.ids[path]
        record = FileRecord(track, 1, 1, "failed" if fails else "ok", title=str(track), artists=("a",), seconds=1.0)
        rows = [] if fails else [(track, TrackFeatures(*nothing, np.array([loudness], np.float32)))]
        with Workspace.open(self.root, write=True) as space:
            space.commit_shard(rows, [record], LAYOUT)
            space.use_features(LAYOUT.digest)
        self.sound.pop(path, None)
        if not fails:
            self.sound[path] = loudness

    @rule(path=PATHS)
    def lose_file(self, path: bytes) -> None:
        if path in self.ids:
            with Workspace.open(self.root, write=True) as space:
                space.set_absent([self.ids[path]])
            self.gone.add(path)

    @rule(source=SOURCES, rows=st.dictionaries(st.tuples(USERS, PATHS), st.integers(1, 9), max_size=5))
    def import_listens(self, source: str, rows: dict[tuple[str, bytes], int]) -> None:
        known = {(user, path): count for (user, path), count in rows.items() if path in self.ids}
        with Workspace.open(self.root, write=True) as space:
            space.add_listens(source, [(user, self.ids[path], float(n), None) for (user, path), n in known.items()])
        self.listens = {key: count for key, count in self.listens.items() if key[0] != source}
        self.listens |= {(source, *key): float(count) for key, count in known.items()}

    @rule()
    def publish(self) -> None:
        with Workspace.open(self.root, write=True) as space:
            space.publish_model("cf", lambda folder: (folder / "header.json").write_text("{}"))
        self.versions += 1

    @rule()
    def die_in_the_middle(self) -> None:
        """What a kill leaves: files without a row. The next writer sweeps them, a reader never sees them."""
        for orphan in ("features/x/000099.parquet", "models/cf/.0099.tmp/header.json"):
            (self.root / orphan).parent.mkdir(parents=True, exist_ok=True)
            (self.root / orphan).write_text("half")

    @invariant()
    def they_agree(self) -> None:
        if not hasattr(self, "root"):
            return
        here = {path for path in self.ids if path not in self.gone}
        with Workspace.open(self.root) as space:
            assert {track.path for track in space.tracks()} == here
            assert space.has_model("cf") == (self.versions > 0)
            assert space.models().get("cf", 0) == self.versions
            sounding = sorted(self.ids[path] for path in self.sound if path in here)
            if sounding:
                table = space.features()
                assert table.track_ids.tolist() == sounding
                by_id = {self.ids[path]: loudness for path, loudness in self.sound.items()}
                np.testing.assert_array_equal(table.descriptors()[:, 0], np.float32([by_id[n] for n in sounding]))
            wanted: dict[tuple[str, int], float] = {}
            for (_, user, path), count in self.listens.items():
                if self.ids[path] in sounding:
                    wanted[user, self.ids[path]] = wanted.get((user, self.ids[path]), 0.0) + count
            if wanted:
                found = space.interactions()
                rows, columns = found.counts.nonzero()
                got = {
                    (found.users[row], int(found.items[column])): float(found.counts[row, column])
                    for row, column in zip(rows, columns, strict=True)
                }
                assert got == wanted


WorkspaceAndDictionary.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestWorkspaceAndDictionary = WorkspaceAndDictionary.TestCase
