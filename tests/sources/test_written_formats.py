"""Formats as programs write them today: archives in archives, workbooks, histories of servers and of firmware."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from audiorec.errors import InputError
from audiorec.sources.formats.exports import members
from audiorec.sources.players import rockbox, scrobbler_log
from audiorec.sources.playlists import read_playlist
from audiorec.sources.registry import recognise
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.services import (
    apple_music,
    deezer,
    koito,
    lastfm,
    listenbrainz,
    maloja,
    playback_reporting,
    tautulli,
    youtube_music,
)
from tests.sources.made_exports import (
    APPLE,
    APPLE_LIBRARY,
    APPLE_LIKES,
    DEEZER,
    MBID,
    PLAYBACK_LOG,
    REPORTED,
    koito_export,
    koito_listen,
    listen,
    scrobble,
    watched,
    write_database,
    write_json,
    write_maloja,
    write_tautulli,
    write_workbook,
    write_zip,
)


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def rows(found: object) -> list[Row]:
    return [row for row in found if isinstance(row, Row)]  # type: ignore[attr-defined]


APPLE_FILES: dict[str, str | bytes] = {
    "Apple Music Activity/Apple Music Play Activity.csv": APPLE,
    "Apple Music Activity/Apple Music Library Tracks.json.zip": zipped(
        {"Apple Music Library Tracks.json": json.dumps(APPLE_LIBRARY)}
    ),
    "Apple Music Activity/Apple Music - Favorites.csv": APPLE_LIKES,
    "Apple Music Activity/Identifier Information.json.zip": zipped({"Identifier Information.json": "[]"}),
    "Stores Activity/Other.csv": "a,b\n1,2\n",
}


@pytest.mark.parametrize("form", ["zip", "zip in zip", "folder"])
def test_apple_music_as_a_whole(tmp_path: Path, form: str) -> None:
    path = tmp_path / "export"
    if form == "folder":
        for name, content in APPLE_FILES.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    else:
        inner = zipped(APPLE_FILES)
        path.write_bytes(inner if form == "zip" else zipped({"Apple_Media_Services.zip": inner, "Read me.pdf": b""}))
    assert recognise(path) == "apple-music"
    found = rows(apple_music.read(path))
    told = [(row.kind, row.song.artists, row.song.title, row.weight) for row in found]
    assert told == [
        ("play", ("Ann",), "Tide", 1.0),
        ("skip", ("Mo Ley",), "Low", 1.0),  # the play names nobody, the library does
        ("play", ("Ann",), "Tide", 3.0),  # what the plays do not explain of four
        ("skip", ("Ann",), "Tide", 1.0),
        ("like", ("Ann",), "Tide", 1.0),
        ("play", ("Mo Ley",), "Low", 2.0),
        ("like", ("Mo Ley",), "Low", 1.0),
        ("like", ("The Harbours",), "Tin Boats", 1.0),
        ("dislike", ("Mo Ley",), "Gulls", 1.0),
    ]
    assert found[2].time is found[5].time is None


def test_apple_music_files_alone(tmp_path: Path) -> None:
    library = write_json(tmp_path / "Apple Music Library Tracks.json", APPLE_LIBRARY)
    assert recognise(library) == "apple-music"
    assert [row.weight for row in rows(apple_music.read(library)) if row.kind == "play"] == [4.0, 2.0]
    likes = written(tmp_path / "likes.csv", APPLE_LIKES)
    assert recognise(likes) == "apple-music"
    assert [row.kind for row in rows(apple_music.read(likes))] == ["like", "dislike"]


def test_a_name_that_two_artists_share_is_not_guessed(tmp_path: Path) -> None:
    days = "Date Played,Track Description\n20240131,Ann - Low\n20240131,Mo Ley - Low\n20240131,Bo - Tide\n"
    play = APPLE.replace('"Sea","Ann"', '"Sea",""')
    path = write_zip(tmp_path / "a.zip", {
        "Apple Music - Play History Daily Tracks.csv": days, "Apple Music Play Activity.csv": play,
    })  # fmt: skip
    assert [row.song.artists for row in rows(apple_music.read(path))] == [("Bo",), ()]


def test_archives_in_archives_are_bounded(tmp_path: Path) -> None:
    inner = zipped({"Apple Music Play Activity.csv": APPLE})
    for _ in range(3):
        inner = zipped({"Apple_Media_Services.zip": inner})
    deep = tmp_path / "deep.zip"
    deep.write_bytes(inner)
    with pytest.raises(InputError, match="not read"):
        list(members(deep, lambda name: name.startswith("Apple")))
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(zipped({"Apple_Media_Services.zip": bytes(200_000_000)}))
    with pytest.raises(InputError, match="not read"):
        list(members(bomb, lambda name: name.startswith("Apple")))


def test_listenbrainz_feedback_is_named_by_the_listens(tmp_path: Path) -> None:
    mapped = {"recording_mbid": MBID.format(1), "artists": [{"artist_credit_name": "The Harbours"}]}
    said = {"artist_name": "The Harbours", "track_name": "Tin Boats", "mbid_mapping": mapped}
    feedback = [
        {"recording_msid": None, "recording_mbid": MBID.format(1), "score": 1, "created": 1_600_000_000},
        {"recording_msid": "m", "recording_mbid": None, "score": -1, "created": 1_600_000_000},
        {"recording_msid": "gone", "recording_mbid": None, "score": 1, "created": 1_600_000_000},
    ]
    pin = {"recording_msid": "m", "recording_mbid": None, "blurb_content": None, "pinned_until": 5, "created": 4}
    listens = [
        {"inserted_at": 1, "listened_at": 1_600_000_000.0, "recording_msid": "n", "track_metadata": said},
        listen(1_600_000_300, "Gulls"),
    ]
    lines = {"feedback.jsonl": feedback, "pinned_recording.jsonl": [pin], "listens/2020/9.jsonl": listens}
    files = {name: "".join(json.dumps(one) + "\n" for one in some) for name, some in lines.items()}
    user = json.dumps({"user_id": 7, "username": "ann"}) + "\n"
    path = write_zip(tmp_path / "listenbrainz_ann.zip", {"user.json": user, **files})
    assert recognise(path) == "listenbrainz"
    found = list(listenbrainz.read(path))
    told = [(row.user, row.kind, row.song.title, row.time) for row in rows(found)]
    assert told == [
        ("ann", "play", "Tin Boats", 1_600_000_000.0),
        ("ann", "play", "Gulls", 1_600_000_300.0),
        ("ann", "like", "Tin Boats", 1_600_000_000.0),
        ("ann", "dislike", "Gulls", 1_600_000_000.0),
        ("ann", "star", "Gulls", 4.0),
    ]
    assert [one.reason for one in found if isinstance(one, Unread)] == ["no song"]


@pytest.mark.parametrize("words", ["Sledovali jste {}", "{} adlı videoyu izlediniz"])
def test_youtube_music_in_a_language_that_is_not_known(tmp_path: Path, words: str) -> None:
    songs = [watched(words.format(f"Tin Boats {number}{chr(97 + number)}")) for number in range(25)]
    film = {"header": "YouTube", "titleUrl": "https://www.youtube.com/watch?v=b"}
    films = [watched(words.format(f"{number} film"), **film) for number in range(5)]
    found = rows(youtube_music.read(write_json(tmp_path / "historie.json", [*films, *songs])))
    assert [row.song.title for row in found[:2]] == ["Tin Boats 0a", "Tin Boats 1b"]
    few = rows(youtube_music.read(write_json(tmp_path / "few.json", songs[:2])))
    assert [row.song.title for row in few] == [words.format("Tin Boats 0a"), words.format("Tin Boats 1b")]


def test_youtube_music_library_with_a_translated_column(tmp_path: Path) -> None:
    table = "ID do vídeo,Song Title,Album Title,Artist Name 1\naaaaaaaaaaa,Tin Boats,Low Water,The Harbours\n"
    (row,) = youtube_music.read(written(tmp_path / "songs.csv", table))
    assert isinstance(row, Row)
    assert (row.song.title, dict(row.song.ids)) == ("Tin Boats", {"youtube": "aaaaaaaaaaa"})


def test_playlists_of_winamp_and_smil(tmp_path: Path) -> None:
    winamp = written(tmp_path / "a.b4s", """<?xml version="1.0" encoding="UTF-8"?>
<WinampXML><playlist num_entries="1" label="Rain">
<entry Playstring="file:C:\\Music\\Tin Boats.mp3"><Name>The Harbours - Tin Boats</Name><Length>201000</Length></entry>
</playlist></WinampXML>""")  # fmt: skip
    smil = written(tmp_path / "a.smil", '<smil><body><seq><audio src="Music/Gulls.ogg"/></seq></body></smil>')
    for path, meant in ((winamp, "C:\\Music\\Tin Boats.mp3"), (smil, "Music/Gulls.ogg")):
        assert recognise(path) == "playlists"
        (row,) = read_playlist.read(path)
        assert isinstance(row, Row)
        assert (row.song.path, row.kind) == (meant, "playlist")


@pytest.mark.parametrize("pages", [[{"track": [scrobble(), scrobble()]}, {"track": [scrobble()]}],
                                   [[scrobble(), scrobble()], [scrobble()]]])  # fmt: skip
def test_lastfm_pages_in_a_list(tmp_path: Path, pages: object) -> None:
    path = write_json(tmp_path / "scrobbles.json", pages)
    assert recognise(path) == "lastfm"
    assert [row.song.title for row in rows(lastfm.read(path))] == ["Tin Boats"] * 3


def test_deezer(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "deezer-data_1.xlsx", "10_listeningHistory", DEEZER)
    assert recognise(path) == "deezer"
    one, two, none = deezer.read(path)
    assert isinstance(one, Row)
    assert isinstance(two, Row)
    assert (one.song.artists, one.song.title, one.song.album) == (("The Harbours",), "Tin Boats", "Low Water")
    assert (one.time, one.seconds, dict(one.song.ids)) == (1_600_000_000.0, 201.0, {"isrc": "XX0000000001"})
    assert (two.song.artists, two.song.album) == (("Mo Ley",), "")
    assert two.time == pytest.approx(1_600_000_000, abs=1)
    assert isinstance(none, Unread)
    assert none.skipped
    other = write_workbook(tmp_path / "other.xlsx", "Sheet1", DEEZER)
    with pytest.raises(InputError):
        recognise(other)


def test_koito(tmp_path: Path) -> None:
    path = write_json(tmp_path / "koito.json", koito_export(koito_listen(), koito_listen(title="")))
    assert recognise(path) == "koito"
    one, none = koito.read(path)
    assert isinstance(one, Row)
    assert (one.user, one.time, one.song.seconds) == ("ann", 1_600_000_000.0, 201.0)
    assert (one.song.artists, one.song.title, one.song.album) == (("The Harbours", "Mo Ley"), "Tin Boats", "Low Water")
    assert dict(one.song.ids) == {"mbid": MBID.format(1)}
    assert none == Unread(2, "no song")


def test_rockbox_is_a_history_and_no_playlist(tmp_path: Path) -> None:
    path = written(tmp_path / "playback.log", PLAYBACK_LOG)
    assert recognise(path) == "rockbox"
    found = list(rockbox.read(path))
    told = [(row.kind, row.song.path, row.seconds) for row in rows(found)]
    assert told == [
        ("play", "/<microSD0>/Music/Tin Boats.flac", 201.0),
        ("skip", "/Music/l/gulls.ogg", 4.0),
        ("play", "/Music/paused: one.mp3", 200.0),
    ]
    assert [(one.row, one.skipped) for one in found if isinstance(one, Unread)] == [(4, True), (6, False), (7, False)]


def test_rockbox_plays_of_one_song_in_a_row_all_count(tmp_path: Path) -> None:
    lines = "".join(f"{1_600_000_000 + 205 * at}:200000:200000:/a.mp3\n" for at in range(3))
    assert [row.kind for row in rows(rockbox.read(written(tmp_path / "playback.log", lines)))] == ["play"] * 3


def test_scrobbler_log_of_untagged_songs(tmp_path: Path) -> None:
    log = "#AUDIOSCROBBLER/1.1\n#TZ/UTC\n<UNTAGGED>\t\t/Music/a.mp3\t\t201\tL\t1600000000\t\n"
    (row,) = scrobbler_log.read(written(tmp_path / ".scrobbler.log", log))
    assert isinstance(row, Row)
    assert (row.song.artists, row.song.title, row.song.path) == ((), "", "/Music/a.mp3")


def test_playback_reporting(tmp_path: Path) -> None:
    path = written(tmp_path / "export.tsv", REPORTED)
    assert recognise(path) == "playback-reporting"
    one, film = playback_reporting.read(path)
    assert isinstance(one, Row)
    assert (one.song.artists, one.song.title) == (("The Harbours",), "Tin Boats (live)")
    assert (one.song.album, dict(one.song.ids)) == ("Low Water (Remaster)", {"jellyfin": "0c1d" * 8})
    assert (one.user, one.seconds) == ("0a1b" * 8, 201.0)
    assert one.time == pytest.approx(1_600_000_000.12, abs=0.01)
    assert isinstance(film, Unread)
    assert film.skipped
    columns = "DateCreated, UserId, ItemId, ItemType, ItemName, PlaybackMethod, ClientName, DeviceName, PlayDuration"
    rows_of = [tuple(line.split("\t")) for line in REPORTED.splitlines()]
    database = write_database(tmp_path / "playback_reporting.db", {f"PlaybackActivity({columns})": rows_of})
    assert recognise(database) == "playback-reporting"
    assert next(iter(playback_reporting.read(database))) == one


def test_tautulli(tmp_path: Path) -> None:
    path = write_tautulli(tmp_path / "tautulli.db")
    assert recognise(path) == "tautulli"
    one, film = tautulli.read(path)
    assert isinstance(one, Row)
    assert (one.user, one.time, one.seconds) == ("ann", 1_600_000_000.0, 180.0)
    assert (one.song.artists, one.song.album, one.song.seconds) == (("The Harbours",), "Low Water", 201.0)
    assert isinstance(film, Unread)
    assert film.skipped


def test_maloja_database(tmp_path: Path) -> None:
    path = write_maloja(tmp_path / "malojadb.sqlite")
    assert recognise(path) == "maloja"
    (one,) = maloja.read(path)
    assert isinstance(one, Row)
    assert (one.time, one.seconds, one.song.title, one.song.album) == (1_600_000_000.0, 180.0, "Tin Boats", "Low Water")
    assert sorted(one.song.artists) == ["Mo Ley", "The Harbours"]
