"""What every source of the registry keeps to: rows or reasons, its own files recognised, twice is once, bounded."""

import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.sources.import_places import import_places
from audiorec.sources.importing import Owner
from audiorec.sources.registry import OTHERS, SOURCES, recognise
from audiorec.sources.rows.contract import Row, Unread
from tests.sources.good_exports import GOOD
from tests.sources.malformed import NAMES, good


def read(name: str, path: Path) -> list[Row | Unread]:
    return list(SOURCES[name].read(path))


def is_well_formed(found: Row | Unread) -> bool:
    if isinstance(found, Unread):
        return 0 < len(found.reason) < 1000
    song = found.song
    names = all(isinstance(artist, str) and artist for artist in song.artists)
    times = found.time is None or (isinstance(found.time, float | int) and found.time == found.time)
    return names and times and bool(song.title or song.path or song.ids) and 0 <= found.weight < 1e10


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_says_what_it_is(name: str) -> None:
    assert name == name.lower()
    assert SOURCES[name].says.endswith(".")


def test_every_source_with_files_has_a_good_export() -> None:
    assert set(GOOD) == set(SOURCES) - {"subsonic"}


@pytest.mark.parametrize("name", GOOD)
def test_every_entry_is_a_row_or_a_reason(name: str, tmp_path: Path) -> None:
    write, entries = GOOD[name]
    found = read(name, write(tmp_path))
    assert len(found) == entries
    assert any(isinstance(row, Row) for row in found)
    assert all(is_well_formed(row) for row in found)


@pytest.mark.parametrize("name", GOOD)
def test_every_source_knows_its_own_files(name: str, tmp_path: Path) -> None:
    assert recognise(GOOD[name][0](tmp_path)) == name


@pytest.mark.parametrize("name", NAMES)
def test_importing_twice_changes_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    path = good(name, tmp_path / "export")
    kept = []
    with Workspace.open(tmp_path / "w", write=True) as space:
        space.add_paths([b"/m/Tin Boats.flac", b"/m/a.mp3"])
        before = kept_by(space)
        for _ in range(2):
            import_places(space, [str(path)], name, Owner("me"), judge=lambda comment: 0.5)
            kept.append(kept_by(space))
    assert kept[0] == kept[1]
    assert kept[0] != before


def kept_by(space: Workspace) -> list[list[object]]:
    """All songs, sums, waiting rows, friends and ids that a workspace holds, and every single event."""
    tables = [
        list(space.db.execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3"))
        for name in ("track", "listen", "unmatched", "friend", "server_id")
    ]
    events = [event for path in space.root.glob("listens/**/*.parquet") for event in pq.read_table(path).to_pylist()]
    return [*tables, sorted(map(repr, events))]


QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(data=st.data())
@pytest.mark.parametrize("name", GOOD)
def test_damaged_exports_end_in_rows_and_reasons(name: str, data: st.DataObject, tmp_path: Path) -> None:
    damage(name, data, tmp_path)


@pytest.mark.slow
@settings(QUICK, max_examples=300)
@given(data=st.data())
@pytest.mark.parametrize("name", GOOD)
def test_thousands_of_damaged_exports(name: str, data: st.DataObject, tmp_path: Path) -> None:
    damage(name, data, tmp_path)


def damage(name: str, data: st.DataObject, folder: Path) -> None:
    """Change some bytes of a good export, cut it somewhere, and read it."""
    kept = folder / "kept"
    if not kept.exists():
        kept.write_text(str(GOOD[name][0](folder)))
        (folder / "good").write_bytes(Path(kept.read_text()).read_bytes())
    path, content = Path(kept.read_text()), bytearray((folder / "good").read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    start = time.process_time()
    assert all(is_well_formed(row) for row in outcome(name, path))
    assert recognised(path) in {*SOURCES, *OTHERS, "nothing"}
    assert time.process_time() - start < 5


def outcome(name: str, path: Path) -> list[Row | Unread]:
    """What a reader gives; a file that it refuses as a whole is one reason, which names the file."""
    try:
        return read(name, path)
    except InputError as error:
        return [Unread(0, str(error) if path.name in str(error) else "")]


def recognised(path: Path) -> str:
    try:
        return recognise(path)
    except InputError:
        return "nothing"


HOSTILE: dict[str, tuple[str, str, int]] = {
    "deep JSON": ("", "[", 5_000_000),
    "deep JSON objects": ("", '{"a":', 500_000),
    "one JSON line without an end": ('{"title": "', "x", 50_000_000),
    "a playlist line without an end": ("#EXTM3U\n", "x", 50_000_000),
    "XML without an end": ("<playlist><trackList>", "<track>", 2_000_000),
    "an XML text without an end": ('<playlist xmlns="http://xspf.org/ns/0/"><title>', "x", 50_000_000),
    "a WPL element without an end": ('<?wpl version="1.0"?>\n<media src="', "x\n", 2_000_000),
    "quotation marks alone": ("title,artist\n", '"a\n', 300_000),
    "a million columns": ("", "title,", 8_000_000),
}


@pytest.mark.parametrize("name", ["listens", "playlists"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_refused_in_bounded_memory_and_time(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    start, again, times = HOSTILE[kind]
    path.write_text(start + again * times)
    code = (
        "import resource, sys; from pathlib import Path; from audiorec.errors import InputError\n"
        "from audiorec.sources.registry import SOURCES\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    count = sum(1 for _ in SOURCES[sys.argv[1]].read(Path(sys.argv[2])))\n"
        "except InputError as error:\n    assert len(str(error)) < 1000\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print((used.ru_maxrss - before) // 1024, used.ru_utime)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, name, str(path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    megabytes, seconds = done.stdout.split()
    assert int(megabytes) < 300
    assert float(seconds) < 10
