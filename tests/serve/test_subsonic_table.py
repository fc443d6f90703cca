"""Every question of the players' protocol that is promised: it is answered, alike in XML and JSON."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from audiorec.serve.app import Server, make_server

# What is asked, with what, and the element that the answer is in; "" where it is an answer without any.
PROMISED: dict[str, tuple[dict[str, Any], str]] = {
    "ping": ({}, ""),
    "getLicense": ({}, "license"),
    "getOpenSubsonicExtensions": ({}, "openSubsonicExtensions"),
    "getMusicFolders": ({}, "musicFolders"),
    "getIndexes": ({}, "indexes"),
    "getArtists": ({}, "artists"),
    "getArtist": ({"id": "ARTIST"}, "artist"),
    "getAlbum": ({"id": "ALBUM"}, "album"),
    "getAlbumList2": ({"type": "newest"}, "albumList2"),
    "getAlbumInfo": ({"id": "ALBUM"}, "albumInfo"),
    "getAlbumInfo2": ({"id": "ALBUM"}, "albumInfo"),
    "getSong": ({"id": "SONG"}, "song"),
    "getGenres": ({}, "genres"),
    "getSongsByGenre": ({"genre": "Techno"}, "songsByGenre"),
    "getRandomSongs": ({"size": 1}, "randomSongs"),
    "search2": ({"query": "low"}, "searchResult2"),
    "search3": ({"query": ""}, "searchResult3"),
    "getLyrics": ({"artist": "Ebb", "title": "Low One"}, "lyrics"),
    "getLyricsBySongId": ({"id": "SONG"}, "lyricsList"),
    "star": ({"id": "SONG"}, ""),
    "setRating": ({"id": "SONG", "rating": 4}, ""),
    "getStarred2": ({}, "starred2"),
    "unstar": ({"id": "SONG"}, ""),
    "scrobble": ({"id": "SONG"}, ""),
    "getNowPlaying": ({}, "nowPlaying"),
    "createPlaylist": ({"name": "mine", "songId": "SONG"}, "playlist"),
    "getPlaylists": ({}, "playlists"),
    "getPlaylist": ({"id": "PLAYLIST"}, "playlist"),
    "updatePlaylist": ({"playlistId": "PLAYLIST", "name": "yours"}, ""),
    "deletePlaylist": ({"id": "PLAYLIST"}, ""),
    "getSimilarSongs": ({"id": "SONG"}, "similarSongs"),
    "getSimilarSongs2": ({"id": "ARTIST"}, "similarSongs2"),
    "getTopSongs": ({"artist": "Ebb"}, "topSongs"),
    "getArtistInfo2": ({"id": "ARTIST"}, "artistInfo2"),
    "getSonicSimilarTracks": ({"id": "SONG"}, "sonicMatch"),
    "findSonicPath": ({"startSongId": "SONG", "endSongId": "OTHER"}, "sonicMatch"),
}
MEDIA = {"stream": "audio/flac", "download": "audio/flac", "getCoverArt": "image/png"}
CALLER = {"u": "low", "p": "any", "v": "1.16.1", "c": "test"}


def ask(client: TestClient, question: str, form: str, **values: Any) -> Any:
    return client.get(f"/rest/{question}.view", params={**CALLER, "f": form, **values})


@pytest.fixture(scope="module")
def server(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Server:
    return make_server(Path(shutil.copytree(library / "workspace", tmp_path_factory.mktemp("table") / "workspace")))


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[TestClient]:
    with TestClient(server.app, base_url="http://127.0.0.1:8337") as opened:
        server.desk.state.wait_ready(30)
        yield opened


@pytest.fixture
def names(client: TestClient, server: Server) -> dict[str, str]:
    """Ids of things that are there."""
    found = ask(client, "search3", "json", query="low").json()["subsonic-response"]["searchResult3"]
    song = found["song"][0]
    kept = server.desk.state.ledger.create_playlist("low", "kept", [int(re.sub(r"\D", "", song["id"]))])
    again = server.desk.state.ledger.create_playlist("low", "kept twice", [int(re.sub(r"\D", "", song["id"]))])
    listed = ask(client, "getPlaylists", "json").json()["subsonic-response"]["playlists"]["playlist"]
    by_name = {one["name"]: one["id"] for one in listed}
    assert {kept.name, again.name} <= set(by_name)
    return {
        "SONG": song["id"],
        "OTHER": found["song"][-1]["id"],
        "ALBUM": song["albumId"],
        "ARTIST": song["artistId"],
        "PLAYLIST": by_name["kept"],
        "SECOND": by_name["kept twice"],
    }


@pytest.mark.parametrize("question", PROMISED)
def test_every_question_is_answered_in_both_forms(client: TestClient, names: dict[str, str], question: str) -> None:
    asked, element = PROMISED[question]
    values = {name: names.get(str(value), value) for name, value in asked.items()}
    told = ask(client, question, "json", **values).json()["subsonic-response"]
    assert told["status"] == "ok", told
    assert told["openSubsonic"] is True
    assert not element or element in told
    if question == "deletePlaylist":
        values["id"] = names["SECOND"]
    found = ElementTree.fromstring(ask(client, question, "xml", **values).content)
    assert found.attrib["status"] == "ok"
    named = {child.tag.rpartition("}")[2] for child in found}
    assert named == ({element} if element and told[element] else named)


@pytest.mark.parametrize("question", MEDIA)
def test_sound_and_pictures(client: TestClient, names: dict[str, str], question: str) -> None:
    answer = ask(client, question, "json", id=names["SONG"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA[question])


def test_jsonp_calls_the_function_of_the_page(client: TestClient) -> None:
    answer = ask(client, "ping", "jsonp", callback="player.take")
    assert answer.headers["content-type"].startswith("application/javascript")
    assert re.fullmatch(r'player\.take\(\{"subsonic-response":.*\}\);', answer.text)
    for bad in ("", "alert(1);x", "a b", "x" * 200):
        plain = ask(client, "ping", "jsonp", callback=bad)
        assert plain.headers["content-type"] == "application/json"
        assert plain.json()["subsonic-response"]["status"] == "ok"


NEEDED = {  # what players' code takes for granted (null or absent ends in a crash there)
    "song": ("id", "parent", "title", "isDir", "album", "artist", "albumId", "artistId", "coverArt", "duration",
             "created", "contentType", "suffix", "path", "type", "mediaType", "bitRate", "size", "isVideo"),
    "album": ("id", "name", "artist", "artistId", "coverArt", "songCount", "duration", "created", "isDir", "title"),
    "artist": ("id", "name", "coverArt", "albumCount"),
}  # fmt: skip


def test_entries_have_what_players_take_for_granted(client: TestClient) -> None:
    found = ask(client, "search3", "json", query="", songCount=100).json()["subsonic-response"]["searchResult3"]
    for kind, names in NEEDED.items():
        assert found[kind]
        for entry in found[kind]:
            assert [name for name in names if entry.get(name) is None] == []


def test_a_form_may_ask_and_several_songs_be_scrobbled(client: TestClient, names: dict[str, str]) -> None:
    asked = [("id", names["SONG"]), ("id", names["OTHER"]), ("time", "1600000000000"), ("time", "1600000300000")]
    body = "&".join(f"{name}={value}" for name, value in [*CALLER.items(), ("f", "json"), *asked])
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/rest/scrobble", content=body, headers=form).json()["subsonic-response"]
    assert answer["status"] == "ok"
    song = ask(client, "getSong", "json", id=names["OTHER"]).json()["subsonic-response"]["song"]
    assert song["playCount"] >= 1
