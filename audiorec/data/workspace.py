"""The workspace: one folder with the catalogue, the feature shards and the models, safe against a crash at any moment.

Writers make a temporary file, flush it, rename it, and only then write its catalogue row, so a file without a row is an
orphan of a crash and is swept when the next writer opens the folder. One process writes at a time.
"""

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from audiorec.data import catalogue, counts, fingerprints, kept_recipes, lacking
from audiorec.data.artists import assign_parts, one_spelling
from audiorec.data.catalogue import FileRecord
from audiorec.data.disk import flush_file, flush_folder, refuse_url, take_lock
from audiorec.data.names import artist_key
from audiorec.data.open_folder import OpenFolder
from audiorec.data.tracks import Track
from audiorec.errors import CheckpointError, WorkspaceError

# NumPy, Arrow and SciPy are imported by what reads tables and matrices: `status` and the like do without them.
if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from audiorec.data.event_shards import Added
    from audiorec.data.interactions import Interactions
    from audiorec.data.shard_places import Place
    from audiorec.data.tables import FeatureTable, Layout, TrackFeatures

_SWEPT = ("features/*/*", "models/*/*", "listens/*/*/*")
# Which command makes each model: what a person must run when it is not there.
MAKERS = {
    "network": "audiorec train-network",
    "cnn": "audiorec train-cnn",
    "svm": "audiorec train-svm",
    "cf": "audiorec train-cf",
    "dcgan": "audiorec augment --dcgan",
    "hybrid": "audiorec train",
}


class Workspace(OpenFolder):
    """An open workspace; use it as a context manager.

    Args of `open`: root folder; `write=True` creates it, takes the writer's lock (WorkspaceError when another process
    holds it) and sweeps orphans. Reading needs no lock: what is read is the state of the moment of opening until it is
    closed, beside a writer too. Shards and models that it names stay: they are never changed, and swept is only what no
    row names.
    """

    _tracks: list[Track] | None = None
    _features: "FeatureTable | None" = None

    @classmethod
    def open(cls, root: Path, write: bool = False) -> "Workspace":
        """Open the workspace at `root`; see the class."""
        refuse_url(root)
        if not write:
            if not (root / "catalogue.sqlite").is_file():
                raise WorkspaceError(
                    f"no workspace at {root}: run audiorec extract FOLDER first, or name one with --workspace"
                )
            return cls(root, catalogue.connect(root / "catalogue.sqlite", write=False), None)
        lock = take_lock(root)
        try:
            space = cls(root, catalogue.connect(root / "catalogue.sqlite", write=True), lock)
        except WorkspaceError:
            lock.close()
            raise
        space._sweep()
        return space

    # --- tracks and their features -----------------------------------------------------------------------------

    def tracks(self) -> list[Track]:
        """Every track that is present, in rising order of id, failed ones included; artists in one spelling each."""
        if self.lock is not None:
            return one_spelling(catalogue.read_tracks(self.db))
        # A reader sees one state until it is closed.
        self._tracks = self._tracks or one_spelling(catalogue.read_tracks(self.db))
        return list(self._tracks)

    def statuses(self) -> dict[str, int]:
        """How many of them have each status."""
        return catalogue.count_statuses(self.db)

    def has_tracks(self, usable: bool = False) -> bool:
        """Whether there is any; usable: any that did not fail."""
        good = " AND status != 'failed'" if usable else ""
        return self.db.execute(f"SELECT 1 FROM track WHERE present = 1{good} LIMIT 1").fetchone() is not None

    def records(self) -> dict[bytes, FileRecord]:
        """What is known of each present file, by path."""
        return catalogue.read_records(self.db)

    def add_paths(self, paths: Sequence[bytes]) -> None:
        """Give every path an id in sorted order, so that ids do not depend on how often a run was interrupted."""
        with self.transaction() as db:
            catalogue.add_paths(db, sorted(paths))

    def set_absent(self, track_ids: Collection[int]) -> None:
        """Mark tracks whose files are gone; their listens stay, for the day they come back."""
        with self.transaction() as db:
            db.executemany("UPDATE track SET present = 0 WHERE id = ?", ((track,) for track in track_ids))

    def move_track(self, track_id: int, path: bytes, mtime_ns: int, sidecar: str) -> None:
        """The file of a track is at another place now; what it holds is the same."""
        with self.transaction() as db:
            db.execute(
                "UPDATE track SET path = ?, mtime_ns = ?, sidecar = ?, present = 1 WHERE id = ?",
                (path, mtime_ns, sidecar, track_id),
            )

    def use_features(self, digest: str) -> None:
        """Make the features of this recipe the ones in use."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO setting (key, value) VALUES ('features', ?)", (digest,))

    def commit_shard(
        self, rows: "Sequence[tuple[int, TrackFeatures]]", records: Sequence[FileRecord], layout: "Layout", at: str = ""
    ) -> None:
        """Store the features of some tracks and what is known of their files, together or not at all.

        `records` may hold more tracks than `rows`: files that failed have no features. at: the URL below which the
        shard lies (`shard_places`), in the place of this folder.
        """
        file = self._place_features(rows, layout, at) if rows else None
        with self.transaction() as db:
            for record in records:
                catalogue.write_record(db, record)
                # The output of an encoder in the file as it was goes too.
                db.execute(
                    "DELETE FROM feature WHERE track_id = ? AND (digest = ? OR digest LIKE 'heard-%')",
                    (record.track_id, layout.digest),
                )
            if file is not None:
                self.name_shard(layout.digest, file, [track for track, _ in rows])

    def update_records(self, records: Iterable[FileRecord]) -> None:
        """Store what is known of some files whose features stay as they are."""
        with self.transaction() as db:
            for record in records:
                catalogue.write_record(db, record)

    def feature_digest(self) -> str:
        """Digest of the feature recipe in use: the one of the last extraction."""
        row = self.db.execute("SELECT value FROM setting WHERE key = 'features'").fetchone()
        if row is None:
            raise WorkspaceError(lacking.no_features(self.db))
        return str(row[0])

    def features(self) -> "FeatureTable":
        """The features in use, of every present track that has them."""
        if self.lock is not None:
            return self._find_features()
        self._features = self._features or self._find_features()
        return self._features

    def _find_features(self) -> "FeatureTable":
        from audiorec.data.tables import FeatureTable

        digest = self.feature_digest()
        rows_of: dict[str, list[int]] = {}
        query = (
            "SELECT shard.file, feature.track_id FROM feature JOIN shard ON shard.id = feature.shard_id"
            " JOIN track ON track.id = feature.track_id WHERE feature.digest = ? AND track.present = 1"
        )
        for file, track in self.db.execute(query, (digest,)):
            rows_of.setdefault(file, []).append(track)
        if not rows_of:
            raise WorkspaceError(lacking.no_features(self.db))
        places: dict[Place, list[int]] = {
            file if "://" in file else self.root / file: tracks for file, tracks in rows_of.items()
        }
        return FeatureTable(places, digest)

    def let_go_of_earlier_versions(self, digest: str) -> None:
        """Forget what earlier versions made of songs that have features of this recipe now; other recipes' stay."""
        from audiorec.data.tables import has_earlier_form

        others = "SELECT id, file FROM shard WHERE digest != ? AND digest NOT LIKE 'heard-%' AND file NOT LIKE '%://%'"
        found = self.db.execute(others, (digest,)).fetchall()
        earlier = json.dumps([shard for shard, file in found if has_earlier_form(self.root / file)])
        with self.transaction() as db:
            db.execute(
                "DELETE FROM feature WHERE shard_id IN (SELECT value FROM json_each(?))"
                " AND track_id IN (SELECT track_id FROM feature WHERE digest = ?)",
                (earlier, digest),
            )

    def _place_features(self, rows: "Sequence[tuple[int, TrackFeatures]]", layout: "Layout", at: str) -> str:
        from audiorec.data.shard_places import put_shard
        from audiorec.data.tables import LEVEL, shard_table, write_shard

        if at:
            return put_shard(at, shard_table(rows, layout), layout.digest, LEVEL)
        return self.place_shard(layout.digest, lambda path: write_shard(path, rows, layout))

    # --- listens -----------------------------------------------------------------------------------------------

    def add_events(
        self, source: str, batches: "Iterable[pa.RecordBatch]", part: "Callable[[str], str]" = str
    ) -> "Added":
        """Store events (columns of `events.SCHEMA`) and how many were new; all of them or, when `batches` fails, none.

        What any source of this kind (`kind:...`) has brought already is left out; the events without a time that this
        source gave before are replaced. part: what of a song as written tells whether an event came already. Raises
        WorkspaceError when the disk does not take them.
        """
        from audiorec.data import listens

        return listens.add_events(self, source, batches, part)

    def forget_totals(self, source: str) -> None:
        """Remove the events without a time that other sources of this kind gave of the users of this one."""
        from audiorec.data import listens

        listens.forget_totals(self, source)

    def resolve_events(self, source: str, tracks: Mapping[str, int]) -> None:
        """Give stored events that wait for their song the track that was found, by the song as written."""
        from audiorec.data import listens

        listens.resolve_events(self, source, tracks)

    def add_listens(self, source: str, rows: Iterable[tuple[str, int, float, float | None]]) -> None:
        """Store sums (user, track id, count, time), in the place of what the same source gave before."""
        from audiorec.data import listens

        listens.add_sums(self, source, rows)

    def add_table(self, source: str, batches: "Iterable[pa.RecordBatch]") -> None:
        """Store the sums of events (columns of `events.SCHEMA`), and those whose song is not in the library (yet), in
        the place of what the same source gave; all of them or, when `batches` fails, none."""
        from audiorec.data import listens

        listens.add_table(self, source, batches)

    def resolve_waiting(self, found: Mapping[str, Mapping[str, int]]) -> int:
        """Make listens of the rows that wait for a song of `found` (source -> song as written -> track); how many."""
        from audiorec.data import listens

        return listens.resolve_waiting(self, found)

    def add_server_ids(self, source: str, ids: Mapping[tuple[str, str], int]) -> None:
        """Store what a server calls songs and artists ((kind, id) -> track), in the place of what it said before."""
        with self.transaction() as db:
            db.execute("DELETE FROM server_id WHERE source = ?", (source,))
            rows = ((source, kind, key, track) for (kind, key), track in ids.items())
            db.executemany("INSERT INTO server_id VALUES (?, ?, ?, ?)", rows)

    def server_ids(self) -> list[tuple[str, str, int]]:
        """Kind, id and track of what servers call songs and artists, sorted."""
        return list(self.db.execute("SELECT kind, id, track_id FROM server_id ORDER BY kind, id, source"))

    def add_friends(self, source: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Store friendships; each pair once, whatever its order."""
        with self.transaction() as db:
            db.execute("DELETE FROM friend WHERE source = ?", (source,))
            db.executemany("INSERT OR IGNORE INTO friend VALUES (?, ?, ?)", ((source, *sorted(pair)) for pair in pairs))

    def friends(self) -> list[tuple[str, str]]:
        """Every pair of friends, sorted."""
        return list(self.db.execute("SELECT DISTINCT a, b FROM friend ORDER BY a, b"))

    def has_listens(self) -> bool:
        """Whether any listen was imported."""
        return self.db.execute("SELECT 1 FROM listen LIMIT 1").fetchone() is not None

    def interactions(self, every_song: bool = False, items: "NDArray[np.int64] | None" = None) -> "Interactions":
        """All listens to tracks that have features, over every such track.

        `every_song` takes also the tracks without features that are known by name only: what a network needs. `items`:
        over these track ids, in rising order.
        """
        from audiorec.data import listen_matrix

        if items is None:
            items = listen_matrix.song_ids(self) if every_song else self.features().track_ids
        return listen_matrix.interactions(self, items)

    def artist_parts(self) -> dict[str, str]:
        """The part of every artist: `fit` (70 %), `validation` (15 %) or `test` (15 %).

        Content models learn on fit artists only, so that validation and test artists are honestly new to them. The
        order is a hash of the name, and a known artist keeps their part for ever when it was stored by a writer.
        """
        by_key = {artist_key(name): part for name, part in self.db.execute("SELECT artist, part FROM artist_part")}
        names = {track.artist_key for track in self.tracks() if track.status not in ("failed", "listed")}
        # The spelling that most files use may change as files come; the part does not.
        parts = assign_parts(names, {name: by_key[key] for name in names if (key := artist_key(name)) in by_key})
        if self.lock is not None:
            with self.transaction() as db:
                db.executemany("INSERT OR REPLACE INTO artist_part VALUES (?, ?)", parts.items())
        return parts

    # --- models ------------------------------------------------------------------------------------------------

    def publish_model(self, name: str, write: Callable[[Path], None], origin: str = "") -> Path:
        """Make the next version of a model: `write` fills a folder, which then appears whole or not at all.

        origin: of which shipped recipes it was trained (`recipes.origin`).
        """
        folder = self.root / "models" / name
        version = self._latest(name) + 1
        temporary, final = folder / f".{version:04d}.tmp", folder / f"{version:04d}"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        write(temporary)
        (temporary / "inputs.json").write_text(json.dumps(self.inputs() | {"recipe": origin}), encoding="utf-8")
        for file in temporary.rglob("*"):
            if file.is_file():
                flush_file(file)
        os.replace(temporary, final)
        flush_folder(folder)
        with self.transaction() as db:
            db.execute("INSERT INTO model (name, version) VALUES (?, ?)", (name, version))
        return final

    def model(self, name: str) -> Path:
        """Folder of the latest version of a model; raises CheckpointError with what is lacking for one."""
        version = self._latest(name)
        if not version:
            raise CheckpointError(lacking.no_model(self.db, name, MAKERS.get(name, "its training")))
        return self.root / "models" / name / f"{version:04d}"

    def counts(self) -> dict[str, int | float]:
        """How many artists, users, listens, played tracks, waiting listens and friendships there are."""
        return {
            "artists": counts.count_artists(self),
            **counts.count_listens(self),
            "listens_not_matched": self.db.execute("SELECT count(*) FROM unmatched").fetchone()[0],
            "friendships": self.db.execute("SELECT count(*) FROM (SELECT DISTINCT a, b FROM friend)").fetchone()[0],
        }

    def inputs(self) -> dict[str, str]:
        """Fingerprints of what models are trained on: features, an encoder's output (if any), listens, models, and the
        recipes that a search has kept here."""
        return fingerprints.of_inputs(self.db, self.models()) | kept_recipes.fingerprints(self.root)

    def songs_state(self) -> str:
        """Fingerprint of which songs are present, where their files lie and when these were read last."""
        return fingerprints.of_songs(self.db)

    def tags_state(self) -> str:
        """Fingerprint of the present songs' paths, tags and states."""
        return fingerprints.of_tags(self.db)

    def model_inputs(self, name: str) -> dict[str, str]:
        """`inputs()` and the `recipe` when the latest version of a model was published; raises as `model` does."""
        file = self.model(name) / "inputs.json"
        found: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        return found

    def models(self) -> dict[str, int]:
        """The latest version of every model, by name."""
        return dict(self.db.execute("SELECT name, max(version) FROM model GROUP BY name ORDER BY name"))

    def has_model(self, name: str) -> bool:
        """Whether any version of a model is there."""
        return self._latest(name) > 0

    def _latest(self, name: str) -> int:
        return int(self.db.execute("SELECT coalesce(max(version), 0) FROM model WHERE name = ?", (name,)).fetchone()[0])

    def _sweep(self) -> None:
        """Remove files and folders that no catalogue row names: what a crash left, and shards that were let go.

        While somebody reads an older state, which may name them, they stay.
        """
        known = {self.root / row[0] for row in self.db.execute("SELECT file FROM shard")}
        known |= {
            self.root / "models" / name / f"{version:04d}" for name, version in self.db.execute("SELECT * FROM model")
        }
        known |= {self.root / row[0] for row in self.db.execute("SELECT file FROM event_shard")}
        orphans = {path for places in _SWEPT for path in self.root.glob(places)} - known
        for orphan in orphans if orphans and catalogue.is_read_as_it_is(self.db) else ():
            shutil.rmtree(orphan) if orphan.is_dir() else orphan.unlink()
