"""The files of the NCF paper and bare triplets: read as they are, written and read again, mistakes named by line."""

from pathlib import Path

import numpy as np
import pytest

from audiorec.data import splits
from audiorec.errors import InputError
from audiorec.sources.tables import ncf_format, triplets


def files(folder: Path, train: str, test: str, negative: str) -> Path:
    for kind, text in (("train.rating", train), ("test.rating", test), ("test.negative", negative)):
        (folder / f"x.{kind}").write_text(text, encoding="utf-8")
    return folder / "x"


def test_a_split_is_read_as_it_is(tmp_path: Path) -> None:
    prefix = files(tmp_path, "0\t1\t5\t77\n1\t0\t0\t78\n", "0\t2\t1\n1\t1\t4\n", "(0,2)\t0\t3\n(1,1)\t3\t2\n")
    data = ncf_format.read(prefix)
    assert data.split.train.shape == (2, 4)
    assert data.split.train[0, 1] == 5
    assert data.split.train.nnz == 2, "a rating of 0 is a listen too"
    assert data.split.users.tolist() == [0, 1]
    assert data.split.candidates.tolist() == [[2, 0, 3], [1, 3, 2]]
    assert data.times is not None
    assert data.times[0, 1] == 77


def test_a_split_comes_back_as_it_was_written(tmp_path: Path) -> None:
    split = ncf_format.read(files(tmp_path, "0\t1\t5\n1\t0\t2\n", "0\t2\t1\n", "(0,2)\t0\t3\n")).split
    ncf_format.write(tmp_path / "y", split)
    again = ncf_format.read(tmp_path / "y").split
    assert again.candidates.tolist() == split.candidates.tolist()
    np.testing.assert_array_equal(again.train.toarray(), split.train.toarray())


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("0\t1\t5\n0\tx\t1\n", "0\t2\t1\n", "(0,2)\t0\n"), "train.rating, line 2"),
        (("0\t1\t5\n", "0\t2\t1\n", "(0,2)\t0\n(1;2)\t3\n"), "test.negative, line 2"),
        (("0\t1\t5\n", "0\t2\t1\n", "(0,3)\t0\n"), "do not hold the same pairs"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, parts: tuple[str, str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ncf_format.read(files(tmp_path, *parts))


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        ncf_format.read(tmp_path / "nothing")


def test_triplets_and_who_has_enough(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("bob\tS2\t3\nann\tS1\t1\nbob\tS1\t2\nbob\tS1\t1\ncid\tS3\t9\n", encoding="utf-8")
    data = triplets.read(tmp_path / "t.txt")
    assert (data.users, data.songs) == (("ann", "bob", "cid"), ("S1", "S2", "S3"))
    assert data.counts.toarray().tolist() == [[1, 0, 0], [3, 3, 0], [0, 0, 9]]
    kept = triplets.with_at_least(data, 2)
    assert (kept.users, kept.songs) == (("bob",), ("S1", "S2"))
    assert triplets.read(tmp_path / "t.txt", least=3).counts.nnz == 2


def test_a_broken_triplet_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("ann\tS1\t1\nbob S1 2\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2"):
        triplets.read(tmp_path / "t.txt")


def test_rows_without_times_are_in_the_order_of_time(tmp_path: Path) -> None:
    data = ncf_format.read(files(tmp_path, "0\t4\t5\n0\t1\t2\n0\t3\t9\n", "0\t2\t1\n", "(0,2)\t0\n"))
    assert data.times is not None
    inner = splits.leave_one_out(data.split.train, np.random.default_rng(0), how=data.split.how)
    assert inner.candidates[0, 0] == 3, "the last row is the latest listen"


def test_rows_in_the_order_of_numbers_have_no_times(tmp_path: Path) -> None:
    data = ncf_format.read(files(tmp_path, "0\t1\t5\n0\t3\t2\n1\t0\t1\n", "0\t2\t1\n", "(0,2)\t0\n"))
    assert data.times is None
    assert data.split.how.times is None


@pytest.mark.parametrize(("negatives", "known"), [("0\t3", False), ("0\t1", True)])
def test_lists_that_hold_known_songs_are_noticed(tmp_path: Path, negatives: str, known: bool) -> None:
    found = ncf_format.read(files(tmp_path, "0\t4\t5\n0\t1\t2\n", "0\t2\t1\n", f"(0,2)\t{negatives}\n"))
    assert found.split.how.known is known
