"""Catalogues of anything with vectors: read, refused where they are none, and stored as extracted sound is."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audiorec.data.tables import Layout
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError, WorkspaceError
from audiorec.sources.matching.matcher import Matcher, parse_song
from audiorec.sources.rows.contract import Unread
from audiorec.sources.tables.items import Item, open_items, read_items, recognises, store_items

COLUMNS = {
    "id": ["n1", "n2", None, "n4"],
    "title": ["One", "Two", "Three", "Four"],
    "creator": ["Ann", None, "Bob", "Cyd"],
    "category": ["x", "y", "x", "x"],
    "year": [2004, None, 2005, 2006],
    "vector": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0]],
    "price": [0.5, 1.5, 2.5, 3.5],
}


def write(path: Path, **changed: list[object]) -> Path:
    pq.write_table(pa.table({**COLUMNS, **changed}), path)
    return path


def test_items_have_names_and_one_vector_each(tmp_path: Path) -> None:
    file = open_items(write(tmp_path / "x.parquet"))
    assert file.names == ("vector_0", "vector_1", "price")
    found = list(read_items(file))
    first = found[0]
    assert isinstance(first, Item)
    assert (first.key, first.title, first.creators, first.genre, first.year) == ("n1", "One", ("Ann",), "x", 2004)
    np.testing.assert_array_equal(first.vector, np.array([1.0, 2.0, 0.5], dtype=np.float32))
    assert [(row.row, row.reason) for row in found if isinstance(row, Unread)] == [
        (3, "no id"),
        (4, "a vector of 2 numbers where 3 are needed"),
    ]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e39, None])
def test_numbers_that_are_none_are_refused(tmp_path: Path, value: float | None) -> None:
    file = open_items(write(tmp_path / "x.parquet", vector=[[1.0, 2.0], [value, 4.0], [0.0, 0.0], [0.0, 1.0]]))
    assert [row.row for row in read_items(file) if isinstance(row, Unread)] == [2, 3]


def test_what_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"id": ["a"], "title": ["A"]}), path)
    with pytest.raises(InputError, match="no vectors"):
        open_items(path)
    pq.write_table(pa.table({"id": ["a"], "vector": [[1.0]]}), path)
    with pytest.raises(InputError, match="items need id, title and vectors"):
        open_items(path)
    path.write_text("id,title\n")
    with pytest.raises(InputError, match="not Parquet"):
        open_items(path)


def test_catalogues_are_told_from_listens(tmp_path: Path) -> None:
    assert recognises(write(tmp_path / "x.parquet"), b"PAR1")
    pq.write_table(pa.table({"user": ["a"], "title": ["A"], "seconds": [1.0]}), tmp_path / "y.parquet")
    assert not recognises(tmp_path / "y.parquet", b"PAR1")
    assert not recognises(tmp_path / "z.csv", b"id,title\n")


def test_items_stand_in_the_place_of_sound_once(tmp_path: Path) -> None:
    file = open_items(write(tmp_path / "x.parquet"))
    with Workspace.open(tmp_path / "w", write=True) as space:
        for _ in range(2):
            count, problems = store_items(space, file)
            assert (count, len(problems)) == (2, 2)
        table = space.features()
        assert table.layout.descriptor_names == ("vector_0", "vector_1", "price")
        np.testing.assert_array_equal(table.descriptors(), np.array([[1, 2, 0.5], [3, 4, 1.5]], dtype=np.float32))
        assert [(track.title, track.artists, track.status) for track in space.tracks()] == [
            ("One", ("Ann",), "ok"),
            ("Two", (), "ok"),
        ]
        assert Matcher(space.tracks()).match(parse_song("n2")).track_id == table.track_ids[1]


def test_items_do_not_push_sound_aside(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w", write=True) as space:
        space.use_features(Layout("abc", (), (), 1.0, 0.0, 1).digest)
        with pytest.raises(WorkspaceError, match=r"features of sound.*--workspace"):
            store_items(space, open_items(write(tmp_path / "x.parquet")))
