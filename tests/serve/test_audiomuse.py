"""What plugins of media servers ask, with the shapes that they expect and the ids of their own server."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from audiorec.data.workspace import Workspace
from audiorec.serve.app import Server
from audiorec.sources.import_places import import_places
from audiorec.sources.importing import Owner


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


def test_similar_tracks_as_a_walk(client: TestClient, server: Server, ids: dict[str, str]) -> None:
    asked = {"item_id": ids["Odd"], "n": 12}
    found, walked = (get(client, "similar_tracks", **asked, radius_similarity=how) for how in ("false", "true"))
    state = server.desk.state.now()

    def steps(songs: list[dict[str, Any]]) -> list[float]:
        rows = [state.row[int(one)] for one in (ids["Odd"], *(song["item_id"] for song in songs))]
        return [float(state.vectors[a] @ state.vectors[b]) for a, b in itertools.pairwise(rows)]

    assert walked[0] == found[0]
    assert sorted(walked, key=lambda one: one["distance"]) == found
    assert sum(steps(walked)) > sum(steps(found)) + 0.1


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


def jellyfin_song(title: str, key: str, **data: Any) -> dict[str, Any]:
    artists = [{"Name": "Ebb", "Id": "ebb0"}]
    return {"Name": title, "ServerId": "s", "Id": key, "Type": "Audio", "Artists": ["Ebb"], "ArtistItems": artists,
            "UserData": data}  # fmt: skip


def test_ids_of_the_server_that_was_imported(client: TestClient, server: Server, tmp_path: Path) -> None:
    played, never = jellyfin_song("Low One", "af01", PlayCount=2), jellyfin_song("Low Two", "af02", PlayCount=0)
    saved = tmp_path / "items.json"
    saved.write_text(json.dumps({"Items": [played, never, jellyfin_song("Away", "af03", PlayCount=1)]}))
    with Workspace.open(server.desk.state.root, write=True) as space:
        import_places(space, [str(saved)], None, Owner("ann"))
    server.desk.state.refresh()
    found = get(client, "similar_tracks", item_id="af01", n=13)
    assert "af02" in {song["item_id"] for song in found}
    assert get(client, "similar_tracks", item_id="af02", n=1)
    by_name, by_id = (get(client, "similar_artists", artist=name, n=2) for name in ("Ebb", "ebb0"))
    assert by_name == by_id
    other = by_id[0]["artist"]
    assert "ebb0" in {one["artist_id"] for one in get(client, "similar_artists", artist=other, n=5000)}
    songs = get(client, "similar_artists", artist="ebb0", n=1, include_component_matches="true")
    (match,) = songs[0]["component_matches"]
    assert {"item_id": "af01", "title": "Low One"} in match["artist1_representative_songs"]
    assert match["artist2_representative_songs"]
