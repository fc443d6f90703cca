"""A deleted user leaves no byte in the workspace, a renamed one keeps their models, and nobody else loses a name."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import audiorec
from audiorec.collaborative.training import train as train_cf
from audiorec.content.training import train_svm_model
from audiorec.data import user_accounts as accounts
from audiorec.data.forget_users import CRAWL, SECRETS, take_out
from audiorec.data.ledger import LEDGER, Ledger
from audiorec.data.workspace import Workspace
from audiorec.hybrid.training import train as train_hybrid
from audiorec.learning import checkpoint
from audiorec.network import embedding
from audiorec.network.training import train as train_network
from audiorec.serve.logins import Accounts
from audiorec.sources.services.netease_state import CrawlState
from tests.ranking.small_library import build
from tests.waiting import waiting

WHO = "zwetschgenmus"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small library with one more user, of whom everything is known that can be, and every kind of model."""
    root = tmp_path_factory.mktemp("forget") / "w"
    build(root)
    with Workspace.open(root, write=True) as space:
        space.add_listens("more", [(WHO, song, 3.0, None) for song in (1, 2, 3, 9, 10)])
        space.add_table("waiting", waiting(WHO))
        space.add_friends("x", [(WHO, "user 1"), ("user 1", "user 2")])
    (root.parent / "plays.csv").write_text(f"user,path,time\n{WHO},05.mp3,1600000000\nuser 1,05.mp3,1600000000\n")
    with audiorec.Library(root) as library:
        library.import_listens(root.parent / "plays.csv")
        library.feedback(WHO, 7, "like")
    ledger = Ledger(root / LEDGER)
    ledger.create_playlist(WHO, "theirs", [1, 2])
    ledger.close()
    Accounts(root / SECRETS, needs_token=False).set_password(WHO, "secret")
    with Workspace.open(root, write=True) as space:
        train_network(space)
        train_svm_model(space)
        train_svm_model(space, user=WHO)
        train_cf(space)
        train_hybrid(space)
    with audiorec.Library(root) as library:
        assert library.recommend(WHO, top=3)
    return root


def files_that_say(root: Path, name: str) -> list[str]:
    """Files whose bytes or, in Parquet, whose users hold the name."""
    found = [path for path in root.rglob("*") if path.is_file() and name.encode() in path.read_bytes()]
    tables = [path for path in (root / "listens").rglob("*.parquet") if name in pq.read_table(path)["user"].to_pylist()]
    return sorted(str(path.relative_to(root)) for path in (*found, *tables))


@pytest.mark.slow
def test_a_user_is_renamed_then_deleted_everywhere(trained: Path) -> None:
    said = files_that_say(trained, WHO)
    assert len({name.split("/")[0] for name in said}) >= 5  # catalogue, listens, feedback, secrets, models, derived
    with Workspace.open(trained, write=True) as space:
        accounts.rename(space, WHO, "quitte")
        assert "quitte" in embedding.load(space.model("network")).user_names
    assert Accounts(trained / SECRETS, needs_token=False).is_password("quitte", "secret")
    left = files_that_say(trained, WHO)
    assert not [name for name in left if name.startswith(("models", "derived", "listens", SECRETS))]
    with Workspace.open(trained, write=True) as space:
        assert space.has_model("svm-user")
        accounts.delete(space, ["quitte"])
        assert not space.has_model("svm-user")
        assert "user 1" in checkpoint.read_header(space.model("cf"), "neumf").labels
    assert files_that_say(trained, "quitte") == []
    with audiorec.Library(trained) as library:
        assert library.recommend("user 1", top=3)
        with pytest.raises(audiorec.errors.UnknownNameError):
            library.recommend("quitte")


def test_what_a_crawl_found_of_a_deleted_user_goes_too(tmp_path: Path) -> None:
    with CrawlState(tmp_path / CRAWL) as state, state.together() as db:
        state.add_user(1, WHO)
        state.add_user(2, "bob")
        db.execute("INSERT INTO playlist VALUES (5, 'Rain', 1, 0)")
        db.execute("INSERT INTO entry VALUES (5, 0, 7, 1600000000000)")
        db.execute("INSERT INTO comment VALUES (3, 7, 1, 'fine', 1600000000000, 0)")
        db.execute("INSERT INTO record VALUES (1, 7, 4), (2, 7, 1)")
        db.execute("INSERT INTO follow VALUES (1, 2), (2, 1)")
    with Workspace.open(tmp_path, write=True) as space:
        take_out(space, [WHO], None)
    with CrawlState(tmp_path / CRAWL) as state:
        left = [
            len(state.db.execute(f"SELECT * FROM {table}").fetchall())
            for table in ("user", "playlist", "entry", "comment", "record", "follow")
        ]
    assert left == [1, 0, 0, 0, 1, 0]


def test_namesakes_and_the_nameless_of_a_crawl_are_deleted_one_by_one(tmp_path: Path) -> None:
    with CrawlState(tmp_path / CRAWL) as state, state.together():
        for key, name in ((3, "twin"), (4, "twin"), (5, ""), (6, "cyd")):
            state.add_user(key, name)
    with Workspace.open(tmp_path, write=True) as space:
        take_out(space, ["twin"], None)  # somebody from elsewhere: the crawl's are called by their ids too
        take_out(space, ["twin (3)", "5"], None)
    with CrawlState(tmp_path / CRAWL) as state:
        assert state.db.execute("SELECT id FROM user ORDER BY id").fetchall() == [(4,), (6,)]


def test_an_artist_of_the_same_name_stays(tmp_path: Path) -> None:
    header = checkpoint.Header("network", {"users": 2}, labels=["ann", "bob", "ann", "cyd"])
    with Workspace.open(tmp_path, write=True) as space:
        folder = space.publish_model("network", lambda to: checkpoint.save(to, header, {"a": np.zeros(1)}))
        take_out(space, ["ann"], None)
        assert checkpoint.read_header(folder, "network").labels == ["", "bob", "ann", "cyd"]
        take_out(space, ["bob"], "dan")
        assert checkpoint.read_header(folder, "network").labels == ["", "dan", "ann", "cyd"]
