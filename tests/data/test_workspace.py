"""The workspace: what was committed is there, what was not is swept, and mistakes are named."""

import multiprocessing
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from audiorec.data.catalogue import MIGRATIONS, FileRecord
from audiorec.data.coded_sound import coded, mu_law
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace
from audiorec.errors import CheckpointError, WorkspaceError

LAYOUT = Layout("d" * 16, ("loudness", "tempo"), ("joy",), 0.5, -80.0, 11025)


def features(value: int, lyrics: bool = True) -> TrackFeatures:
    return TrackFeatures(
        logmel=np.full((2, 4, 3), value, dtype=np.uint8),
        waveform=coded(np.full((1, 2, 512), value / 100, dtype=np.float32), LAYOUT.waveform_rate),
        descriptors=np.array([value, -value], dtype=np.float32),
        lyrics=np.array([value / 2], dtype=np.float32) if lyrics else None,
        lyrics_text=f"line {value}" if lyrics else None,
        language="en" if lyrics else None,
        fingerprint=np.full(64, value, dtype=np.uint8),
    )


def record(track: int, status: str = "ok", artist: str = "Ada") -> FileRecord:
    return FileRecord(track, 10, 20, status, title=f"song {track}", artists=(artist, "Guest"), seconds=3.0)


def fill(root: Path, count: int = 3) -> Path:
    with Workspace.open(root, write=True) as space:
        space.add_paths([f"/m/{number}.mp3".encode() for number in range(count)])
        rows = [(track, features(track, lyrics=track != 2)) for track in range(1, count + 1)]
        space.commit_shard(rows, [record(track) for track, _ in rows], LAYOUT)
        space.use_features(LAYOUT.digest)
    return root


def test_features_come_back_as_they_went_in(tmp_path: Path) -> None:
    with Workspace.open(fill(tmp_path)) as space:
        table = space.features()
        assert table.track_ids.tolist() == [1, 2, 3]
        assert table.layout == LAYOUT
        assert table.descriptors().tolist() == [[1, -1], [2, -2], [3, -3]]
        np.testing.assert_array_equal(table.lyrics()[:, 0], [0.5, np.nan, 1.5])
        assert table.texts() == ["line 1", None, "line 3"]
        patches = table.logmel(np.array([3, 1]))
        assert patches.owner.tolist() == [0, 0, 1, 1]
        assert patches.values[:, 0, 0].tolist() == [3, 3, 1, 1]
        sounds = table.waveform(np.array([3, 1])).values
        assert sounds.shape == (2, 2, 512)
        np.testing.assert_allclose(sounds.mean(axis=(1, 2)), mu_law(np.array([0.03, 0.01])), atol=3)
        assert table.fingerprints()[:, 0].tolist() == [1, 2, 3]


def test_a_track_extracted_again_counts_once(tmp_path: Path) -> None:
    fill(tmp_path)
    with Workspace.open(tmp_path, write=True) as space:
        space.commit_shard([(2, features(9))], [record(2)], LAYOUT)
        assert space.features().descriptors().tolist() == [[1, -1], [9, -9], [3, -3]]


def describe_anew(root: Path, layout: Layout = LAYOUT) -> None:
    """Every song once more, by another recipe or by the same."""
    with Workspace.open(root, write=True) as space:
        for track in (1, 2, 3):
            space.commit_shard([(track, features(10 * track))], [record(track)], layout)
        space.use_features(layout.digest)
        space.let_go_of_earlier_versions(layout.digest)
        space.let_go_of_shards()


def shards(root: Path) -> list[str]:
    """Numbers of the shards on the disk once the workspace was opened for writing."""
    Workspace.open(root, write=True).close()
    return sorted(path.stem[-1] for path in (root / "features").glob("*/*"))


def test_what_was_described_anew_leaves_the_disk(tmp_path: Path) -> None:
    describe_anew(fill(tmp_path))
    assert shards(tmp_path) == ["2", "3", "4"]
    with Workspace.open(tmp_path) as space:
        assert space.features().descriptors()[:, 0].tolist() == [10, 20, 30]


@pytest.mark.parametrize(("is_earlier", "left"), [(True, ["2", "3", "4"]), (False, ["1", "2", "3", "4"])])
def test_of_another_recipe_only_an_earlier_version_goes(tmp_path: Path, is_earlier: bool, left: list[str]) -> None:
    (path,) = (fill(tmp_path) / "features").glob("*/*")
    if is_earlier:
        table = pq.read_table(path)
        pq.write_table(
            table.replace_schema_metadata({**table.schema.metadata, b"audiorec.patches": b"differences"}), path
        )
    describe_anew(tmp_path, replace(LAYOUT, digest="e" * 16))
    assert shards(tmp_path) == left


def test_who_reads_an_older_state_keeps_its_files(tmp_path: Path) -> None:
    with Workspace.open(fill(tmp_path)) as reader:
        table = reader.features()
        describe_anew(tmp_path)
        assert shards(tmp_path) == ["1", "2", "3", "4"]
        assert table.logmel().values[:, 0, 0].tolist() == [1, 1, 2, 2, 3, 3]
    assert shards(tmp_path) == ["2", "3", "4"]


def test_the_number_of_a_shard_is_never_given_twice(tmp_path: Path) -> None:
    with Workspace.open(fill(tmp_path), write=True) as space:
        space.commit_shard([], [record(track, status="failed") for track in (1, 2, 3)], LAYOUT)
        space.let_go_of_shards()
        space.commit_shard([(1, features(1))], [record(1)], LAYOUT)
    assert shards(tmp_path) == ["1", "2"]


def test_a_file_that_fails_later_loses_its_features(tmp_path: Path) -> None:
    fill(tmp_path)
    with Workspace.open(tmp_path, write=True) as space:
        space.commit_shard([], [record(2, status="failed")], LAYOUT)
        assert space.features().track_ids.tolist() == [1, 3]


def test_absent_tracks_are_left_out_and_come_back(tmp_path: Path) -> None:
    fill(tmp_path)
    with Workspace.open(tmp_path, write=True) as space:
        space.set_absent([3])
        assert [track.id for track in space.tracks()] == [1, 2]
        assert space.features().track_ids.tolist() == [1, 2]
        space.add_paths([b"/m/2.mp3"])
        assert space.features().track_ids.tolist() == [1, 2, 3]


def test_a_song_that_goes_changes_what_models_were_trained_on(tmp_path: Path) -> None:
    fill(tmp_path)
    with Workspace.open(tmp_path, write=True) as space:
        whole = space.inputs()["features"]
        states = [whole]
        for gone in ([3], [2]):
            space.set_absent(gone)
            states.append(space.inputs()["features"])
        space.add_paths([b"/m/2.mp3"])
        states.append(space.inputs()["features"])
        assert len(set(states)) == 4
        space.add_paths([b"/m/1.mp3"])
        assert space.inputs()["features"] == whole


def test_ids_follow_the_sorted_paths(tmp_path: Path) -> None:
    with Workspace.open(tmp_path, write=True) as space:
        space.add_paths([b"/m/b.mp3", b"/m/\xff.mp3", b"/m/a.mp3"])
        assert [(track.id, track.path) for track in space.tracks()] == [
            (1, b"/m/a.mp3"),
            (2, b"/m/b.mp3"),
            (3, b"/m/\xff.mp3"),
        ]


def test_records_round_trip(tmp_path: Path) -> None:
    with Workspace.open(fill(tmp_path)) as space:
        assert space.records()[b"/m/1.mp3"] == record(2)


def test_orphans_of_a_crash_are_swept(tmp_path: Path) -> None:
    fill(tmp_path)
    folder = tmp_path / "features" / LAYOUT.digest
    orphans = [folder / ".000002.tmp", folder / "000077.parquet", tmp_path / "models" / "cnn" / ".0001.tmp"]
    for orphan in orphans:
        orphan.parent.mkdir(parents=True, exist_ok=True)
        orphan.write_bytes(b"half")
    with Workspace.open(tmp_path, write=True) as space:
        assert not any(orphan.exists() for orphan in orphans)
        assert len(space.features()) == 3


def hold(root: Path, taken: Event, done: Event) -> None:
    with Workspace.open(root, write=True):
        taken.set()
        done.wait(30)


def test_one_writer_at_a_time_and_readers_beside_it(tmp_path: Path) -> None:
    fill(tmp_path)
    context = multiprocessing.get_context("spawn")
    taken, done = context.Event(), context.Event()
    other = context.Process(target=hold, args=(tmp_path, taken, done))
    other.start()
    try:
        assert taken.wait(30)
        with pytest.raises(WorkspaceError, match="being written by another"):
            Workspace.open(tmp_path, write=True)
        with Workspace.open(tmp_path) as space:
            assert len(space.tracks()) == 3
    finally:
        done.set()
        other.join()
    Workspace.open(tmp_path, write=True).close()


def test_a_transaction_is_whole_or_nothing(tmp_path: Path) -> None:
    def torn() -> Iterator[tuple[str, int, float, float | None]]:
        yield "mira", 1, 1.0, None
        raise OSError("the file ends here")

    fill(tmp_path)
    with Workspace.open(tmp_path, write=True) as space:
        with pytest.raises(OSError, match="ends here"):
            space.add_listens("file", torn())
        with pytest.raises(WorkspaceError, match="no listens"):
            space.interactions()


def test_listens_of_a_source_are_replaced_and_sources_add_up(tmp_path: Path) -> None:
    fill(tmp_path)
    with Workspace.open(tmp_path, write=True) as space:
        space.add_listens("old", [("tao", 1, 5.0, None)])
        space.add_listens("old", [("tao", 1, 2.0, 100.0), ("tao", 1, 1.0, 50.0), ("mira", 3, 1.0, None)])
        space.add_listens("new", [("tao", 1, 4.0, 80.0)])
        found = space.interactions()
        assert found.users == ("mira", "tao")
        assert found.counts.toarray().tolist() == [[0, 0, 1], [7, 0, 0]]
        assert found.times is not None
        assert found.times.toarray()[1, 0] == 100


def test_friends_are_pairs_without_order(tmp_path: Path) -> None:
    with Workspace.open(tmp_path, write=True) as space:
        space.add_friends("file", [("b", "a"), ("a", "b"), ("c", "a")])
        assert space.friends() == [("a", "b"), ("a", "c")]


def test_artist_parts_are_stable_when_the_library_grows(tmp_path: Path) -> None:
    with Workspace.open(tmp_path, write=True) as space:
        space.add_paths([f"/m/{number:03d}.mp3".encode() for number in range(200)])
        space.commit_shard([], [record(track, artist=f"artist {track}") for track in range(1, 101)], LAYOUT)
        before = space.artist_parts()
        space.commit_shard([], [record(track, artist=f"artist {track}") for track in range(101, 201)], LAYOUT)
        after = space.artist_parts()
    named = {artist: part for artist, part in before.items() if artist.startswith("artist")}
    assert {artist: after[artist] for artist in named} == named
    counts = {part: sum(value == part for value in after.values()) for part in ("fit", "validation", "test")}
    assert counts["fit"] == pytest.approx(0.7 * len(after), abs=20)
    assert counts["validation"] == pytest.approx(0.15 * len(after), abs=10)


def test_models_have_versions_and_appear_whole(tmp_path: Path) -> None:
    def write(text: str) -> object:
        return lambda folder: (folder / "a.txt").write_text(text)

    with Workspace.open(tmp_path, write=True) as space:
        with pytest.raises(CheckpointError, match="run audiorec extract"):
            space.model("cnn")
        space.publish_model("cnn", write("one"))
        space.publish_model("cnn", write("two"))
        assert (space.model("cnn") / "a.txt").read_text() == "two"

        def fail(folder: Path) -> None:
            (folder / "a.txt").write_text("half")
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            space.publish_model("cnn", fail)
        assert (space.model("cnn") / "a.txt").read_text() == "two"
        space.publish_model("network-ae", write("beside it"))
        assert space.models() == {"cnn": 2, "network-ae": 1}


def test_absent_foreign_and_newer_workspaces_are_named(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="run audiorec extract"):
        Workspace.open(tmp_path / "none")
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "catalogue.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(WorkspaceError, match="not a catalogue"):
        Workspace.open(foreign)
    newer = fill(tmp_path / "newer")
    db = sqlite3.connect(newer / "catalogue.sqlite")
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    for write in (False, True):
        with pytest.raises(WorkspaceError, match="update audiorec"):
            Workspace.open(newer, write=write)


def test_ids_of_servers_are_replaced_by_source(tmp_path: Path) -> None:
    with Workspace.open(tmp_path, write=True) as space:
        space.add_server_ids("jellyfin:a", {("jellyfin", "x"): 1, ("jellyfin artist", "y"): 1})
        space.add_server_ids("plex:b", {("plex", "7"): 2})
        space.add_server_ids("jellyfin:a", {("jellyfin", "z"): 3})
        assert space.server_ids() == [("jellyfin", "z", 3), ("plex", "7", 2)]


def test_listens_of_an_earlier_version_are_kept(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "catalogue.sqlite")
    for script in MIGRATIONS[:5]:
        db.executescript(script)
    sums = [("x", "ann", 1, 2.0, 9.0), ("x", "bob", 1, 1.0, None)]
    db.execute("INSERT INTO track (path) VALUES (x'61')")
    db.executemany("INSERT INTO listen VALUES (?, ?, ?, ?, ?)", reversed(sums))
    db.execute("PRAGMA user_version = 5")
    db.commit()
    db.close()
    with Workspace.open(tmp_path, write=True) as space:
        assert list(space.db.execute("SELECT * FROM listen")) == sums


def test_a_broken_shard_is_named(tmp_path: Path) -> None:
    fill(tmp_path)
    (shard,) = (tmp_path / "features" / LAYOUT.digest).iterdir()
    shard.write_bytes(shard.read_bytes()[:50])
    with Workspace.open(tmp_path) as space, pytest.raises(WorkspaceError, match="not a readable feature shard"):
        space.features()


def test_a_shard_without_a_column_of_today_says_what_to_do(tmp_path: Path) -> None:
    fill(tmp_path)
    shard = next(tmp_path.rglob("*.parquet"))
    pq.write_table(pq.read_table(shard).drop_columns(["fingerprint"]), shard)
    with Workspace.open(tmp_path) as space, pytest.raises(WorkspaceError, match="run audiorec extract"):
        space.features().fingerprints()
