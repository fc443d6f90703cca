"""Tables of listens in every shape that they come in, and what is said of the rows that make no sense."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiorec.errors import InputError
from audiorec.sources.formats.delimited import split_rows
from audiorec.sources.matching.matcher import shown
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.tables.listens_tables import read, recognises

Told = tuple[str, str, float, float | None]


def rows(tmp_path: Path, data: str | bytes, **options: object) -> list[Told]:
    path = tmp_path / "listens.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    found = list(read(path, **options))  # type: ignore[arg-type]
    return [(row.user, shown(row.song), row.weight, row.time) for row in found if isinstance(row, Row)]


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
        "user,path,count,time\rann,晴天.mp3,3,86400\r",
        "sep=;\nuser;path;count;time\nann;晴天.mp3;3;86400\n",
        '"sep=^"\nuser^path^count^time\nann^晴天.mp3^3^86400\n',
        '{"user": "ann", "path": "晴天.mp3", "count": 3, "time": 86400}\n',
        '[{"user": "ann", "path": "晴天.mp3"  , "count": "3", "time": "1970-01-02"}]',
    ],
)
def test_one_row_in_many_shapes(tmp_path: Path, data: str | bytes) -> None:
    assert rows(tmp_path, data) == ONE


def test_what_is_optional_may_be_absent_or_left_off_at_the_end(tmp_path: Path) -> None:
    assert rows(tmp_path, "user,artist,title\nann,Nelly,Dilemma\n") == [("ann", "Nelly - Dilemma", 1.0, None)]
    short = rows(tmp_path, "user,artist,title,count,time\nann,Nelly,Dilemma\nann,Nelly,Dilemma,3\n")
    assert [row[2] for row in short] == [1.0, 3.0]
    for time in ("yesterday", "0", "01 Jan 1970, 00:00"):
        assert rows(tmp_path, f'user,artist,title,time\nann,A,B,"{time}"\n') == [("ann", "A - B", 1.0, None)]


def test_triplets_without_a_header(tmp_path: Path) -> None:
    assert rows(tmp_path, "u1\tSOAAA\t2\nu2\tSOBBB\t1\n") == [
        ("u1", "SOAAA", 2.0, None),
        ("u2", "SOBBB", 1.0, None),
    ]


def test_a_song_beside_an_artist_is_a_title_also_when_it_is_a_number(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("user,artist,song\nu,Two,3\n")
    [row] = list(read(path))
    assert isinstance(row, Row)
    assert (row.song.artists, row.song.title, dict(row.song.ids)) == (("Two",), "3", {})
    path.write_text("user,song\nu,3\n")
    [row] = list(read(path))
    assert isinstance(row, Row)
    assert row.song.ids["track"] == "3"


def test_the_columns_of_a_playlist_exporter(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        '"Track URI","Track Name","Album Name","Artist Name(s)","Release Date","Duration (ms)","Added At"\n'
        '"spotify:track:0123456789abcdefABCDEF","One","Hollow Sun","Ann;Bob","2004","215000","2021-01-31T12:34:56Z"\n'
    )
    [row] = list(read(path, user="cyd"))
    assert isinstance(row, Row)
    assert (row.user, row.song.artists, row.song.title, row.song.album) == ("cyd", ("Ann", "Bob"), "One", "Hollow Sun")
    assert (row.song.seconds, dict(row.song.ids)) == (215.0, {"spotify": "0123456789abcdefABCDEF"})
    assert row.time == datetime(2021, 1, 31, 12, 34, 56, tzinfo=UTC).timestamp()


def test_columns_may_be_named(tmp_path: Path) -> None:
    text = "Wer,Was\nann,Nelly - Dilemma\n"
    assert rows(tmp_path, text, named={"user": "Wer", "song": "was"}) == [("ann", "Nelly - Dilemma", 1.0, None)]
    with pytest.raises(InputError, match="choose one of Wer, Was"):
        rows(tmp_path, text, named={"song": "Wo"})
    with pytest.raises(InputError, match="choose one of user"):
        rows(tmp_path, text, named={"mood": "Was"})


def test_a_user_may_be_given(tmp_path: Path) -> None:
    assert rows(tmp_path, "artist,title\nA,B\n", user="ann")[0][0] == "ann"
    assert rows(tmp_path, "playlist,artist,title\nmine,A,B\n", user="ann")[0][0] == "ann"
    assert rows(tmp_path, "playlist,artist,title\nmine,A,B\n")[0][0] == "mine"


def test_kinds_beside_plays(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("user,title,loved,rating,ms_played\nu,A,yes,,\nu,B,0,4,\nu,C,,,90000\n")
    found = [row for row in read(path) if isinstance(row, Row)]
    assert [(row.kind, row.weight, row.seconds) for row in found] == [
        ("like", 1.0, None),
        ("rating", 4.0, None),
        ("play", 1.0, 90.0),
    ]


def test_quoted_fields_may_hold_line_breaks_and_a_stray_mark_spoils_its_row_only(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        'user,artist,title\nu,A,"first\nsecond"\nu,"B ""x""",7" mix\n"u,C,open\nu,D,d\nu,"E \\"y\\" z",e\n', newline=""
    )
    found = list(read(path))
    names = [(row.song.artists[0], row.song.title) for row in found if isinstance(row, Row)]
    assert names == [("A", "first\nsecond"), ('B "x"', '7" mix'), ("D", "d"), ('E "y" z', "e")]
    assert [(row.row, row.reason) for row in found if isinstance(row, Unread)] == [
        (5, "a quotation mark has no partner")
    ]


def test_bad_rows_are_reported_and_the_others_kept(tmp_path: Path) -> None:
    path = tmp_path / "listens.csv"
    lines = [b"user,path,count,time", b"ann,a.mp3,1,", b"ann", b",a.mp3,1,", b"ann,,1,", b"ann,a.mp3,many,"]
    lines += [b"ann,a.mp3,0,", b"ann,a.mp3,nan,", b"ann,a.mp3,1e39,", b'"ann,a.mp3,1,2', b"ann,\xff\xff\xff.mp3,1,"]
    lines += ["bob,后来.mp3,,9".encode()]
    path.write_bytes(b"\n".join(lines))
    found = list(read(path))
    assert [(row.user, row.row) for row in found if isinstance(row, Row)] == [("ann", 2), ("bob", 12)]
    reasons = {row.row: row.reason for row in found if isinstance(row, Unread)}
    assert sorted(reasons) == list(range(3, 12))
    assert "no song" in reasons[3]
    assert "no user" in reasons[4]
    assert "'many'" in reasons[6]


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "is empty"), ("user,count,mood\na,1,x\n", "no column for the song"), ("{}\n", "no JSON objects")],
)
def test_files_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        rows(tmp_path, text)
    with pytest.raises(InputError, match="cannot read"):
        list(read(tmp_path / "absent.csv"))


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "listens.parquet"
    moment = datetime(1970, 1, 2, tzinfo=UTC)
    columns = {
        "user": ["ann", None, "bob"],
        "track_id": [7, 8, 9],
        "plays": [3.0, 1.0, float("nan")],
        "time": [moment, None, None],
        "artists": [["A", "B"], None, []],
    }
    pq.write_table(pa.table(columns), path)
    found = list(read(path))
    assert isinstance(found[0], Row)
    assert (found[0].user, found[0].song.ids["track"], found[0].weight, found[0].time) == ("ann", "7", 3.0, 86400.0)
    assert found[0].song.artists == ("A", "B")
    assert next((row.row, row.reason) for row in found if isinstance(row, Unread)) == (2, "no user")
    assert len(found) == 3
    pq.write_table(pa.table({"user": [1.0, float("nan")], "title": ["x", "y"]}), path)
    assert [row.user if isinstance(row, Row) else row.reason for row in read(path)] == ["1", "no user"]
    path.write_bytes(b"PAR1 and nothing")
    with pytest.raises(InputError, match="not a readable Parquet"):
        list(read(path))


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("user,artist,title\nann,A,B\n", True),
        ("artist;title;date\nA;B;2021-01-31\n", True),
        ('{"title": "A", "artist": "B"}\n', True),
        ("a,b,c\n1,2,3\n", False),
        ("Dear Ann,\nthe song is over.\n", False),
        ('{"a": 1}\n', False),
        ("<html><title>x</title></html>", False),
    ],
)
def test_tables_are_recognised(tmp_path: Path, text: str, known: bool) -> None:
    path = tmp_path / "x"
    path.write_text(text)
    assert recognises(path, text.encode()) is known


FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(
    table=st.integers(2, 5).flatmap(
        lambda width: st.lists(st.lists(FIELD, min_size=width, max_size=width), min_size=1, max_size=6)
    ),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
)
def test_rows_are_divided_as_the_csv_module_divides_them(table: list[list[str]], delimiter: str, quoting: int) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(table)  # type: ignore[arg-type]
    lines = iter(enumerate(out.getvalue().split("\n"), start=1))
    found = [fields for _, fields in split_rows(lines, delimiter)]
    expected = csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter)
    assert [row for row in found if any(map(str.strip, row))] == [row for row in expected if any(map(str.strip, row))]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=5))
def test_every_row_is_a_row_or_a_reason(tmp_path: Path, pairs: list[tuple[str, str]]) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("".join(json.dumps({"user": user, "title": title}) + "\n" for user, title in pairs))
    found = list(read(path))
    assert [row.row for row in found] == list(range(1, len(pairs) + 1))
    for row, (user, title) in zip(found, pairs, strict=True):
        assert isinstance(row, Row) == bool(user.strip() not in ("", "nan", "NaN") and title.strip())


def test_a_western_table(tmp_path: Path) -> None:
    text = "user,artist,title,count\nMüller,Björk,Jóga,3\nJürgen,Motörhead,Ace of Spades,2\n"
    assert [row[0] for row in rows(tmp_path, text.encode("cp1252"))] == ["Müller", "Jürgen"]


def test_a_comma_without_quotation_marks_is_said_and_no_wrong_song(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("user,artist,title\nann,A,B\nann,Earth, Wind,September\nuser,artist,title\nann,A,C,\n")
    found = list(read(path))
    assert [(row.row, row.skipped) for row in found if isinstance(row, Unread)] == [(3, False), (4, True)]
    assert [row.song.title for row in found if isinstance(row, Row)] == ["B", "C"]


def test_a_table_of_one_column(tmp_path: Path) -> None:
    assert rows(tmp_path, "title\nHello, Goodbye\n", user="ann") == [("ann", "Hello, Goodbye", 1.0, None)]


def test_day_and_clock_may_stand_in_two_columns(tmp_path: Path) -> None:
    moment = datetime(2021, 1, 31, 12, 34, tzinfo=UTC).timestamp()
    assert rows(tmp_path, "user,title,time,date\nann,A,12:34,31/01/2021\n")[0][3] == moment
    assert rows(tmp_path, "user,title,time,played at\nann,A,3:45,2021-01-31 12:34\n")[0][3] is None
    assert rows(tmp_path, "user,title,date,uts\nann,A,31 Jan 2021,1612096440\n")[0][3] == moment


def test_a_column_of_lengths_is_no_clock(tmp_path: Path) -> None:
    text = "Name\tArtist\tTime\tPlays\tLast Played\nOne\tAnn\t215\t3\t31/01/2021 12:34\n"
    assert rows(tmp_path, text.replace("\n", "\r").encode("utf-16"), user="ann") == [
        ("ann", "Ann - One", 3.0, datetime(2021, 1, 31, 12, 34, tzinfo=UTC).timestamp())
    ]


@pytest.mark.parametrize(
    "header",
    ["artista,canción,reproducciones", "artista,música,reproduções", "artiste,titre,écoutes", "歌手,歌名,播放次数",
     "исполнитель,название,прослушивания", "アーティスト,曲名,再生回数"],
)  # fmt: skip
def test_headers_in_other_languages(tmp_path: Path, header: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"{header}\nAnn,Tide,3\n")
    (row,) = read(path)
    assert isinstance(row, Row)
    assert (row.song.artists, row.song.title, row.weight) == (("Ann",), "Tide", 3.0)
