"""Events: what comes twice is stored once, what is new is added, what has no time is replaced, and sums follow."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from audiorec.data import event_shards
from audiorec.data.event_shards import MOST_PLAYS, Added, Hasher
from audiorec.data.events import SCHEMA
from audiorec.data.workspace import Workspace

Row = tuple[str, int | None, str, float | None, str, float]


def batches(rows: list[Row], size: int = 2) -> Iterator[pa.RecordBatch]:
    """Batches of (user, track, song, time, kind, weight)."""
    for start in range(0, len(rows), size):
        records = [
            dict(zip(("user", "track_id", "song", "time", "kind", "weight"), row, strict=True)) | {"row": start + place}
            for place, row in enumerate(rows[start : start + size])
        ]
        yield pa.RecordBatch.from_pylist(records, schema=SCHEMA)


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "w", write=True) as opened:
        opened.add_paths([os.fsencode(f"/m/{name}.mp3") for name in "abc"])
        yield opened


def sums(space: Workspace) -> list[tuple[str, int, float, float | None]]:
    return list(space.db.execute("SELECT user, track_id, count, time FROM listen ORDER BY user, track_id, source"))


def shards(space: Workspace) -> list[Path]:
    return sorted(path for path in (space.root / "listens").rglob("*") if path.is_file())


EXPORT: list[Row] = [
    ("ann", 1, "a", 10.0, "play", 1.0),
    ("bob", 2, "b", 11.0, "play", 1.0),
    ("ann", 1, "a", 12.0, "play", 1.0),
    ("ann", None, "gone", 13.0, "play", 1.0),
    ("ann", 1, "a", 14.0, "skip", 1.0),
]
LATER: list[Row] = [("bob", 2, "b", 15.5, "play", 1.0), ("cyd", 3, "c", 16.0, "play", 1.0)]


def test_an_export_counts_once_and_a_longer_one_adds_what_is_new(space: Workspace) -> None:
    assert space.add_events("log:/old", batches(EXPORT)) == Added(5, 0)
    first = sums(space)
    assert first == [("ann", 1, 2.0, 12.0), ("bob", 2, 1.0, 11.0)]
    assert space.add_events("log:/old", batches(EXPORT)) == Added(0, 5)
    assert sums(space) == first
    assert space.add_events("log:/new", batches([*EXPORT, *LATER], size=3)) == Added(2, 5)
    assert sums(space) == [first[0], ("bob", 2, 1.0, 15.5), first[1], ("cyd", 3, 1.0, 16.0)]
    assert space.add_events("other:/new", batches(LATER)) == Added(2, 0)
    assert space.db.execute("SELECT count(*) FROM unmatched").fetchone() == (1,)


def test_two_plays_in_one_second_are_two_however_often_they_come(space: Workspace) -> None:
    twice: list[Row] = [("ann", 1, "a", 10.2, "play", 1.0), ("ann", 1, "a", 10.9, "play", 1.0)]
    assert space.add_events("log:/a", batches(twice, size=1)) == Added(2, 0)
    assert space.add_events("log:/b", batches([*twice, twice[0]], size=1)) == Added(1, 2)


def test_events_without_a_time_are_replaced(space: Workspace) -> None:
    space.add_events("table:/t", batches([("ann", 1, "a", None, "play", 5.0), ("ann", 2, "b", 10.0, "play", 1.0)]))
    space.add_events("table:/t", batches([("ann", 1, "a", None, "play", 7.0), ("bob", None, "x", None, "like", 9.0)]))
    assert sums(space) == [("ann", 1, 7.0, None), ("ann", 2, 1.0, 10.0)]
    assert list(space.db.execute("SELECT user, song, count FROM unmatched")) == [("bob", "x", 1.0)]
    assert len(shards(space)) == 2, "the replaced shard is gone"


def test_sums_of_an_older_catalogue_give_way_to_the_events_of_their_source(space: Workspace) -> None:
    space.add_listens("log:/old", [("ann", 1, 9.0, None)])
    space.add_events("log:/old", batches(EXPORT))
    assert sums(space) == [("ann", 1, 2.0, 12.0), ("bob", 2, 1.0, 11.0)]


def test_an_import_that_breaks_off_leaves_nothing(space: Workspace) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield from batches(EXPORT)
        raise ValueError("the file ends here")

    with pytest.raises(ValueError, match="ends here"):
        space.add_events("log:/old", broken())
    assert (sums(space), shards(space)) == ([], [])


def test_a_shard_without_a_row_is_swept(space: Workspace) -> None:
    space.add_events("log:/old", batches(EXPORT))
    (kept,) = shards(space)
    (kept.parent / "000009-timed.parquet").write_bytes(b"torn")
    space.close()
    with Workspace.open(space.root, write=True) as again:
        assert shards(again) == [kept]


def test_found_songs_are_found_in_the_shards(space: Workspace) -> None:
    space.add_events("log:/old", batches([*EXPORT, ("bob", None, "t", None, "play", 2.0)]))
    space.resolve_events("log:/old", {"gone": 3})
    # A table without time makes the sums anew, from the shards.
    space.add_events("log:/old", batches([("bob", None, "t", None, "play", 3.0)]))
    assert ("ann", 3, 1.0, 13.0) in sums(space)
    assert list(space.db.execute("SELECT song FROM unmatched")) == [("t",)]


def test_counts_beyond_what_sums_hold_are_bounded(space: Workspace) -> None:
    rows: list[Row] = [("ann", 1, "a", None, "play", float("inf")), ("ann", 1, "a", None, "play", float("nan"))]
    space.add_events("table:/t", batches(rows))
    space.add_listens("old", [("ann", 2, 1e39, None), ("ann", 3, 2.0, None)])
    found = space.interactions(items=np.array([1, 2, 3])).counts
    assert found.dtype == np.float32
    assert found.toarray().tolist() == [[MOST_PLAYS, MOST_PLAYS, 2.0]]


def test_identity_is_user_song_second_and_kind() -> None:
    same: list[Row] = [("ann", 1, "a", 10.1, "play", 1.0), ("ann", 2, "a", 10.9, "play", 3.0)]
    others: list[Row] = [
        ("bob", 1, "a", 10.0, "play", 1.0),
        ("ann", 1, "b", 10.0, "play", 1.0),
        ("ann", 1, "a", 11.0, "play", 1.0),
        ("ann", 1, "a", 10.0, "like", 1.0),
        ("ann", 1, "", 10.0, "play", 1.0),
        ("ann", 2, "", 10.0, "play", 1.0),
    ]
    (batch,) = batches([*same, *others], size=20)
    found = Hasher().of(batch)
    assert found[0] == found[1]
    assert len(set(found.tolist())) == 1 + len(others)


def test_sums_in_blocks_are_the_sums(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    drawn = zip(rng.integers(0, 9, 400).tolist(), rng.integers(1, 4, 400).tolist(), strict=True)
    rows: list[Row] = [
        (f"user {user}", track, "s", float(second), "play", 1.0) for second, (user, track) in enumerate(drawn)
    ]
    space.add_events("log:/a", batches(rows, size=7))
    whole = list(event_shards.matched(shards(space)))
    counted = Counter((user, track) for user, track, *_ in rows)
    assert [(user, track, count) for user, track, count, _ in whole] == sorted(
        (*pair, n) for pair, n in counted.items()
    )
    monkeypatch.setattr(event_shards, "_AT_ONCE", 10)
    assert list(event_shards.matched(shards(space))) == whole
