"""The API: songs, lists, feedback that counts at once, paths, radio, playlists, errors as problems."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from audiorec.serve.app import Server
from audiorec.serve.maps import SHOWN_FILE, Maps
from audiorec.serve.own_command import own_command
from tests.serve.music import RIGHT_TO_LEFT, SCRIPT, SONGS

API = "/api/v1"


def get(client: TestClient, path: str, **query: Any) -> Any:
    answer = client.get(API + path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(client: TestClient, path: str, **body: Any) -> Any:
    answer = client.post(API + path, json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def id_of(client: TestClient, title: str) -> int:
    return next(song["id"] for song in get(client, "/songs")["songs"] if song["title"] == title)


def test_songs_come_page_by_page_and_each_once(client: TestClient) -> None:
    found, cursor = [], 0
    while cursor is not None:
        page = get(client, "/songs", cursor=cursor, limit=5)
        assert len(page["songs"]) <= 5
        found += page["songs"]
        cursor = page["next"]
    assert len(found) == len({song["id"] for song in found}) == len(SONGS) + 1
    assert {song["title"] for song in get(client, "/songs", q="low")["songs"]} == {
        "Low One", "Low Two", "Low Three", "Low Four"
    }  # fmt: skip
    assert get(client, "/songs", genre="techno", artist="Spark")["songs"][0]["album"] == "Up"


def test_songs_by_their_ids_come_in_the_order_asked(client: TestClient) -> None:
    found = client.get(f"{API}/songs", params={"ids": [5, 1, 10**9, 3]}).json()
    assert [song["id"] for song in found["songs"]] == [5, 1, 3]
    assert found["next"] is None
    assert client.get(f"{API}/songs", params={"ids": range(501)}).status_code == 422


def test_hostile_tags_come_as_text(client: TestClient) -> None:
    songs = get(client, "/songs")["songs"]
    assert SCRIPT in {song["artist"] for song in songs}
    assert max(len(song["title"]) for song in songs) <= 500
    # A sign that turns the direction of what follows is no printable sign: extraction leaves it out.
    assert RIGHT_TO_LEFT.split()[0] in next(song["title"] for song in songs if "evil" in song["title"])
    for song in songs:
        assert client.get(f"{API}/songs/{song['id']}/cover").headers["content-type"] == "image/svg+xml"


def test_lists_stay_with_the_taste(client: TestClient) -> None:
    low, high = (get(client, "/recommend", user=user, top=1)["songs"][0] for user in ("low", "high"))
    assert (low["title"], high["title"]) == ("Low Four", "High Four")
    assert "sounds like Low" in low["reason"]
    assert {song["artist"] for song in get(client, "/recommend", user="low", which="known")["songs"]} == {"Flow"}


def test_one_list_for_several_users(client: TestClient) -> None:
    alone = [post(client, "/recommend", user=user, top=6)["songs"] for user in ("low", "high")]
    asked = {"user": "low", "together_with": ["high"], "top": 6}
    both = post(client, "/recommend", **asked)["songs"]
    assert both == get(client, "/recommend", **asked)["songs"]
    # Both lists of their own begin with the one song that they do not have: no other low or high song is left.
    for kind, songs in zip(("Low", "High"), alone, strict=True):
        assert [song["title"] for song in both if song["title"].startswith(kind)] == [f"{kind} Four"]
        assert songs[0]["title"] == f"{kind} Four"
    assert post(client, "/recommend", user="low", together_with=["low"], top=6)["songs"] == alone[0]
    said = post(client, "/recommend", user="low", together_with=["nobody here"])
    assert (said["songs"], "nothing is known of nobody here" in said["note"]) == ([], True)


def test_feedback_changes_the_list_at_once(client: TestClient) -> None:
    assert get(client, "/recommend", user="new")["songs"] == []
    assert "Like or play" in get(client, "/recommend", user="new")["note"]
    post(client, "/feedback", user="new", song=id_of(client, "High One"), kind="like")
    before = [song["title"] for song in get(client, "/recommend", user="new", top=5)["songs"]]
    assert before[0].startswith("High")
    post(client, "/feedback", user="new", song=id_of(client, before[0]), kind="never")
    after = [song["title"] for song in get(client, "/recommend", user="new", top=5)["songs"]]
    assert before[0] not in after
    assert post(client, "/feedback/undo?user=new")["undone"]["kind"] == "never"
    assert [song["title"] for song in get(client, "/recommend", user="new", top=5)["songs"]] == before
    assert "new" in get(client, "/users")["users"]


def test_less_like_this_pushes_its_like_down(client: TestClient) -> None:
    for title in ("High One", "Low One"):
        post(client, "/feedback", user="both", song=id_of(client, title), kind="like")
    post(client, "/feedback", user="both", song=id_of(client, "High Two"), kind="less")
    titles = [song["title"] for song in get(client, "/recommend", user="both", top=3)["songs"]]
    assert titles[0].startswith("Low")


def test_exclusions(client: TestClient) -> None:
    body = {"user": "low", "owned": True, "genres": ["techno"]}
    assert {song["genre"] for song in post(client, "/recommend", **body)["songs"]} == {"Techno"}
    assert all(
        song["year"] <= 2003 for song in post(client, "/recommend", user="low", owned=True, years=[2000, 2003])["songs"]
    )
    assert (
        post(client, "/recommend", user="low", seconds=[100, 200])["note"] == "No song is left with these exclusions."
    )


def test_similar_songs_share_their_sound(client: TestClient) -> None:
    found = get(client, f"/songs/{id_of(client, 'Low One')}/similar", top=3)["songs"]
    assert {song["genre"] for song in found} == {"Ambient"}
    assert found[0]["score"] >= found[-1]["score"]
    assert "sound" in found[0]["by"]
    near = [artist["name"] for artist in get(client, "/artists/similar", name="Spark")["artists"]]
    assert near.index("Flint") < min(near.index("Ebb"), near.index("Flow"))
    assert get(client, "/users/similar", user="low")["users"][0]["name"] == "deep"
    why = get(client, f"/songs/{id_of(client, 'Low One')}/why", other=id_of(client, "Low Two"))
    assert why["same"] == ["artist", "album", "genre", "decade"]


def test_path_leads_there(client: TestClient) -> None:
    start, end = id_of(client, "Low One"), id_of(client, "High One")
    songs = get(client, "/path", start=start, end=end, songs=6)["songs"]
    assert (songs[0]["id"], songs[-1]["id"]) == (start, end)
    assert len({song["artist"] for song in songs}) == len(songs)
    assert get(client, "/path", start=start, end=start)["songs"][0]["id"] == start


def test_radio_never_repeats_and_ends_with_the_library(client: TestClient) -> None:
    seed = id_of(client, "Low One")
    played: list[int] = []
    while batch := post(client, "/radio", songs=[seed], played=played, top=4, seed=1)["songs"]:
        played += [song["id"] for song in batch]
    assert len(played) == len(set(played)) == len(SONGS)
    assert not {song["genre"] for song in post(client, "/radio", words="techno", top=2)["songs"]} & {"Ambient"}
    assert client.post(f"{API}/radio", json={"user": "stranger"}).status_code == 400


def test_alchemy(client: TestClient) -> None:
    more, less = id_of(client, "Low One"), id_of(client, "High One")
    songs = post(client, "/alchemy", more=[more], less=[less], top=3)["songs"]
    assert {song["genre"] for song in songs} == {"Ambient"}


def test_playlists(client: TestClient) -> None:
    one, two = id_of(client, "Low One"), id_of(client, "High One")
    made = post(client, "/playlists", user="me", name=SCRIPT, songs=[two, one])
    where = f"{API}/playlists/{made['id']}"
    assert client.get(where).json()["tracks"][0]["id"] == two
    assert client.patch(where, json={"songs": [one, one]}).json()["songs"] == [one, one]
    extended = client.post(f"{where}/extend", json={"top": 2, "without": [two]}).json()
    assert len(extended["songs"]) == 4
    assert two not in extended["songs"]
    assert get(client, "/playlists", user="me")["playlists"][0]["name"] == SCRIPT
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404


def test_map_has_every_song_and_regions_hold_them(client: TestClient, server: Server) -> None:
    found = get(client, "/map")
    assert get(client, "/map") == found
    assert len(found["ids"]) == len(found["x"]) == len(SONGS) + 1
    assert sorted(song for region in found["regions"] for song in region["songs"]) == found["ids"]
    assert (server.desk.state.root / "derived" / "song_map.safetensors").is_file()


def test_a_map_as_it_was_shown_is_read_after_a_start(
    client: TestClient, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, kept = client.get(f"{API}/map").content, server.desk.state.root / "derived" / SHOWN_FILE
    snapshot = server.desk.state.now()
    monkeypatch.setattr("audiorec.serve.maps.regions", lambda *_: [])
    assert Maps().shown(snapshot) == shown
    renamed = [replace(snapshot.tracks[0], title="Another"), *snapshot.tracks[1:]]
    assert b"Another" in Maps().shown(replace(snapshot, tracks=renamed))
    assert Maps().shown(snapshot) != shown  # it was of other names
    kept.write_bytes(kept.read_bytes()[:-9])
    assert json.loads(Maps().shown(snapshot))["regions"] == []


def test_a_map_that_takes_long_is_drawn_while_others_are_answered(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audiorec.serve.maps._PATIENCE", 0.0)
    first = client.get(f"{API}/map")
    assert first.status_code == 503
    assert "being drawn" in first.json()["detail"]
    end = time.monotonic() + 30
    while client.get(f"{API}/map").status_code == 503:
        assert client.get(f"{API}/songs").status_code == 200
        assert time.monotonic() < end
        time.sleep(0.05)
    assert len(client.get(f"{API}/map").json()["ids"]) == len(SONGS) + 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/songs/999", 404),
        ("/songs/x", 422),
        ("/playlists/5", 404),
        ("/jobs/7", 404),
        ("/nothing", 404),
        ("/search?q=", 400),
    ],
)
def test_errors_are_problems(client: TestClient, path: str, status: int) -> None:
    answer = client.get(API + path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_figures_and_health(client: TestClient) -> None:
    assert get(client, "/health")["ready"] is True
    status = get(client, "/status")
    assert (status["songs"], status["users"], status["can_recommend"]) == (len(SONGS) + 1, 4, False)
    assert "audiorec_songs 13" in client.get(f"{API}/metrics").text
    assert get(client, "/library") == {"broken": 0, "duplicates": 0, "untagged": 0, "without_lyrics": 13}


def test_what_was_heard_lately_is_left_out(client: TestClient) -> None:
    first = get(client, "/recommend", user="low", top=1)["songs"][0]["id"]
    post(client, "/feedback", user="low", song=first, kind="play")

    def listed(**asked: bool) -> set[int]:
        return {song["id"] for song in post(client, "/recommend", user="low", owned=True, top=20, **asked)["songs"]}

    assert first in listed()
    assert listed() - listed(not_lately=True) == {first}


def test_the_outline_of_a_song_is_its_loudness(client: TestClient) -> None:
    bars = get(client, f"/songs/{id_of(client, 'Low One')}/outline")["bars"]
    assert len(bars) == 120
    assert (min(bars) >= 0, max(bars)) == (True, 1.0)
    # Two seconds of every four are three times as loud as the others.
    assert min(bars) < 0.6


def test_a_radio_starts_from_a_playlist(client: TestClient) -> None:
    made = post(client, "/playlists", name="loud", songs=[id_of(client, "High One"), id_of(client, "High Two")])
    found = post(client, "/radio", playlist=made["id"], top=1, seed=0)["songs"]
    assert found[0]["title"] in ("High Three", "High Four")


def test_folders_are_kept_alone_or_left_out(client: TestClient) -> None:
    (folder,) = client.get(f"{API}/folders").json()["folders"]
    assert (folder["name"], folder["songs"]) == ("songs", 13)

    def listed(**asked: list[int]) -> int:
        return len(client.post(f"{API}/recommend", json={"user": "low", **asked}).json()["songs"])

    assert listed() == listed(folders=[folder["song"]]) > 0
    assert listed(without_folders=[folder["song"]]) == 0
    assert client.post(f"{API}/recommend", json={"user": "low", "folders": [10**9]}).status_code == 404


def test_commands_are_told_as_a_terminal_wants_them(
    client: TestClient, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = server.desk.state.root
    monkeypatch.delenv("AUDIOREC_WORKSPACE", raising=False)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert client.get(f"{API}/status").json()["command"] == f"audiorec --workspace {root}"
    monkeypatch.setattr("audiorec.serve.own_command.default_workspace", lambda: root)
    assert own_command(root) == "audiorec"
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert own_command(root).endswith("/audiorec")
