"""What plugins of media servers ask, with the shapes that they expect and the ids of their own server."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from audiorec.data.events import write_events
from audiorec.serve.app import Server
from audiorec.serve.foreign_ids import foreign_ids


@pytest.fixture
def ids(client: TestClient) -> dict[str, str]:
    """Ids by title."""
    return {song["title"]: str(song["id"]) for song in client.get("/api/v1/songs").json()["songs"]}


def get(client: TestClient, path: str, **query: Any) -> Any:
    answer = client.get(f"/api/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_similar_tracks(client: TestClient, ids: dict[str, str]) -> None:
    found = get(client, "similar_tracks", item_id=ids["Low One"], n=3, eliminate_duplicates="true")
    assert [set(one) for one in found] == [{"item_id", "title", "author", "album", "distance"}] * 3
    assert found[0]["title"].startswith("Low")
    distances = [one["distance"] for one in found]
    assert distances == sorted(distances)
    assert found == get(client, "similar_tracks", title="low one", artist="ebb", n=3, eliminate_duplicates="true")
    assert client.get("/api/similar_tracks", params={"item_id": "nothing"}).status_code == 404


def test_path_artists_search_and_distance(client: TestClient, ids: dict[str, str]) -> None:
    found = get(client, "find_path", start_song_id=ids["Low One"], end_song_id=ids["High One"], max_steps=5)
    assert [found["path"][0]["item_id"], found["path"][-1]["item_id"]] == [ids["Low One"], ids["High One"]]
    assert found["total_distance"] > 0
    artists = get(client, "similar_artists", artist="Ebb", n=2)
    assert len(artists) == 2
    assert artists[0]["artist"] != "Ebb"
    assert {one["author"] for one in get(client, "search_tracks", search_query="low", artist="ebb")} == {"Ebb"}
    assert get(client, "search_tracks") == []
    assert get(client, "max_distance", item_id=ids["Low One"])["max_distance"] > 0.1


def test_playlists_and_an_idle_server(client: TestClient, ids: dict[str, str]) -> None:
    body = {"playlist_name": "quiet", "track_ids": [ids["Low One"], ids["Low Two"]]}
    assert client.post("/api/create_playlist", json=body).status_code == 201
    assert [one["title"] for one in get(client, "playlists")["quiet"]] == ["Low One", "Low Two"]
    assert get(client, "active_tasks") == {}
    assert get(client, "last_task")["status"] == "NO_PREVIOUS_MAIN_TASK"
    assert get(client, "config")["songs"] == 13


def test_ids_of_the_server_that_was_imported(client: TestClient, server: Server, ids: dict[str, str]) -> None:
    one, two = int(ids["Low One"]), int(ids["Low Two"])
    rows = [
        (
            "ann",
            one,
            json.dumps({"title": "Low One", "ids": {"jellyfin": "af01", "mbid": "m"}}),
            None,
            None,
            "play",
            1.0,
            1,
        ),
        ("ann", two, json.dumps({"title": "Low Two", "ids": {"subsonic": "tr-9"}}), None, None, "play", 1.0, 2),
        ("ann", None, json.dumps({"title": "Away", "ids": {"subsonic": "tr-8"}}), None, None, "play", 1.0, 3),
        ("ann", one, "not json", None, None, "play", 1.0, 4),
    ]
    root = server.desk.state.root
    write_events(root, "jellyfin:test", rows)
    (root / "listens" / "jellyfin" / "broken.parquet").write_bytes(b"PAR1 no")
    assert foreign_ids(root) == {"af01": one, "tr-9": two}
    server.desk.state.refresh()
    found = get(client, "similar_tracks", item_id="af01", n=13)
    assert "tr-9" in {song["item_id"] for song in found}
    assert get(client, "find_path", start_song_id="tr-9", end_song_id="af01")["path"][0]["item_id"] == "tr-9"
