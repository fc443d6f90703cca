"""What is broken, cut or hostile is refused with a reason, in bounded memory, and what stands before it is given."""

import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiorec.errors import InputError
from audiorec.sources.players import (
    beets,
    clementine,
    foobar2000,
    itunes,
    mpd_stickers,
    quodlibet,
    rhythmbox,
    rockbox,
    scrobbler_log,
    strawberry,
)
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.services import (
    apple_music,
    jellyfin,
    koito,
    lastfm,
    listenbrainz,
    maloja,
    navidrome,
    panoscrobbler,
    playback_reporting,
    plex,
    spotify,
    tautulli,
    tidal,
    youtube_music,
)
from tests.sources.made_exports import (
    APPLE,
    APPLE_LIBRARY,
    APPLE_LIKES,
    FOOBAR,
    ITUNES,
    PLEX_XML,
    REPORTED,
    RHYTHMBOX,
    SCROBBLER_LOG,
    YOUTUBE_PAGE,
    koito_export,
    koito_listen,
    listen,
    maloja_scrobble,
    quodlibet_library,
    scrobble,
    spotify_play,
    watched,
    write_database,
)

PANO = {
    "timeMs": 1_600_000_000_000,
    "artist": "The Harbours",
    "track": "Tin Boats",
    "event": "scrobble",
    "timeHuman": "",
}
JELLYFIN = {"Name": "Tin Boats", "ServerId": "s", "Id": "j", "Type": "Audio", "UserData": {"PlayCount": 2}}
TIDAL = "artist_name,track_title,entry_date,stream_duration_ms\n"
TEXTS: dict[str, tuple[ModuleType, str]] = {
    "spotify": (spotify, json.dumps([spotify_play()] * 3)),
    "listenbrainz": (listenbrainz, (json.dumps(listen()) + "\n") * 3),
    "listenbrainz page": (listenbrainz, json.dumps({"payload": {"listens": [listen()] * 3}})),
    "lastfm page": (lastfm, json.dumps({"recenttracks": {"track": [scrobble()] * 3}})),
    "lastfm table": (
        lastfm,
        "uts,utc_time,artist,album,track\n" + "1600000000,x,The Harbours,Low Water,Tin Boats\n" * 3,
    ),
    "scrobbler log": (scrobbler_log, SCROBBLER_LOG),
    "maloja": (maloja, json.dumps({"maloja": {}, "scrobbles": [maloja_scrobble()] * 3})),
    "apple-music": (apple_music, APPLE),
    "apple-music library": (apple_music, json.dumps(APPLE_LIBRARY)),
    "apple-music likes": (apple_music, APPLE_LIKES),
    "koito": (koito, json.dumps(koito_export(*[koito_listen()] * 3))),
    "rockbox": (rockbox, "".join(f"160000{at}:201000:201000:/a.flac\n" for at in (1000, 2000, 3000))),
    "playback reporting": (playback_reporting, REPORTED),
    "panoscrobbler": (panoscrobbler, (json.dumps(PANO) + "\n") * 3),
    "itunes": (itunes, ITUNES),
    "rhythmbox": (rhythmbox, RHYTHMBOX),
    "foobar2000": (foobar2000, FOOBAR),
    "plex": (plex, PLEX_XML),
    "jellyfin": (jellyfin, json.dumps({"Items": [JELLYFIN] * 3})),
    "youtube": (youtube_music, json.dumps([watched()] * 3)),
    "youtube page": (youtube_music, YOUTUBE_PAGE),
    "tidal": (tidal, TIDAL + "The Harbours,Tin Boats,2020-09-13,61000\n" * 3),
}
SUFFIXES = {"listenbrainz": ".jsonl", "youtube page": ".html", "tidal": ".csv", "lastfm table": ".csv"}
DATABASES = (beets, clementine, maloja, mpd_stickers, navidrome, strawberry, plex, tautulli)


def file_name(name: str) -> str:
    names = {"spotify": "endsong_0.json", "scrobbler log": ".scrobbler.log"}
    return names.get(name, "file" + SUFFIXES.get(name, ".json"))


def outcome(reader: ModuleType, path: Path) -> list[Row | Unread] | str:
    """Everything a reader says of a file, or its refusal."""
    try:
        found = list(reader.read(path))
    except InputError as error:
        return str(error)
    for entry in found:
        assert entry.row > 0
        if isinstance(entry, Row):
            assert entry.song.title or entry.song.path or entry.song.ids
            assert "\0" not in repr(entry.song)
            assert entry.time is None or 0 <= entry.time < 1e11
            assert entry.weight == entry.weight
            repr(entry).encode("utf-8")
        else:
            assert entry.reason
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_cut_anywhere(tmp_path: Path, name: str) -> None:
    reader, text = TEXTS[name]
    path = tmp_path / file_name(name)
    data = text.encode()
    path.write_bytes(data)
    whole = outcome(reader, path)
    assert any(isinstance(entry, Row) for entry in whole)
    rows = set(map(repr, whole))
    for end in range(0, len(data), max(1, len(data) // 40)):
        path.write_bytes(data[:end])
        found = outcome(reader, path)
        if not isinstance(found, str):
            # Rows that are given although the file is cut are those of the whole file, but for a last cut line.
            assert len([entry for entry in found if isinstance(entry, Row) and repr(entry) not in rows]) <= 1


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100,
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"{" * 1000,
        b"<" * 1000,
        b"null",
        b"[]",
        b"{}",
        b"[[1], 2, null]",
    ],
    ids=["empty", "NUL", "mark", "deep list", "deep object", "brackets", "null", "list", "object", "other types"],
)
def test_something_else(tmp_path: Path, name: str, data: bytes) -> None:
    reader, _ = TEXTS[name]
    path = tmp_path / file_name(name)
    path.write_bytes(data)
    found = outcome(reader, path)
    assert isinstance(found, str) or not any(isinstance(entry, Row) for entry in found)


FIELDS: list[tuple[str, Callable[[object], object], ModuleType]] = [
    ("time of spotify", lambda value: [spotify_play(ts=value)], spotify),
    ("length of spotify", lambda value: [spotify_play(ms_played=value)], spotify),
    ("title of spotify", lambda value: [spotify_play(master_metadata_track_name=value)], spotify),
    ("time of listenbrainz", lambda value: [listen(value)], listenbrainz),
    ("title of listenbrainz", lambda value: [listen(title=value)], listenbrainz),
    ("time of lastfm", lambda value: {"recenttracks": {"track": [scrobble(value)]}}, lastfm),
    ("title of lastfm", lambda value: {"recenttracks": {"track": [scrobble(name=value)]}}, lastfm),
    ("time of maloja", lambda value: {"maloja": 1, "scrobbles": [maloja_scrobble(value)]}, maloja),
    ("title of maloja", lambda value: {"maloja": 1, "scrobbles": [maloja_scrobble(title=value)]}, maloja),
    ("plays of jellyfin", lambda value: {"Items": [{**JELLYFIN, "UserData": {"PlayCount": value}}]}, jellyfin),
    ("title of jellyfin", lambda value: {"Items": [{**JELLYFIN, "Name": value}]}, jellyfin),
    ("title of youtube", lambda value: [watched(value)], youtube_music),  # type: ignore[arg-type]
]
WRONG = [float("nan"), float("inf"), -(10**30), 10**400, "x\0y", "\ud800", "a" * 1_000_000, [1], {"a": 1}, True]


@pytest.mark.parametrize(("name", "made", "reader"), FIELDS, ids=[field[0] for field in FIELDS])
@pytest.mark.parametrize("value", WRONG, ids=[repr(value)[:12] for value in WRONG])
def test_a_wrong_field_is_told_and_the_others_are_read(
    tmp_path: Path, name: str, made: Callable[[object], object], reader: ModuleType, value: object
) -> None:
    path = tmp_path / ("endsong_0.json" if reader is spotify else "a.json")
    path.write_text(json.dumps(made(value)), encoding="utf-8")
    found = outcome(reader, path)
    assert not isinstance(found, str)
    assert [isinstance(entry, Unread) and not entry.skipped for entry in found] == [True], found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_json_in_the_place_of_entries(tmp_path: Path, data: st.DataObject) -> None:
    plain = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9)
    values = plain | st.lists(plain, max_size=3) | st.dictionaries(st.text(max_size=9), plain, max_size=3)
    keys = sorted({*spotify_play(), *listen(), *scrobble(), *maloja_scrobble(), *watched(), *JELLYFIN, *PANO})
    entries = st.lists(st.dictionaries(st.sampled_from(keys), values, max_size=8) | values, max_size=3)
    path = tmp_path / "endsong_1.json"
    path.write_text(json.dumps(data.draw(entries)), encoding="utf-8")
    for reader in (spotify, listenbrainz, lastfm, maloja, panoscrobbler, youtube_music, jellyfin, tidal):
        outcome(reader, path)


# --- XML -------------------------------------------------------------------------------------------------------------

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE], ids=["bomb", "file"])
@pytest.mark.parametrize("name", ["itunes", "rhythmbox", "foobar2000", "plex"])
def test_entities_are_refused(tmp_path: Path, name: str, doctype: str) -> None:
    reader, text = TEXTS[name]
    head, _, rest = text.partition("?>")
    rest = rest.partition('PropertyList-1.0.dtd">')[2] or rest
    path = tmp_path / "hostile.xml"
    path.write_text(
        f"{head}?>{doctype}{rest.replace('Tin Boats', '&i;' if doctype is BOMB else '&a;')}", encoding="utf-8"
    )
    found = outcome(reader, path)
    assert isinstance(found, str) or (
        not any(isinstance(entry, Row) for entry in found) and "entity" in found[0].reason
    )


# --- archives --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reader", "name"), [(spotify, "endsong_0.json"), (listenbrainz, "listens/2020/1.jsonl"), (youtube_music, "a.json")]
)
def test_a_zip_bomb_is_bounded(tmp_path: Path, reader: ModuleType, name: str) -> None:
    path = tmp_path / "bomb.zip"
    start = json.dumps([watched()])[:-1] if reader is youtube_music else "["
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w", force_zip64=True) as file:
        file.write(start.encode())
        for _ in range(300):
            file.write(b" " * 1_000_000)
    tracemalloc.start()
    found = outcome(reader, path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50_000_000
    assert any(isinstance(entry, Unread) for entry in found)


@pytest.mark.parametrize("reader", [spotify, listenbrainz, youtube_music, tidal])
def test_broken_and_foreign_archives(tmp_path: Path, reader: ModuleType) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../endsong_0.json", json.dumps([spotify_play()]))
        archive.writestr("pictures/cat.txt", "x")
    data = path.read_bytes()
    outcome(reader, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zip"]
    for end in range(0, len(data), 7):
        path.write_bytes(data[:end])
        outcome(reader, path)
        assert not reader.recognises(path, data[:end]) or end > 30


# --- databases -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", DATABASES, ids=lambda reader: reader.__name__.rpartition(".")[2])
def test_broken_databases(tmp_path: Path, reader: ModuleType) -> None:
    path = write_database(tmp_path / "a.db", {"other(id)": [(number, "x" * 500)[:1] for number in range(2000)]})
    data = path.read_bytes()
    assert not reader.recognises(path, data[:65_536])
    for broken in (data, data[: len(data) // 2], data[:100] + b"\xff" * 4000 + data[4100:], b"SQLite format 3\0"):
        path.write_bytes(broken)
        found = outcome(reader, path)
        assert isinstance(found, str) or not any(isinstance(entry, Row) for entry in found)


def test_a_view_that_never_ends_is_not_used(tmp_path: Path) -> None:
    path = write_database(tmp_path / "a.db", {"schema_version(version)": [(1,)]})
    import sqlite3

    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE VIEW songs AS WITH RECURSIVE n(url) AS (SELECT 'a' UNION ALL SELECT url FROM n)"
            " SELECT url, url AS title, 1 AS playcount FROM n"
        )
    db.close()
    assert not strawberry.recognises(path, path.read_bytes()[:65_536])
    found = outcome(strawberry, path)
    assert isinstance(found, str) or not any(isinstance(entry, Row) for entry in found)


def test_values_of_any_type_in_a_database(tmp_path: Path) -> None:
    values = [None, b"\xff\x00", "x\0y", -5, 1e308, float("inf"), "abc", 2**62]
    rows = [tuple(values[(at + shift) % len(values)] for at in range(9)) for shift in range(len(values))]
    columns = "title, artist, album, url, length, playcount, skipcount, lastplayed, rating"
    tables = {f"songs({columns})": rows, "schema_version(version)": [(1,)]}
    found = outcome(strawberry, write_database(tmp_path / "a.db", tables))
    assert len({entry.row for entry in found if not isinstance(entry, str)}) == len(rows)


def test_quodlibet_cut_anywhere(tmp_path: Path) -> None:
    data = quodlibet_library()
    path = tmp_path / "songs"
    for end in range(0, len(data), 11):
        path.write_bytes(data[:end])
        found = outcome(quodlibet, path)
        assert not any(isinstance(entry, Row) for entry in found)


@pytest.mark.parametrize("reader", [module for module, _ in TEXTS.values()])
def test_no_file(tmp_path: Path, reader: ModuleType) -> None:
    with pytest.raises(InputError):
        list(reader.read(tmp_path / "endsong_0.json"))
