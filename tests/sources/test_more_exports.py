"""Plex, Jellyfin, Quod Libet, YouTube Music and TIDAL, as rows."""

import json
import os
import pickle
from pathlib import Path

import pytest

from audiorec.sources import registry
from audiorec.sources.formats.pickled_data import PickleError, plain_data
from audiorec.sources.players import quodlibet
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.services import apple_music, jellyfin, plex, tidal, youtube_music
from tests.sources.made_exports import (
    APPLE,
    MBID,
    PLEX_XML,
    YOUTUBE_PAGE,
    quodlibet_library,
    watched,
    write_database,
    write_json,
    write_zip,
)


def head(path: Path) -> bytes:
    return path.read_bytes()[:65_536]


def told(rows: object) -> list[tuple[str, float]]:
    return [(row.kind, row.weight) for row in rows if isinstance(row, Row)]  # type: ignore[attr-defined]


def test_plex_list_of_the_api(tmp_path: Path) -> None:
    path = tmp_path / "tracks.xml"
    path.write_text(PLEX_XML, encoding="utf-8")
    assert plex.recognises(path, head(path))
    found = list(plex.read(path))
    assert told(found) == [("play", 3.0), ("skip", 1.0), ("rating", 4.0)]
    assert isinstance(found[0], Row)
    assert found[0].song.ids == {"mbid": MBID.format(1), "plex": "71"}
    assert (found[0].song.path, found[0].song.seconds) == ("/music/h/tin boats.flac", 201.0)


def test_plex_database_counts_no_play_twice(tmp_path: Path) -> None:
    tables = {
        "accounts(id, name)": [(1, "ann")],
        "metadata_items(id, metadata_type, title, original_title, guid, parent_id)": [
            (1, 8, "The Harbours", "", "g1", None),
            (2, 9, "Low Water", "", "g2", 1),
            (3, 10, "Tin Boats", "", "g3", 2),
            (4, 10, "Gulls", "Mo Ley", "g4", 2),
            (5, 10, "Tin Boats", "", "g3", 2),  # the same song in another library: a play is one all the same
        ],
        "media_items(id, metadata_item_id, duration)": [(1, 3, 201_000), (2, 4, 99_000)],
        "media_parts(id, media_item_id, file)": [(1, 1, "/m/tin boats.flac"), (2, 2, "/m/gulls.ogg")],
        "metadata_item_settings(id, account_id, guid, rating, view_count, last_viewed_at, skip_count)": [
            (1, 1, "g3", 8.0, 3, 1_600_000_600, 0),
            (2, 1, "g4", None, 2, 1_600_000_000, 1),
            (3, 1, "film", 9.0, 1, 1_600_000_000, 0),
        ],
        "metadata_item_views(id, account_id, guid, metadata_type, title, parent_title, grandparent_title, viewed_at)": [
            (1, 1, "g3", 10, "Tin Boats", "Low Water", "The Harbours", 1_600_000_000),
            (2, 1, "film", 1, "A film", "", "", 1_600_000_000),
            (3, 1, "gone", 10, "Rain", "Up", "Mo Ley", 1_600_000_300),
        ],
    }
    path = write_database(tmp_path / "com.plexapp.plugins.library.db", tables)
    assert plex.recognises(path, head(path))
    every = list(plex.read(path))
    assert [row.skipped for row in every if isinstance(row, Unread)] == [True, True]  # the film's play and its count
    found = [row for row in every if isinstance(row, Row)]
    plays = [(row.song.title, row.song.artists, row.weight, row.time) for row in found if row.kind == "play"]
    assert plays == [
        ("Tin Boats", ("The Harbours",), 1.0, 1_600_000_000.0),
        ("Rain", ("Mo Ley",), 1.0, 1_600_000_300.0),
        ("Tin Boats", ("The Harbours",), 2.0, None),
        ("Gulls", ("Mo Ley",), 2.0, 1_600_000_000.0),
    ]
    assert {row.user for row in found} == {"ann"}
    assert {row.song.album for row in found} == {"Low Water", "Up"}
    assert sorted(row.kind for row in found if row.kind != "play") == ["rating", "skip"]


def test_jellyfin_items(tmp_path: Path) -> None:
    data = {"PlayCount": 2, "IsFavorite": True, "LastPlayedDate": "2020-09-13T12:26:40.0000000Z", "Played": True}
    item = {"Name": "Tin Boats", "ServerId": "s", "Id": "j1", "Type": "Audio", "Artists": ["The Harbours"],
            "Album": "Low Water", "RunTimeTicks": 2_010_000_000, "ProviderIds": {"MusicBrainzTrack": MBID.format(1)},
            "MediaSources": [{"Path": "/media/tin boats.flac"}], "UserData": data}  # fmt: skip
    film = {"Name": "A film", "ServerId": "s", "Id": "j2", "Type": "Movie", "UserData": {"PlayCount": 1}}
    many = write_json(tmp_path / "items.json", {"Items": [item, film], "TotalRecordCount": 2, "StartIndex": 0})
    one = write_json(tmp_path / "item.json", item)
    for path in (many, one):
        assert jellyfin.recognises(path, head(path))
        found = list(jellyfin.read(path))
        assert told(found) == [("play", 2.0), ("like", 1.0)]
        assert isinstance(found[0], Row)
        assert (found[0].time, found[0].song.path) == (1_600_000_000.0, "/media/tin boats.flac")
        assert found[0].song.ids == {"jellyfin": "j1", "mbid": MBID.format(1)}


def test_quodlibet_is_read_without_running_anything(tmp_path: Path) -> None:
    path = tmp_path / "songs"
    path.write_bytes(quodlibet_library())
    assert quodlibet.recognises(path, head(path))
    found = list(quodlibet.read(path))
    assert told(found) == [("play", 4.0), ("skip", 1.0), ("rating", 3.75)]
    assert isinstance(found[0], Row)
    assert found[0].song.path == "/home/ann/tin boats.flac"
    assert found[0].time == 1_600_000_000.0
    assert isinstance(found[-1], Unread)
    assert found[-1].skipped


def test_quodlibet_of_today_names_its_fields_by_bytes(tmp_path: Path) -> None:
    """Since version 4 the file is written as Python 2 would: names of fields and paths are bytes."""
    songs = [{b"~filename": "/home/ann/möwen.ogg".encode(), b"title": "Gulls", b"artist": "Mo Ley", b"~mountpoint": b"",
              b"~#playcount": 3, b"~#lastplayed": 1_600_000_000, b"~#rating": 1.0}]  # fmt: skip
    named = b"cquodlibet.formats.xiph\nOggFile\n)\x81"
    path = tmp_path / "songs"
    path.write_bytes(pickle.dumps(songs, protocol=2).replace(b"}", named))
    assert quodlibet.recognises(path, head(path))
    found = list(quodlibet.read(path))
    assert told(found) == [("play", 3.0), ("rating", 5.0)]
    assert isinstance(found[0], Row)
    song = found[0].song
    assert (song.title, song.artists, song.path) == ("Gulls", ("Mo Ley",), "/home/ann/möwen.ogg")


class _Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("made-by-a-pickle",)


def test_a_hostile_pickle_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert plain_data(pickle.dumps([_Hostile(), {"a": 1}])) == [{}, {"a": 1}]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("protocol", [1, 2, 3, 4, 5])
def test_plain_data_is_what_was_pickled(protocol: int) -> None:
    value = [{"a": "ä", 1: [1.5, None, True, 10**12, -3], "t": (1, 2, 3, 4), "b": b"\xff\x00", "n": {"x": ()}}]
    assert plain_data(pickle.dumps(value, protocol=protocol)) == value


def test_a_cut_pickle_is_refused() -> None:
    data = pickle.dumps([{"a": 1}] * 5)
    for end in range(len(data)):
        with pytest.raises(PickleError):
            plain_data(data[:end])


def test_youtube_music_takeout(tmp_path: Path) -> None:
    history = [
        watched(),
        watched("A film", "YouTube", titleUrl="https://www.youtube.com/watch?v=ccccccccccc"),
        watched("Watched https://music.youtube.com/watch?v=ddddddddddd", subtitles=None),
        watched("Hai guardato Gabbiani"),
        watched("Möwen angesehen"),
    ]
    songs = "Video ID,Song Title,Album Title,Artist Name 1,Artist Name 2\neeeeeeeeeee,Gulls,Up,Mo Ley,Ann\n"
    names = "Takeout/YouTube and YouTube Music/"
    files = {
        names + "history/watch-history.json": json.dumps(history),
        names + "music (library and uploads)/music library songs.csv": songs,
        names + "subscriptions/subscriptions.csv": "Channel Id,Channel Url,Channel Title\n1,2,3\n",
    }
    archive = write_zip(tmp_path / "takeout.zip", files)
    assert youtube_music.recognises(archive, head(archive))
    found = list(youtube_music.read(archive))
    rows = [row for row in found if isinstance(row, Row)]
    assert [(row.kind, row.song.title) for row in rows] == [
        ("play", "Tin Boats"),
        ("play", "Gabbiani"),
        ("play", "Möwen"),
        ("like", "Gulls"),
    ]
    assert (rows[0].song.artists, rows[0].time) == (("The Harbours",), pytest.approx(1_600_000_000.123))
    assert [row.skipped for row in found if isinstance(row, Unread)] == [True, False]


def test_youtube_music_page(tmp_path: Path) -> None:
    path = tmp_path / "watch-history.html"
    path.write_text(YOUTUBE_PAGE, encoding="utf-8")
    assert youtube_music.recognises(path, head(path))
    play, film = youtube_music.read(path)
    assert isinstance(play, Row)
    assert (play.song.title, play.song.artists, play.time) == ("Tin & Boats", ("The Harbours",), 1_600_000_000.0)
    assert play.song.ids == {"youtube": "aaaaaaaaaaa"}
    assert isinstance(film, Unread)
    assert film.skipped


def test_tidal(tmp_path: Path) -> None:
    streams = (
        "artist_name,track_title,entry_date,stream_duration_ms,product_type,country\n"
        'The Harbours,"Tin, Boats",2020-09-13 12:26:40,61000,TRACK,XX\nMo Ley,A film,2020-09-13,1,VIDEO,XX\n'
    )
    path = tmp_path / "streaming.csv"
    path.write_text(streams, encoding="utf-8")
    assert tidal.recognises(path, head(path))
    play, film = tidal.read(path)
    assert isinstance(play, Row)
    assert (play.song.title, play.time, play.seconds) == ("Tin, Boats", 1_600_000_000.0, 61.0)
    assert isinstance(film, Unread)
    track = {"id": 7, "title": "Gulls", "duration": 99, "isrc": "XX0000000001", "url": "http://www.tidal.com/track/7",
             "artists": [{"name": "Mo Ley"}, {"name": "Ann"}], "album": {"title": "Up"}}  # fmt: skip
    page = write_json(tmp_path / "favorites.json", {"limit": 1, "items": [{"created": "2020-09-13", "item": track}]})
    assert tidal.recognises(page, head(page))
    (like,) = tidal.read(page)
    assert isinstance(like, Row)
    assert (like.kind, like.song.artists) == ("like", ("Mo Ley", "Ann"))
    assert like.song.ids == {"isrc": "XX0000000001", "tidal": "7"}


def test_apple_music_counts_a_play_once(tmp_path: Path) -> None:
    path = tmp_path / "Apple Music Play Activity.csv"
    path.write_text(APPLE)
    assert registry.recognise(path) == "apple-music"
    found = list(apple_music.read(path))
    play, skip = (row for row in found if isinstance(row, Row))
    assert (play.song.artists, play.song.title, play.seconds, play.kind) == (("Ann",), "Tide", 180.0, "play")
    assert play.time == pytest.approx(1706704620.5 - 180.0)
    assert (skip.song.title, skip.song.album, skip.kind) == ("Low", "Low LP", "skip")
    assert [row.skipped for row in found if isinstance(row, Unread)] == [True, True, True]
