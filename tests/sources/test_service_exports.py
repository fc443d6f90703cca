"""What Spotify, ListenBrainz, Last.fm, Libre.fm, Maloja and portable players hand out, as rows."""

import json
import os
import time
from pathlib import Path

import pytest

from audiorec.data.workspace import Workspace
from audiorec.sources.import_places import import_places
from audiorec.sources.importing import Owner
from audiorec.sources.players import scrobbler_log
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.services import lastfm, listenbrainz, maloja, panoscrobbler, spotify
from tests.sources.made_exports import (
    MBID,
    SCROBBLER_LOG,
    listen,
    maloja_scrobble,
    scrobble,
    spotify_play,
    write_json,
    write_lines,
    write_zip,
)


def head(path: Path) -> bytes:
    return b"" if path.is_dir() else path.read_bytes()[:65_536]


# --- Spotify ---------------------------------------------------------------------------------------------------------


def test_spotify_time_is_the_start_and_nothing_of_the_network_is_kept(tmp_path: Path) -> None:
    path = write_json(tmp_path / "Streaming_History_Audio_2021_1.json", [spotify_play()])
    (row,) = spotify.read(path)
    assert isinstance(row, Row)
    assert (row.user, row.time, row.seconds, row.kind) == ("ann", 1614834306.0, 61.0, "play")
    assert (row.song.artists, row.song.title, row.song.album) == (("The Harbours",), "Tin Boats", "Low Water")
    assert row.song.ids == {"spotify": "4aaaaaaaaaaaaaaaaaaaaa"}
    assert "203.0.113.7" not in repr(row)
    assert "telephone" not in repr(row)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ms_played": 5_000, "skipped": True}, "skip"),
        ({"ms_played": 5_000, "skipped": 1}, "skip"),
        ({"ms_played": 5_000, "skipped": None, "reason_end": "fwdbtn"}, "skip"),
        ({"ms_played": 5_000, "skipped": False, "reason_end": "trackdone"}, "play"),
        ({"ms_played": 40_000, "skipped": True}, "play"),
        ({"master_metadata_track_name": None, "episode_name": "A talk"}, "no song"),
        ({"incognito_mode": True}, "private"),
        ({"ms_played": 0}, "nothing of it was played"),
    ],
)
def test_spotify_kinds(tmp_path: Path, changes: dict[str, object], expected: str) -> None:
    (found,) = spotify.read(write_json(tmp_path / "endsong_0.json", [spotify_play(**changes)]))
    if isinstance(found, Row):
        assert found.kind == expected
    else:
        assert expected in found.reason
        assert found.skipped


def test_spotify_as_zip_folder_and_file(tmp_path: Path) -> None:
    folder = tmp_path / "my_spotify_data" / "Spotify Extended Streaming History"
    folder.mkdir(parents=True)
    first = write_json(folder / "Streaming_History_Audio_2020_0.json", [spotify_play(), spotify_play()])
    second = write_json(folder / "endsong_1.json", [spotify_play(ts="2019-01-02 03:04:05 UTC")])
    (folder / "ReadMeFirst.pdf").write_bytes(b"%PDF")
    names = {f"Spotify Extended Streaming History/{path.name}": path.read_bytes() for path in (first, second)}
    archive = write_zip(tmp_path / "my_spotify_data.zip", names)
    for path in (tmp_path / "my_spotify_data", archive):
        assert spotify.recognises(path, head(path))
        rows = list(spotify.read(path))
        assert [row.row for row in rows] == [1, 2, 3]
        assert sorted(row.time for row in rows if isinstance(row, Row)) == [1546398184.0, 1614834306.0, 1614834306.0]
    assert spotify.recognises(first, head(first))


def test_a_folder_with_other_files_is_not_one_export(tmp_path: Path) -> None:
    write_json(tmp_path / "endsong_0.json", [spotify_play()])
    write_json(tmp_path / "Userdata.json", {"country": "XX"})
    assert spotify.recognises(tmp_path, b"")
    (tmp_path / "rhythmdb.xml").write_text("<rhythmdb/>", encoding="utf-8")
    assert not spotify.recognises(tmp_path, b"")
    months = tmp_path / "listens" / "2020"
    months.mkdir(parents=True)
    write_lines(months / "9.jsonl", [listen()])
    assert listenbrainz.recognises(tmp_path / "listens", b"")
    assert not listenbrainz.recognises(tmp_path, b"")


def test_lastfmstats_json(tmp_path: Path) -> None:
    played = {
        "track": "Tin Boats",
        "artist": "The Harbours",
        "album": "Low Water",
        "albumId": "",
        "date": 1_600_000_000_000,
    }
    path = write_json(tmp_path / "a.json", {"username": "ann", "scrobbles": [played, {**played, "track": ""}]})
    assert lastfm.recognises(path, head(path))
    row, none = lastfm.read(path)
    assert isinstance(row, Row)
    assert (row.user, row.time, row.song.album) == ("ann", 1_600_000_000.0, "Low Water")
    assert isinstance(none, Unread)


def test_spotify_account_export(tmp_path: Path) -> None:
    plays = [
        {"endTime": "2021-03-04 05:06", "artistName": "The Harbours", "trackName": "Tin Boats", "msPlayed": 60_000},
        {"endTime": "2021-03-04 06:06", "podcastName": "Talk", "episodeName": "One", "msPlayed": 60_000},
    ]
    saved = {"artist": "Mo Ley", "album": "Up", "track": "Gulls", "uri": "spotify:track:5aaaaaaaaaaaaaaaaaaaaa"}
    listed = {"trackName": "Gulls", "artistName": "Mo Ley", "albumName": "Up", "trackUri": "spotify:track:5a"}
    items = [{"track": listed, "episode": None, "localTrack": None, "addedDate": "2021-01-01"}]
    files = {
        "MyData/StreamingHistory0.json": json.dumps(plays),
        "MyData/YourLibrary.json": json.dumps({"tracks": [saved], "albums": [], "shows": [{"name": "Talk"}]}),
        "MyData/Playlist1.json": json.dumps({"playlists": [{"name": "Rain", "items": items, "numberOfFollowers": 0}]}),
    }
    found = list(spotify.read(write_zip(tmp_path / "my_data.zip", files)))
    assert [row.kind if isinstance(row, Row) else "skipped" for row in found] == ["playlist", "play", "skipped", "like"]
    play = found[1]
    assert isinstance(play, Row)
    assert (play.time, play.seconds, play.user) == (1614834300.0, 60.0, "")


# --- ListenBrainz ----------------------------------------------------------------------------------------------------


def test_listenbrainz_export(tmp_path: Path) -> None:
    mapped = listen(1_600_000_000.5, artist_names=["x"], duration_ms=201_000, isrc="XX0000000001")
    artists = [{"artist_credit_name": "The Harbours", "join_phrase": " & "}, {"artist_credit_name": "Mo Ley"}]
    mapped["track_metadata"]["mbid_mapping"] = {"recording_mbid": MBID.format(1), "artists": artists}
    feedback = [
        {"recording_mbid": MBID.format(2), "score": 1, "created": 1_600_000_900},
        {"recording_mbid": MBID.format(3), "score": -1, "created": "2020-09-13T12:26:40+00:00"},
    ]
    pin = {"created": 1_600_000_500, "pinned_until": 1_600_600_000, "blurb_content": "", **listen()}
    files = {
        "user.json": json.dumps({"user_id": 7, "username": "ann"}),
        "listens/2020/9.jsonl": json.dumps(mapped) + "\n\n" + json.dumps(listen(1_600_000_300)) + "\n",
        "listens/2020/10.jsonl": json.dumps(listen(1_602_000_000)) + "\n",
        "feedback.jsonl": "".join(json.dumps(entry) + "\n" for entry in feedback),
        "pinned_recording.jsonl": json.dumps(pin) + "\n",
    }
    archive = write_zip(tmp_path / "listenbrainz_ann.zip", files)
    assert listenbrainz.recognises(archive, head(archive))
    rows = [row for row in listenbrainz.read(archive) if isinstance(row, Row)]
    assert sorted(row.kind for row in rows) == ["dislike", "like", "play", "play", "play", "star"]
    assert {row.user for row in rows} == {"ann"}
    first = next(row for row in rows if row.time == 1_600_000_000.5)
    assert first.song.artists == ("The Harbours", "Mo Ley")
    assert first.song.ids == {"mbid": MBID.format(1), "isrc": "XX0000000001"}
    assert first.song.seconds == 201.0


def test_listenbrainz_pages_and_submissions(tmp_path: Path) -> None:
    page = write_json(
        tmp_path / "page.json", {"payload": {"count": 2, "user_id": "ann", "listens": [listen(), listen()]}}
    )
    now = {"listen_type": "playing_now", "payload": [{**listen(), "playing_now": True}]}
    assert len([row for row in listenbrainz.read(page) if isinstance(row, Row)]) == 2
    (found,) = listenbrainz.read(write_json(tmp_path / "now.json", now))
    assert isinstance(found, Unread)
    assert found.skipped


# --- Last.fm and Libre.fm --------------------------------------------------------------------------------------------

GHAN = (
    '"uts","utc_time","artist","artist_mbid","album","album_mbid","track","track_mbid"\n'
    '"1612096440","31 Jan 2021, 12:34","The Harbours","","Low Water","","Tin ""Boats""",""\n'
)
TABLES = {
    "ghan": (GHAN, 'Tin "Boats"', ""),
    "no header": ('The Harbours,Low Water,"Tin, Boats","31 Jan 2021, 12:34"\n', "Tin, Boats", ""),
    "no header, no comma": ("The Harbours,Low Water,Tin Boats,31 Jan 2021 12:34\n", "Tin Boats", ""),
    "lastfmstats": (
        "Artist;Album;AlbumId;Track;Date#ann\nThe Harbours;Low Water;;Tin Boats;1612096440000\n",
        "Tin Boats",
        "ann",
    ),
    "lastexport": ("1612096440\tTin Boats\tThe Harbours\tLow Water\t\t\t\n", "Tin Boats", ""),
    "libre.fm": (
        "# Data export from Libre.fm,,,\n# 2021,,,\n"
        "Artist,Track,Album,Time\nThe Harbours,Tin Boats,Low Water,1612096440\n",
        "Tin Boats",
        "",
    ),
    "libre.fm, UTF-7": (
        "+ACM- Data export from Libre.fm,,,\n"
        "Artist,Track,Album,Time\nThe Harbours,T+AO8-n Boats,Low Water,1612096440\n",
        "Tïn Boats",
        "",
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_lastfm_tables(tmp_path: Path, name: str) -> None:
    text, title, user = TABLES[name]
    path = tmp_path / "scrobbles.csv"
    path.write_text(text, encoding="utf-8")
    assert lastfm.recognises(path, head(path))
    (row,) = lastfm.read(path)
    assert isinstance(row, Row)
    assert (row.user, row.song.artists, row.song.title) == (user, ("The Harbours",), title)
    assert (row.song.album, row.time) == ("Low Water", 1612096440.0)


def test_lastfm_pages(tmp_path: Path) -> None:
    playing = {**scrobble(None), "@attr": {"nowplaying": "true"}}
    attr = {"user": "Ann", "page": "1", "totalPages": "1"}
    pages = [
        {"recenttracks": {"track": [playing, scrobble(), scrobble("1600000300")], "@attr": attr}},
        [{"track": [scrobble()], "@attr": attr}, {"track": [scrobble()], "@attr": attr}],
        {"lovedtracks": {"track": scrobble(), "@attr": attr}},
    ]
    kinds = []
    for number, page in enumerate(pages):
        path = write_json(tmp_path / f"page-{number}.json", page)
        assert lastfm.recognises(path, head(path))
        kinds.append([row.kind if isinstance(row, Row) else "now" for row in lastfm.read(path)])
        assert {row.user for row in lastfm.read(path) if isinstance(row, Row)} == {"Ann"}
    assert kinds == [["now", "play", "play"], ["play", "play"], ["like"]]


def test_lastfm_scrobbles_without_a_clock_keep_no_time(tmp_path: Path) -> None:
    (row,) = lastfm.read(write_json(tmp_path / "a.json", {"recenttracks": {"track": [scrobble("0")]}}))
    assert isinstance(row, Row)
    assert row.time is None


# --- players that carry their own log --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "shift"), [("#TZ/UTC", 0), ("#TZ/UNKNOWN", 7200), ("#TZ/GMT+1", 3600), ("#TZ/UTC-05:30", -19_800)]
)
def test_scrobbler_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, shift: int) -> None:
    monkeypatch.setitem(os.environ, "TZ", "XYZ-2")
    time.tzset()
    path = tmp_path / ".scrobbler.log"
    path.write_text(SCROBBLER_LOG.replace("#TZ/UTC", zone), encoding="utf-8")
    assert scrobbler_log.recognises(path, head(path))
    play, skip = scrobbler_log.read(path)
    monkeypatch.undo()
    time.tzset()
    assert isinstance(play, Row)
    assert isinstance(skip, Row)
    assert (play.kind, play.time, play.song.seconds) == ("play", 1_600_000_000 - shift, 201.0)
    assert (skip.kind, skip.time, skip.song.title) == ("skip", 1_600_000_300 - shift, "Gulls")
    assert play.song.ids == {"mbid": MBID.format(1)}


def test_the_log_of_a_player_is_found_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / ".scrobbler.log").write_text(SCROBBLER_LOG, encoding="utf-8")
    (tmp_path / ".hidden.csv").write_text("artist,title\na,b\n", encoding="utf-8")
    with Workspace.open(tmp_path / "w", write=True) as space:
        (report,) = import_places(space, [str(tmp_path)], None, Owner("ann")).reports
    assert (report.source, report.rows) == ("scrobbler-log", 2)


def test_maloja(tmp_path: Path) -> None:
    path = write_json(tmp_path / "m.json", {"maloja": {"export_time": 1}, "scrobbles": [maloja_scrobble()] * 2})
    assert maloja.recognises(path, head(path))
    rows = list(maloja.read(path))
    assert [row.row for row in rows] == [1, 2]
    assert isinstance(rows[0], Row)
    assert rows[0].song.artists == ("The Harbours", "Mo Ley")
    assert (rows[0].time, rows[0].seconds, rows[0].song.seconds) == (1_600_000_000.0, 180.0, 200.0)


def test_panoscrobbler_lines_and_table(tmp_path: Path) -> None:
    entry = {"timeHuman": "x", "timeMs": 1_600_000_000_000, "artist": "The Harbours", "track": "Tin Boats",
             "album": "Low Water", "durationMs": 201_000, "mediaPlayerPackage": "p", "event": "scrobble"}  # fmt: skip
    lines = write_lines(tmp_path / "a.jsonl", [entry, {**entry, "event": "love"}])
    table = tmp_path / "a.csv"
    table.write_text(",".join(entry) + "\n" + ",".join(map(str, entry.values())) + "\n", encoding="utf-8")
    assert panoscrobbler.recognises(lines, head(lines))
    assert panoscrobbler.recognises(table, head(table))
    play, love = panoscrobbler.read(lines)
    assert [row.kind for row in (play, love) if isinstance(row, Row)] == ["play", "like"]
    assert list(panoscrobbler.read(table)) == [
        Row("", play.song, 1_600_000_000.0, row=2) if isinstance(play, Row) else play
    ]
