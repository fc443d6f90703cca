"""Rows by the block: what they say, mean and count is what they say, mean and count one by one."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiorec.data.catalogue import FileRecord
from audiorec.data.tables import Layout
from audiorec.data.workspace import Workspace
from audiorec.sources.formats.text_file import UNREADABLE
from audiorec.sources.importing import ImportReport, Owner, import_rows, pack, user_name
from audiorec.sources.matching.matcher import Match, Matcher
from audiorec.sources.rows import row_blocks
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.row_blocks import Known, in_blocks
from audiorec.sources.rows.times import parse_time
from audiorec.sources.tables import table_columns
from audiorec.sources.tables.listens_tables import read, read_blocks
from audiorec.sources.tables.table_columns import in_columns

SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# --- tables: the same rows and reasons as from a reader that looks at one line at a time -----------------------

HEADER = ["user", "artist", "title", "time", "count", "rating", "loved", "ms_played"]
VALUES = (
    st.sampled_from(["ann", " bob", "nan", "", "B\u00f6b", UNREADABLE]),
    st.sampled_from(["Ada", "Ada | Bo; Cy", "", " "]),
    st.sampled_from(["One", "Two (Live)", "", UNREADABLE]),
    st.sampled_from(
        ["1700000000", "9999999999", "0000000000", "1700000000123", "2021-01-31T12:34:00+02:00", "31/01/2021", "x", ""]
    ),
    st.sampled_from(["1", "2.5", "0", "-1", "x", "1e12", "", "nan"]),
    st.sampled_from(["", "4", "0", "x"]),
    st.sampled_from(["", "yes", "no"]),
    st.sampled_from(["", "1500000", "3:45", "-1"]),
)
LINES = st.one_of(
    st.tuples(*VALUES).map(list),
    st.tuples(*VALUES).flatmap(lambda row: st.integers(1, len(row)).map(lambda width: list(row)[:width])),
    st.tuples(*VALUES).map(lambda row: [*row, "", "more"]),
    st.just(HEADER),
)

NO_TEXT = "bytes that are no text in the encoding of this file"


def one_by_one(header: Sequence[str], rows: Sequence[Sequence[str]], user: str) -> list[Row | Unread]:
    return [one(header, list(values), number, user) for number, values in enumerate(rows, start=2)]


def one(header: Sequence[str], values: list[str], number: int, user: str) -> Row | Unread:
    width = len(header)
    if len(values) > width and any(values[width:]):
        return Unread(number, f"{len(values)} fields where the header has {width}: is one not in quotation marks?")
    if values == header:
        return Unread(number, "the header once more", skipped=True)
    said = {name: value.strip() for name, value in zip(header, values, strict=False)}
    name = said.get("user", user)
    if UNREADABLE in said.get("title", ""):
        return Unread(number, NO_TEXT)
    if not said.get("title"):
        return Unread(number, "no song")
    if UNREADABLE in name:
        return Unread(number, NO_TEXT)
    if name in ("", "nan") and "user" in header:
        return Unread(number, "no user")
    count = said.get("count") or "1"
    if count in ("0", "-1", "x", "1e12", "nan"):
        return Unread(number, f"the count is {count!r}, not a number above 0 and up to a billion")
    try:
        time = parse_time(said.get("time", "")) or None
    except ValueError:
        time = None
    artists = tuple(part.strip() for part in said.get("artist", "").replace("|", ";").split(";") if part.strip())
    heard = {"1500000": 1500.0, "3:45": 225.0}.get(said.get("ms_played", ""))
    rated = said.get("rating") == "4"
    kind = "like" if said.get("loved") == "yes" else "rating" if rated else "play"
    return Row(name, WrittenSong(artists, said["title"]), time, heard, kind, 4.0 if rated else float(count), number)


@SLOW
@given(data=st.data())
def test_a_table_says_what_it_says_line_by_line(data: st.DataObject, tmp_path: Path) -> None:
    places = data.draw(st.lists(st.sampled_from(range(3, len(HEADER))), unique=True).map(sorted))
    places = [*([0] if data.draw(st.booleans()) else []), 1, 2, *places]
    lines = [[*line, *[""] * 9][: len(line)] for line in data.draw(st.lists(LINES, min_size=1, max_size=12))]
    rows = [[line[place] for place in places if place < len(line)] + line[len(HEADER) :] for line in lines]
    rows = [row for row in rows if any(value.strip() for value in row)]
    header, user = [HEADER[place] for place in places], data.draw(st.sampled_from(["", "eve"]))
    path = tmp_path / "t.tsv"
    path.write_text("".join("\t".join(row) + "\n" for row in [header, *rows]), encoding="utf-8")
    with pytest.MonkeyPatch.context() as small:
        small.setattr(table_columns, "_FEW", data.draw(st.sampled_from([1, 2, 5])))
        small.setattr(table_columns, "AT_ONCE", data.draw(st.sampled_from([1, 4, 50_000])))
        assert list(read(path, user=user)) == one_by_one(header, rows, user)


def test_long_rows_make_small_blocks_and_go_at_once() -> None:
    rows = ((number, ["x" * 1_000_000, "y"]) for number in range(300))
    assert [len(part.numbers) for part in in_columns(rows, ["title", "artist"], {})] == [100, 100, 100]


def test_what_is_known_is_asked_once_and_forgotten_when_it_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def make(key: str) -> int:
        asked.append(key)
        return int(key)

    known = Known[int](make, -1)
    numbers = known.numbers(["7", "x", "7", "8", "x"], 5)
    assert (numbers.tolist(), known.of(numbers), asked) == ([0, 1, 0, 2, 1], [7, -1, 7, 8, -1], ["7", "x", "8"])
    assert [place for place, _ in known.faults_of(numbers)] == [1, 4]
    assert known.fresh() is known
    monkeypatch.setattr(row_blocks, "_MOST", 3)
    assert len(known.fresh()) == 0


# --- imports: the same sums, waiting rows and reports as from matching one row after the other -----------------

SONGS = [
    WrittenSong(path="/m/x/a.mp3"), WrittenSong(path="a.mp3"), WrittenSong(("Ada",), "song 1"),
    WrittenSong(("Ada",), "song 2", ids={"mbid": "two"}), WrittenSong(ids={"mbid": "two"}), WrittenSong(title="gone"),
    WrittenSong(ids={"mbid": "nobody knows"}), WrittenSong(("Ada",), "both"), WrittenSong(("Ada",), "gone", "Sun"),
]  # fmt: skip
KINDS = st.sampled_from(["play", "play", "like", "skip", "playlist", "rating"])
ROWS = st.builds(
    Row, st.sampled_from(["ann", "", " Zoe\u0308"]), st.sampled_from(SONGS), st.sampled_from([None, 5.0, 7.5]),
    st.none(), KINDS, st.sampled_from([1.0, 2.5, 4.0, 3e9]), st.just(0),
)  # fmt: skip
READ = st.one_of(ROWS, st.sampled_from([Unread(0, "a podcast", skipped=True), Unread(0, "torn")]))


def expected(found: Sequence[Row | Unread], matcher: Matcher, owner: Owner) -> tuple[ImportReport, list, list]:  # type: ignore[type-arg]
    rows = [row for row in found if isinstance(row, Row)]
    alone = [row for row in rows if not (row.song.title or row.song.path)]
    report, sums, waits = ImportReport("/x", "x"), dict[tuple[str, int], tuple[float, float | None]](), list[object]()
    by, users, songs = Counter[str](), set[str](), set[int]()
    for row in [*(row for row in rows if row not in alone), *alone]:
        match: Match = matcher.match(row.song, Path("/"))
        user = user_name(row.user or owner.user)
        plays = {"play": row.weight, "like": 1.0, "playlist": 1.0}.get(row.kind, 0.0)
        users.add(user)
        report.rows, report.without_time = report.rows + 1, report.without_time + (row.time is None)
        if match.track_id is None:
            report.ambiguous, report.waiting = (
                report.ambiguous + bool(match.candidates),
                report.waiting + (not match.candidates),
            )
            waits += [(user, pack(row.song), plays, row.time)] if plays else []
            continue
        by[match.how] += 1
        songs.add(match.track_id)
        report.listens += plays
        if plays:
            count, last = sums.get((user, match.track_id), (0.0, None))
            times = [time for time in (last, row.time) if time is not None]
            sums[user, match.track_id] = count + min(plays, 1e9), max(times, default=None)
    report.users, report.songs, report.by = len(users), len(songs), dict(by)
    unread = [row for row in found if isinstance(row, Unread)]
    report.unread = sum(not row.skipped for row in unread)
    report.skipped = {"a podcast": len(unread) - report.unread} if len(unread) > report.unread else {}
    return report, [(*key, *value) for key, value in sorted(sums.items())], waits


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    space = Workspace.open(tmp_path_factory.mktemp("w"), write=True)
    paths = [b"/m/x/a.mp3", b"/n/y/a.mp3", b"/n/c.mp3", b"/n/d.mp3"]
    space.add_paths(paths)
    titles = ["song 1", "song 2", "both", "both"]
    records = [
        FileRecord(track.id, 1, 1, "ok", title=title, artists=("Ada",), album=f"of {track.id}")
        for track, title in zip(space.tracks(), titles, strict=True)
    ]
    space.commit_shard([], records, Layout("d" * 16, (), (), 0.5, -80.0, 8000))
    return space


@SLOW
@given(found=st.lists(READ, max_size=14), at_once=st.sampled_from([1, 3, 50_000]), few=st.sampled_from([1, 4]))
def test_an_import_counts_what_its_rows_count_one_by_one(
    found: list[Row | Unread], at_once: int, few: int, library: Workspace
) -> None:
    owner, numbered = (
        Owner(user="me"),
        [one._replace(row=n) if isinstance(one, Row) else one for n, one in enumerate(found)],
    )
    report, sums, waits = expected(numbered, Matcher(library.tracks()), owner)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(row_blocks, "AT_ONCE", at_once)
        small.setattr(row_blocks, "_FEW", few)
        for _ in range(2):  # twice changes nothing
            told = import_rows(library, Matcher(library.tracks()), "x:/x", numbered, owner)
            named, told.unmatched, told.problems = told.unmatched, [], []
            assert told == report
            assert len(named) == report.waiting + report.ambiguous
            assert list(library.db.execute("SELECT user, track_id, count, time FROM listen ORDER BY 1, 2")) == sums
            kept = library.db.execute("SELECT user, song, count, time FROM unmatched ORDER BY line")
            assert list(kept) == waits


def test_single_rows_and_blocks_are_taken_alike(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("user,title,count\nann,One,1\nann,Two,x\nbob,One,3\n")
    rows = list(read(path))
    mixed = [*rows, *read_blocks(path), *rows]
    assert [row for block in in_blocks(mixed) for row in block.rows()] == rows * 3
