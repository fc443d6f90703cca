"""`audiorec users` and `audiorec unmatched` from the outside."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audiorec.cli.main import cli
from audiorec.data.catalogue import FileRecord, write_record
from audiorec.data.workspace import Workspace


def call(root: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--workspace", str(root), *words], catch_exceptions=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "w"
    with Workspace.open(root, write=True) as space:
        space.add_paths([b"/m/a.mp3", b"/m/b.mp3", b"/m/c.mp3"])
        with space.transaction() as db:
            for number, artist in enumerate(("Nina", "Johnny", "Ann"), start=1):
                title = "Hurt" if number < 3 else "Moonlight Walk"
                write_record(db, FileRecord(number, 1, 1, "ok", title=title, artists=(artist,)))
    file = tmp_path / "listens.csv"
    file.write_text("user,artist,title\nann,Nina,Hurt\nann,,Hurt\nbob,Ann,Moonlite Walk\nbob,Ann,Moonlite Walk\n")
    call(root, "import", "listens", str(file))
    return root


def test_users_by_command(root: Path) -> None:
    assert [user["name"] for user in json.loads(call(root, "users", "--json").stdout)] == ["ann", "bob"]
    assert "bob" in call(root, "users").stdout
    call(root, "users", "rename", "ann", "Zoe\u0308")
    call(root, "users", "merge", "bob", "Zo\u00eb")
    [user] = json.loads(call(root, "users", "--json").stdout)
    assert (user["name"], user["listens"], user["waiting"]) == ("Zo\u00eb", 1.0, 3)
    call(root, "users", "delete", "Zo\u00eb")
    assert json.loads(call(root, "users", "--json").stdout) == []


def test_what_waits_is_shown_with_what_it_may_be(root: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(call(root, "unmatched", "--csv").stdout)))
    assert [(row["rows"], row["title"], row["candidates"]) for row in rows] == [
        ("2", "Moonlite Walk", "Ann - Moonlight Walk (3)"),
        ("1", "Hurt", "Nina - Hurt (1); Johnny - Hurt (2)"),
    ]
    assert "write artist - title" in rows[1]["why"]
    assert json.loads(call(root, "unmatched", "--json").stdout)[0]["artist"] == "Ann"
    assert "Moonlite" in call(root, "unmatched", "--top", "1").stdout
    call(root, "users", "delete", "ann", "bob")
    assert "Everything that was imported has its song" in call(root, "unmatched").stderr
