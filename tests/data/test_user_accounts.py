"""Users renamed, joined and deleted: everything of theirs goes with them, and nothing of anybody else's."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from audiorec.data import user_accounts as accounts
from audiorec.data.ledger import LEDGER, Ledger
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError, UnknownNameError
from tests.waiting import waiting


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    opened = Workspace.open(tmp_path / "w", write=True)
    opened.add_paths([os.fsencode(f"/m/{name}.mp3") for name in "abc"])
    opened.add_listens(
        "x", [("ann", 1, 2.0, 50.0), ("ann", 2, 1.0, None), ("bob", 1, 3.0, 90.0), ("cyd", 3, 1.0, None)]
    )
    opened.add_table("waiting", waiting("ann", "bob"))
    opened.add_friends("x", [("ann", "bob"), ("ann", "cyd"), ("bob", "cyd")])
    return opened


def listens(space: Workspace) -> list[tuple[str, int, float, float | None]]:
    return list(space.db.execute("SELECT user, track_id, count, time FROM listen ORDER BY user, track_id"))


def test_users_are_listed(space: Workspace) -> None:
    ann, bob, cyd = accounts.accounts(space)
    assert ann == accounts.Account("ann", 3.0, 2, 1, 2, 0, 50.0)
    assert (bob.name, bob.last, cyd.waiting) == ("bob", 90.0, 0)


def test_what_lies_beside_the_catalogue_goes_with_its_user(space: Workspace) -> None:
    from audiorec.data.events import read_events, write_events

    rows = [(user, None, "{}", None, None, "comment", 1.0, row) for row, user in enumerate(("ann", "bob", "ann"))]
    write_events(space.root, "x:/x", rows)
    with closing(Ledger(space.root / LEDGER)) as ledger:
        ledger.add("ann", 1, "like")
        ledger.add("dan", 1, "like")
        ledger.create_playlist("ann", "mine", [1])
    assert [(one.name, one.feedback) for one in accounts.accounts(space) if one.feedback] == [("ann", 2), ("dan", 1)]
    accounts.rename(space, "ann", "zoe")
    assert read_events(space.root, "x:/x")["user"].to_pylist() == ["zoe", "bob", "zoe"]
    accounts.delete(space, ["zoe", "dan"])
    assert read_events(space.root, "x:/x")["user"].to_pylist() == ["bob"]
    assert [one.name for one in accounts.accounts(space)] == ["bob", "cyd"]


def test_joined_users_have_the_listens_and_friends_of_both(space: Workspace) -> None:
    accounts.merge(space, ["ann"], "bob")
    assert listens(space) == [("bob", 1, 5.0, 90.0), ("bob", 2, 1.0, None), ("cyd", 3, 1.0, None)]
    assert space.friends() == [("bob", "cyd")]
    assert [account.waiting for account in accounts.accounts(space)] == [2, 0]


def test_a_renamed_user_keeps_everything(space: Workspace) -> None:
    before = [account for account in accounts.accounts(space) if account.name == "ann"]
    accounts.rename(space, "ann", "zoe")
    after = [account for account in accounts.accounts(space) if account.name == "zoe"]
    assert [(one.listens, one.songs, one.waiting, one.friends, one.last) for one in before] == [
        (one.listens, one.songs, one.waiting, one.friends, one.last) for one in after
    ]
    with pytest.raises(InputError, match="users merge zoe bob"):
        accounts.rename(space, "zoe", "bob")


def test_a_deleted_user_leaves_nothing(space: Workspace) -> None:
    accounts.delete(space, ["ann"])
    assert [account.name for account in accounts.accounts(space)] == ["bob", "cyd"]
    assert space.friends() == [("bob", "cyd")]
    assert listens(space) == [("bob", 1, 3.0, 90.0), ("cyd", 3, 1.0, None)]
    with pytest.raises(UnknownNameError, match="no user 'ann': choose one of bob, cyd"):
        accounts.delete(space, ["ann"])
