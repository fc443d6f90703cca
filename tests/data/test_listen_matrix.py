"""The matrix that lies ready: the same as reading the rows, made again when listens change or the file is torn."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audiorec.data import listen_matrix, user_accounts
from audiorec.data.workspace import Workspace
from audiorec.errors import WorkspaceError
from tests.waiting import waiting

ITEMS = np.array([1, 2, 3, 4])


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "w", write=True) as opened:
        opened.add_paths([os.fsencode(f"/m/{name}.mp3") for name in "abcd"])
        opened.add_listens("x", [("bob", 1, 2.0, 5.0), ("bob", 4, 1.0, None), ("ann", 2, 3.0, 9.0)])
        opened.interactions(items=ITEMS)
        yield opened


def test_the_second_reading_reads_no_rows(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = space.interactions(items=ITEMS)
    monkeypatch.setattr(listen_matrix, "_read", lambda db: pytest.fail("rows were read again"))
    again = space.interactions(items=ITEMS)
    assert again.users == first.users == ("ann", "bob")
    assert again.counts.toarray().tolist() == first.counts.toarray().tolist() == [[0, 3, 0, 0], [2, 0, 0, 1]]
    assert again.times is not None
    assert again.times.toarray().tolist() == [[0, 9, 0, 0], [5, 0, 0, 0]]


def test_some_songs_leave_out_the_others_and_who_plays_none_of_them(space: Workspace) -> None:
    found = space.interactions(items=np.array([1, 3]))
    assert (found.users, found.counts.toarray().tolist()) == (("bob",), [[2, 0]])
    only_last = space.interactions(items=np.array([4]))
    assert (only_last.counts.toarray().tolist(), only_last.times) == ([[1]], None)
    with pytest.raises(WorkspaceError, match="no listens here to songs that can be used"):
        space.interactions(items=np.array([3]))
    space.add_table("x", waiting("ann", song='{"title": "Elsewhere"}'))
    with pytest.raises(WorkspaceError, match=r"1 wait for theirs\. See audiorec unmatched"):
        space.interactions(items=np.array([3]))


def test_whatever_changes_listens_is_seen(space: Workspace) -> None:
    user_accounts.rename(space, "ann", "zoe")
    assert space.interactions(items=ITEMS).users == ("bob", "zoe")
    # The same number of rows in the same places: only the counts differ.
    space.add_listens("x", [("bob", 1, 7.0, 5.0), ("bob", 4, 1.0, None), ("zoe", 2, 3.0, 9.0)])
    assert space.interactions(items=ITEMS).counts.toarray().tolist() == [[7, 0, 0, 1], [0, 3, 0, 0]]
    user_accounts.delete(space, ["zoe"])
    assert space.interactions(items=ITEMS).users == ("bob",)


def test_the_same_listens_again_are_no_change(space: Workspace) -> None:
    rows = [("bob", 1, 2.0, 5.0), ("bob", 4, 1.0, None), ("ann", 2, 3.0, 9.0)]
    before = space.inputs()
    space.add_listens("x", list(reversed(rows)))
    assert space.inputs() == before
    space.add_listens("x", [*rows[1:], ("bob", 3, 2.0, 5.0)])  # as many plays of another song
    assert space.inputs() != before
    space.add_listens("y", [("bob", 1, 1.0, None)])
    space.add_listens("y", [])
    space.add_listens("x", rows)
    assert space.inputs() == before


@pytest.mark.parametrize("file", ["arrays.bin", "index.json"])
def test_torn_files_are_made_again(space: Workspace, file: str) -> None:
    whole = space.interactions(items=ITEMS).counts.toarray()
    path = space.derived("interactions") / file
    size = path.stat().st_size
    with path.open("rb+") as opened:
        opened.truncate(size // 2)
    assert (space.interactions(items=ITEMS).counts.toarray() == whole).all()
    assert path.stat().st_size == size


@pytest.mark.parametrize("file", ["", "arrays.bin"])
def test_listens_are_counted_alike_from_the_index_and_from_the_rows(
    space: Workspace, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if file:
        (space.derived("interactions") / file).write_bytes(b"torn")
    else:
        monkeypatch.setattr(listen_matrix, "every_listen", lambda space: pytest.fail("arrays were opened"))
    counted = {name: space.counts()[name] for name in ("users", "listens", "played_tracks")}
    assert counted == {"users": 2, "listens": 6.0, "played_tracks": 3}
