"""Several tables in one archive are read as one, what is none is named, and a bomb is refused."""

import zipfile
from pathlib import Path

from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.tables.table_archives import read, recognises
from tests.sources.made_exports import write_zip

LIST = '"Track Name","Artist Name(s)","Added At"\n"{}","Ann","2021-01-31T12:34:56Z"\n'


def test_all_tables_of_an_archive(tmp_path: Path) -> None:
    files = {"a/rain.csv": LIST.format("One"), "sun.csv": LIST.format("Two"), "read me.txt": "Dear Ann", "x.png": "x"}
    path = write_zip(tmp_path / "lists.zip", files)
    assert recognises(path, path.read_bytes())
    found = list(read(path, user="bob"))
    assert [(row.row, row.user, row.song.title) for row in found if isinstance(row, Row)] == [
        (1, "bob", "One"),
        (3, "bob", "Two"),
    ]
    [other] = [row for row in found if isinstance(row, Unread)]
    assert other.skipped
    assert other.reason.startswith("read me.txt: it has no column for the song")


def test_archives_without_tables_are_others(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", {"a.csv": "no,table\n1,2\n", "b.txt": "Dear Ann"})
    assert not recognises(path, path.read_bytes())
    (tmp_path / "y.zip").write_bytes(b"PK\x03\x04 and nothing")
    assert not recognises(tmp_path / "y.zip", b"PK\x03\x04")


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("t.csv", "w") as file:
        file.write(b"artist,title\n")
        for _ in range(300):
            file.write(b"a,b\n" * 250_000)
    found = list(read(path, user="ann"))
    assert [isinstance(row, Unread) and "unpacks to more" in row.reason for row in found] == [True]
