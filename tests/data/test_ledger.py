"""What users say lies in a file of its own: one that is not ours is named, and never taken for a disk that is full."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from audiorec.data.ledger import LEDGER, Ledger
from audiorec.errors import WorkspaceError


@pytest.mark.parametrize("is_database", [True, False])
def test_a_file_of_something_else_is_named(tmp_path: Path, is_database: bool) -> None:
    path = tmp_path / LEDGER
    if is_database:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("CREATE TABLE event (user TEXT)")
    else:
        path.write_bytes(b"no database at all " * 100)
    with pytest.raises(WorkspaceError, match="move it away"):
        Ledger(path)


def test_a_file_that_another_process_holds_is_not_read_without_its_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / LEDGER
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *place, **options: connect(*place, **{**options, "timeout": 0.05}))
    with closing(connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(WorkspaceError, match="locked"):
            Ledger(path)
