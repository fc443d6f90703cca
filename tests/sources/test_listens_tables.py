"""Files of listens in every shape that they come in, and what is said of the rows that make no sense."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audiorec.errors import InputError
from audiorec.sources.listens_tables import parse_time, read_listens


def read(tmp_path: Path, data: str | bytes) -> list[tuple[str, str, float, float | None]]:
    path = tmp_path / "listens.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return [(row.user, row.song.shown, row.count, row.time) for row in read_listens(path).rows]


ONE = [("ann", "晴天.mp3", 3.0, 86400.0)]


@pytest.mark.parametrize(
    "data",
    [
        "user,path,count,time\nann,晴天.mp3,3,86400\n",
        "\ufeffuser;path;count;time\r\nann;晴天.mp3;3;1970-01-02\r\n",
        "User ID\tPlay Count\tFile\tTimestamp\nann\t3\t晴天.mp3\t1970-01-02T00:00:00Z\n",
        'count|extra|user|path|time\n3|"a|b"|ann|晴天.mp3|86400\n\n\n',
        "ann,晴天.mp3,3,86400",
        "user,path,count,time\nann,晴天.mp3,3,86400\n".encode("gb18030"),
        "user,path,count,time\nann,晴天.mp3,3,86400\n".encode("utf-16"),
    ],
)
def test_one_row_in_many_shapes(tmp_path: Path, data: str | bytes) -> None:
    assert read(tmp_path, data) == ONE


def test_count_and_time_may_be_absent(tmp_path: Path) -> None:
    rows = read(tmp_path, "user,artist,title\nann,Nelly,Dilemma\n")
    assert rows == [("ann", "Nelly - Dilemma", 1.0, None)]


def test_triplets_without_a_header(tmp_path: Path) -> None:
    assert read(tmp_path, "u1\tSOAAA\t2\nu2\tSOBBB\t1\n") == [("u1", "SOAAA", 2.0, None), ("u2", "SOBBB", 1.0, None)]


def test_bad_rows_are_reported_and_the_others_kept(tmp_path: Path) -> None:
    path = tmp_path / "listens.csv"
    rows = [
        b"user,path,count,time",
        b"ann,a.mp3,1,",
        b"ann",
        b",a.mp3,1,",
        b"ann,,1,",
        b"ann,a.mp3,many,",
        b"ann,a.mp3,0,",
    ]
    rows += [
        b"ann,a.mp3,nan,",
        b"ann,a.mp3,1,yesterday",
        b'"ann,a.mp3,1,2',
        b"ann,\xff\xff\xff.mp3,1,",
        "bob,后来.mp3,,9".encode(),
    ]
    path.write_bytes(b"\n".join(rows))
    found = read_listens(path)
    assert [(row.user, row.line) for row in found.rows] == [("ann", 2), ("bob", 12)]
    assert [problem.line for problem in found.problems] == list(range(3, 12))
    reasons = [problem.reason for problem in found.problems]
    assert "no user" in reasons[1]
    assert "no song" in reasons[2]
    assert "'many'" in reasons[3]
    assert "yesterday" in reasons[6]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("name,count\nx,1\n", "no column user"),
        ("user,count,mood\na,1,x\n", "no column track_id or path or song or title"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)
    with pytest.raises(InputError, match="cannot read"):
        read_listens(tmp_path / "absent.csv")


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "listens.parquet"
    moment = datetime(1970, 1, 2, tzinfo=UTC)
    columns = {"user": ["ann", None], "track_id": [7, 8], "plays": [3.0, 1.0], "time": [moment, None]}
    pq.write_table(pa.table(columns), path)
    found = read_listens(path)
    assert [(row.user, row.song.track_id, row.count, row.time) for row in found.rows] == [("ann", 7, 3.0, 86400.0)]
    assert [(problem.line, problem.reason) for problem in found.problems] == [(2, "no user")]
    path.write_bytes(b"PAR1 and nothing")
    with pytest.raises(InputError, match="not a readable Parquet"):
        read_listens(path)


def test_times() -> None:
    assert parse_time("") is None
    assert parse_time("1700000000") == parse_time("1700000000000") == parse_time("2023-11-14T22:13:20+00:00") == 1.7e9
    for text in ("soon", "inf", "-3"):
        with pytest.raises(ValueError, match=r"."):
            parse_time(text)
