"""The protocol of players, by its documents: a client of our own that asks as players do, in JSON and XML."""

import hashlib
import itertools
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from audiorec.serve.app import Server
from audiorec.serve.subsonic.endpoint import QUESTIONS
from tests.serve.music import SCRIPT, SONGS

WHO = {"u": "ann", "p": "any", "v": "1.16.1", "c": "test"}
NAMESPACE = "{http://subsonic.org/restapi}"


def ask(client: TestClient, question: str, **values: Any) -> dict[str, Any]:
    answer = client.get(f"/rest/{question}", params={**WHO, "f": "json", **values})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()["subsonic-response"]
    assert (found["version"], found["openSubsonic"], found["type"]) == ("1.16.1", True, "audiorec")
    assert found["serverVersion"]
    return found


def good(client: TestClient, question: str, **values: Any) -> dict[str, Any]:
    found = ask(client, question, **values)
    assert found["status"] == "ok", found
    return found


def code(client: TestClient, question: str, **values: Any) -> int:
    found = ask(client, question, **values)
    assert found["status"] == "failed"
    assert found["error"]["message"]
    return int(found["error"]["code"])


def songs_by_title(client: TestClient) -> dict[str, dict[str, Any]]:
    found = good(client, "search3", query="", songCount=500)["searchResult3"]["song"]
    return {song["title"]: song for song in found}


def test_what_every_player_asks_first(client: TestClient) -> None:
    assert good(client, "ping.view")
    assert good(client, "getLicense")["license"] == {"valid": True}
    names = {one["name"] for one in good(client, "getOpenSubsonicExtensions")["openSubsonicExtensions"]}
    assert names >= {"apiKeyAuthentication", "formPost", "songLyrics", "sonicSimilarity"}
    assert good(client, "getMusicFolders")["musicFolders"]["musicFolder"][0]["id"] == 1
    assert good(client, "getUser", username="ann")["user"]["username"] == "ann"
    assert code(client, "doesNotExist") == 0


def test_browsing_from_artist_to_song(client: TestClient) -> None:
    index = good(client, "getArtists")["artists"]["index"]
    artists = {artist["name"]: artist for letter in index for artist in letter["artist"]}
    assert {"Ebb", "Flow", "Spark", "Flint", SCRIPT, "暮山"} <= set(artists)
    ebb = good(client, "getArtist", id=artists["Ebb"]["id"])["artist"]
    assert ebb["albumCount"] == len(ebb["album"]) == 1
    album = good(client, "getAlbum", id=ebb["album"][0]["id"])["album"]
    assert [song["title"] for song in album["song"]] == ["Low One", "Low Two"]
    assert (album["songCount"], album["year"], album["genre"]) == (2, 2001, "Ambient")
    song = good(client, "getSong", id=album["song"][0]["id"])["song"]
    assert song["albumId"] == album["id"]
    assert song["artistId"] == ebb["id"]
    assert (song["suffix"], song["contentType"], song["duration"], song["isDir"]) == ("flac", "audio/flac", 5, False)
    folder = good(client, "getMusicDirectory", id=ebb["id"])["directory"]
    assert folder["child"][0]["id"] == album["id"]
    assert good(client, "getIndexes")["indexes"]["index"] == index
    assert (
        code(client, "getSong", id="99999")
        == code(client, "getAlbum", id="x")
        == code(client, "getArtist", id="1")
        == 70
    )
    assert code(client, "getSong") == 10


@pytest.mark.parametrize(
    "kind", ["random", "newest", "highest", "frequent", "recent", "starred", "alphabeticalByName",
             "alphabeticalByArtist", "byYear", "byGenre"],
)  # fmt: skip
def test_album_lists(client: TestClient, kind: str) -> None:
    song = songs_by_title(client)["High One"]
    good(client, "star", albumId=song["albumId"])
    good(client, "setRating", id=song["id"], rating=5)
    good(client, "scrobble", id=song["id"])
    found = good(client, "getAlbumList2", type=kind, size=500, fromYear=2016, toYear=2014, genre="Techno")
    albums = found["albumList2"]["album"]
    years = [album.get("year") for album in albums]
    if kind in ("highest", "frequent", "recent", "starred"):
        assert [album["name"] for album in albums] == ["Up"]
    elif kind == "byYear":
        assert years == [2016, 2015]
    elif kind == "byGenre":
        assert {album["genre"] for album in albums} == {"Techno"}
    else:
        assert len(albums) == len({album["id"] for album in albums}) == 9
    assert code(client, "getAlbumList2", type="odd") == 0


def test_empty_search_pages_through_everything(client: TestClient) -> None:
    found: list[str] = []
    for start in itertools.count(0, 5):
        page = good(client, "search3", query='""', songCount=5, songOffset=start, artistCount=0, albumCount=0)[
            "searchResult3"
        ]
        if not page["song"]:
            break
        found += [song["id"] for song in page["song"]]
    assert len(found) == len(set(found)) == len(SONGS) + 1
    hit = good(client, "search3", query="远方")["searchResult3"]
    assert [song["title"] for song in hit["song"]] == ["远方"]
    assert good(client, "search2", query="spark")["searchResult2"]["artist"][0]["name"] == "Spark"


def test_genres_and_random(client: TestClient) -> None:
    genres = {one["value"]: one for one in good(client, "getGenres")["genres"]["genre"]}
    assert (genres["Ambient"]["songCount"], genres["Ambient"]["albumCount"]) == (4, 2)
    assert len(good(client, "getSongsByGenre", genre="Ambient", count=3)["songsByGenre"]["song"]) == 3
    assert {s["genre"] for s in good(client, "getRandomSongs", genre="Techno", size=9)["randomSongs"]["song"]} == {
        "Techno"
    }
    assert len(good(client, "getRandomSongs", fromYear=2001, toYear=2001)["randomSongs"]["song"]) == 2


def test_sound_and_pictures(client: TestClient) -> None:
    song = songs_by_title(client)["Low One"]
    query = {**WHO, "id": song["id"]}
    whole = client.get("/rest/stream", params=query)
    assert whole.headers["content-type"] == "audio/flac"
    assert len(whole.content) == song["size"]
    part = client.get("/rest/stream", params=query, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert client.get("/rest/download", params=query).content == whole.content
    small = client.get("/rest/stream", params={**query, "maxBitRate": "64"})
    assert small.headers["content-type"] == "audio/mpeg"
    assert 30_000 < len(small.content) < 50_000
    for thing in (song["id"], song["albumId"], song["artistId"]):
        picture = client.get("/rest/getCoverArt", params={**WHO, "id": thing})
        assert picture.content.startswith(b"\x89PNG")
        assert picture.headers["content-type"] == "image/png"


def test_stars_ratings_and_scrobbles_become_feedback(client: TestClient, server: Server) -> None:
    songs = songs_by_title(client)
    one, two = songs["High One"]["id"], songs["High Two"]["id"]
    assert good(client, "getPlaylists")["playlists"]["playlist"] == []
    good(client, "star", id=one)
    good(client, "setRating", id=two, rating=4)
    good(client, "scrobble", id=[one, two], time=["1700000000000", "1700000300000"])
    good(client, "scrobble", id=one, submission="false")
    assert [song["id"] for song in good(client, "getStarred2")["starred2"]["song"]] == [one]
    entry = good(client, "getSong", id=two)["song"]
    assert (entry["userRating"], entry["playCount"], entry["played"]) == (4, 1, "2023-11-14T22:18:20.000Z")
    assert good(client, "getNowPlaying")["nowPlaying"]["entry"][0]["username"] == "ann"
    assert ("ann", int(one), 3.0, pytest.approx(1.7e9, abs=1e9)) in server.desk.state.ledger.as_listens()
    personal = good(client, "getPlaylists")["playlists"]["playlist"]
    new = next(entry for entry in personal if entry["id"] == "for-new")
    assert new["readonly"] is True
    listed = good(client, "getPlaylist", id="for-new")["playlist"]["entry"]
    kinds = [song["title"].split()[0] for song in listed]
    assert kinds.index("High") < kinds.index("Low")
    assert code(client, "deletePlaylist", id="for-new") == 50
    good(client, "unstar", id=one)
    good(client, "setRating", id=two, rating=0)
    assert good(client, "getStarred2")["starred2"]["song"] == []
    assert "userRating" not in good(client, "getSong", id=two)["song"]
    assert code(client, "setRating", id=two, rating=9) == 0
    assert code(client, "star") == 10


def test_playlists(client: TestClient) -> None:
    songs = songs_by_title(client)
    one, two = songs["Low One"]["id"], songs["High Two"]["id"]
    made = good(client, "createPlaylist", name="mine", songId=[one, two])["playlist"]
    assert (made["songCount"], made["owner"], made["readonly"]) == (2, "ann", False)
    good(
        client,
        "updatePlaylist",
        playlistId=made["id"],
        name="ours",
        songIndexToRemove=[0],
        songIdToAdd=[one, one],
        public="true",
    )
    changed = good(client, "getPlaylist", id=made["id"])["playlist"]
    assert [entry["id"] for entry in changed["entry"]] == [two, one, one]
    assert (changed["name"], changed["public"]) == ("ours", True)
    other = {**WHO, "u": "ben", "f": "json", "id": made["id"]}
    assert client.get("/rest/getPlaylist", params=other).json()["subsonic-response"]["playlist"]["readonly"] is True
    refused = client.get("/rest/deletePlaylist", params=other).json()["subsonic-response"]
    assert refused["error"]["code"] == 50
    good(client, "createPlaylist", playlistId=made["id"], songId=[two])
    assert good(client, "getPlaylist", id=made["id"])["playlist"]["songCount"] == 1
    good(client, "deletePlaylist", id=made["id"])
    assert code(client, "getPlaylist", id=made["id"]) == 70


def test_likeness(client: TestClient) -> None:
    songs = songs_by_title(client)
    low = songs["Low One"]["id"]
    for question in ("getSimilarSongs", "getSimilarSongs2"):
        found = next(
            value for name, value in good(client, question, id=low, count=3).items() if name.startswith("similar")
        )
        assert {song["genre"] for song in found["song"]} == {"Ambient"}
    matches = good(client, "getSonicSimilarTracks", id=low, count=3)["sonicMatch"]
    assert 1 >= matches[0]["similarity"] >= matches[-1]["similarity"] >= 0
    path = good(client, "findSonicPath", startSongId=low, endSongId=songs["High One"]["id"], count=5)["sonicMatch"]
    assert [path[0]["entry"]["id"], path[-1]["entry"]["id"]] == [low, songs["High One"]["id"]]
    assert good(client, "getTopSongs", artist="Ebb")["topSongs"]["song"][0]["artist"] == "Ebb"
    near = good(client, "getArtistInfo2", id=songs["Low One"]["artistId"])["artistInfo2"]["similarArtist"]
    assert near[0]["id"].startswith("ar-")
    assert good(client, "getLyricsBySongId", id=low)["lyricsList"]["structuredLyrics"] == []
    assert good(client, "getLyrics", artist="Ebb", title="Low One")["lyrics"]["title"] == "Low One"


def test_xml_says_the_same(client: TestClient) -> None:
    answer = client.get("/rest/getGenres.view", params=WHO)
    assert answer.headers["content-type"].startswith("application/xml")
    tree = ElementTree.fromstring(answer.text)
    assert (tree.tag, tree.attrib["status"]) == (f"{NAMESPACE}subsonic-response", "ok")
    told = {one.text for one in tree.iter(f"{NAMESPACE}genre")}
    assert told == {one["value"] for one in good(client, "getGenres")["genres"]["genre"]}
    assert SCRIPT in told
    for question in QUESTIONS:
        ElementTree.fromstring(client.get(f"/rest/{question}", params={**WHO, "id": "1", "type": "random"}).text)


def test_who_may_come_in(client: TestClient, server: Server) -> None:
    server.desk.accounts.set_password("cat", "secret ü")
    salted = hashlib.md5("secret üpepper".encode()).hexdigest()
    plain = {"f": "json", "v": "1.16.1", "c": "test"}

    def say(**values: str) -> dict[str, Any]:
        found: dict[str, Any] = client.get("/rest/ping", params={**plain, **values}).json()["subsonic-response"]
        return found

    assert say(u="cat", t=salted, s="pepper")["status"] == "ok"
    assert say(u="cat", p="secret ü")["status"] == "ok"
    assert say(u="cat", p="enc:" + "secret ü".encode().hex())["status"] == "ok"
    assert say(u="cat", t=salted, s="salt")["error"]["code"] == 40
    assert say(u="cat", p="wrong")["error"]["code"] == 40
    assert say()["error"]["code"] == 10
    key = server.desk.accounts.key_of("cat") or ""
    assert client.get("/rest/tokenInfo", params={**plain, "apiKey": key}).json()["subsonic-response"]["tokenInfo"] == {
        "username": "cat"
    }
    assert say(apiKey="wrong")["error"]["code"] == 44
    assert say(apiKey=key, u="cat")["error"]["code"] == 43
    form = client.post("/rest/ping", data={**plain, "u": "cat", "p": "secret ü"})
    assert form.json()["subsonic-response"]["status"] == "ok"
    for _ in range(10):
        say(u="cat", p="guess")
    assert "wait" in say(u="cat", p="secret ü")["error"]["message"]
