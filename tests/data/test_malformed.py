"""Whatever the bytes, every reader of lists gives what can be used, or one error that says what is wrong."""

import gzip
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from audiorec.errors import InputError
from audiorec.sources.registry import SOURCES
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.tables.friends_tables import read_friends
from audiorec.sources.tables.songs_tables import read_songs

GOOD = "user,song,title,artist\nann,1,晴天,周杰伦\nbob,2,后来,刘若英\n"
MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "blank lines": b"\n\r\n \n\t\n",
    "a mark alone": b"\xef\xbb\xbf",
    "half a UTF-16 unit": b"\xff\xfeu\x00s",
    "random bytes": np.random.default_rng(0).bytes(4000),
    "all bytes": bytes(range(256)) * 8,
    "NULs": b"\0" * 500,
    "a zip archive": gzip.compress(GOOD.encode()),
    "Parquet's head only": b"PAR1",
    "JSON": b'{"user": "ann", "songs": [1, 2]}',
    "a web page": b"<!DOCTYPE html><html><body>404 not found</body></html>",
    "header only": b"user,song,title,artist\n",
    "header twice": ("user,song,title,artist\n" + GOOD).encode(),
    "the same column twice": b"user,user,song,title\nann,bob,1,x\n",
    "cut inside a character": GOOD.encode()[:-3],
    "two encodings": GOOD.encode() + "ann,3,后来,刘若英\n".encode("gb18030"),
    "one field without an end": b'user,song,title\nann,"1,x\nbob,2,y\n',
    "one endless line": b"a," * 200_000,
    "a field of a megabyte": b"user,song,title\nann," + b"x" * 1_000_000 + b",y\n",
    "rows of every length": b"user,song,title\n" + b"\n".join(b"," * n for n in range(40)),
    "control letters": b"user,song,title\nan\x07n,1\x1b[31m,x\n",
    "numbers that are none": b"user,song,title,count,time\nann,1,x,1e999,1e999\nann,2,x,-0,9e99\nann,3,x,nan,-1\n",
    "old Mac line ends": b"user,song,title\rann,1,x\r",
    "a playlist that names itself": b"#EXTM3U\nself.m3u\n#EXTINF:x\n#EXTINF:1,\n\n/\n..\n",
}


def read_all(read: Callable[[Path], Iterable[Row | Unread]]) -> Callable[[Path], list[Unread]]:
    return lambda path: [row for row in read(path) if isinstance(row, Unread)]


READERS: dict[str, Callable[[Path], list[Unread]]] = {
    **{name: read_all(source.read) for name, source in SOURCES.items()},
    "songs": lambda path: read_songs(path).problems,
    "friends": lambda path: read_friends(path).problems,
}


def outcome(reader: str, path: Path) -> list[Unread] | str:
    """The rows that could not be used, or the one line that says why nothing could."""
    try:
        return READERS[reader](path)
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", MALFORMED)
def test_every_reader_answers_or_says_what_is_wrong(name: str, reader: str, tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(MALFORMED[name])
    said = outcome(reader, path)
    if isinstance(said, str):
        assert str(path) in said
        assert len(said) < 1000
    else:
        assert all(problem.row >= 0 and 0 < len(problem.reason) < 1000 for problem in said)


def users(path: Path) -> list[str]:
    return [row.user for row in SOURCES["listens"].read(path) if isinstance(row, Row)]


def test_good_rows_beside_bad_ones_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(MALFORMED["two encodings"])
    assert users(path)[:2] == ["ann", "bob"]
    path.write_bytes(MALFORMED["one field without an end"])
    assert "bob" in users(path)


@pytest.mark.parametrize("reader", READERS)
def test_folders_and_missing_files_are_named(reader: str, tmp_path: Path) -> None:
    assert "absent" in in_words(outcome(reader, tmp_path / "absent"))
    # A folder may be an export of several files; this one holds none.
    said = outcome(reader, tmp_path)
    assert not said or str(tmp_path) in in_words(said)


def in_words(said: list[Unread] | str) -> str:
    return said if isinstance(said, str) else said[0].reason
