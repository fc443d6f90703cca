"""Friendships: every line is a pair or a reported problem."""

from pathlib import Path

import pytest

from audiorec.errors import InputError
from audiorec.sources.tables.friends_tables import read_friends, recognises


def test_friends(tmp_path: Path) -> None:
    path = tmp_path / "friends.csv"
    path.write_text("userID\tfriendID\nann\tbob\nbob\tann\nann\tann\ncy\nann\tcy\n")
    found = read_friends(path)
    assert found.pairs == [("ann", "bob"), ("ann", "cy")]
    assert [(problem.row, problem.reason) for problem in found.problems] == [
        (4, "the two names are one"),
        (5, "two names are needed"),
    ]
    path.write_text("ann,bob\n")
    assert read_friends(path).pairs == [("ann", "bob")]
    path.write_text("user,artist,title\nann,Queen,Innuendo\n")
    with pytest.raises(InputError, match="names songs"):
        read_friends(path)
    path.write_text("")
    with pytest.raises(InputError, match="is empty"):
        read_friends(path)


def test_only_two_users_are_friends(tmp_path: Path) -> None:
    assert recognises(tmp_path / "x", b"user,friend\nann,bob\n")
    assert not recognises(tmp_path / "x", b"user,title\nann,One\n")
    assert not recognises(tmp_path / "x", b"user,friend,title\nann,bob,One\n")
