"""Music without any listens: all that needs none works, and what is liked is the first listen."""

import shutil
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from audiorec.serve.app import Server, make_server
from tests.serve.music import call, make_workspace

API = "/api/v1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    home = tmp_path_factory.mktemp("evening")
    root = make_workspace(home, with_listens=False)
    (home / "again").mkdir()
    shutil.copy(home / "songs" / "00.flac", home / "again" / "copy.flac")
    call(root, "extract", str(home / "again"), "--jobs", "1", "--recipe", "features/fast")
    return make_server(root)


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[TestClient]:
    with TestClient(server.app, base_url="http://127.0.0.1:8337") as opened:
        server.desk.state.wait_ready(60)
        yield opened


def get(client: TestClient, path: str, **query: Any) -> Any:
    answer = client.get(API + path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_needs_no_listens_works(client: TestClient) -> None:
    ids = {song["title"]: song["id"] for song in get(client, "/songs")["songs"]}
    near = get(client, f"/songs/{ids['Low Three']}/similar", top=3)["songs"]
    assert {song["genre"] for song in near} == {"Ambient"}
    assert client.post(f"{API}/radio", json={"songs": [ids["Low Three"]], "top": 4}).json()["songs"]
    path = get(client, "/path", start=ids["Low Three"], end=ids["High One"])["songs"]
    assert [path[0]["title"], path[-1]["title"]] == ["Low Three", "High One"]
    assert len(get(client, "/map")["ids"]) == len(ids) + 1  # one of them is there twice
    assert get(client, "/search", q="fast")["songs"]
    (twins,) = get(client, "/library/duplicates")["found"]
    assert sorted(song["file"] for song in twins) == ["again/copy.flac", "songs/00.flac"]


def test_no_listeners_are_made_up(client: TestClient) -> None:
    assert get(client, "/status")["users"] == 0
    assert get(client, "/users")["users"] == []
    assert get(client, "/recommend")["songs"] == []


def test_likes_are_the_first_listens(client: TestClient, server: Server) -> None:
    song = next(one["id"] for one in get(client, "/songs")["songs"] if one["title"] == "High One")
    assert client.post(f"{API}/feedback", json={"song": song, "kind": "like"}).status_code == 200
    found = get(client, "/recommend", top=3)["songs"]
    assert {one["genre"] for one in found} == {"Techno"}
    assert found[0]["shares"] == {"likeness": 1.0}
    assert server.desk.state.fold()
    end = time.monotonic() + 60
    while get(client, "/status")["listens"] == 0:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert get(client, "/users")["users"] == ["me"]


def test_what_is_not_well_comes_page_by_page(client: TestClient) -> None:
    counts = get(client, "/library")
    found, cursor = [], 0
    while cursor is not None:
        page = get(client, "/library/without_lyrics", cursor=cursor, limit=5)
        assert len(page["found"]) <= 5
        found += page["found"]
        cursor = page["next"]
    assert len({song["id"] for song in found}) == len(found) == counts["without_lyrics"] == 14
    assert client.get(f"{API}/library/nothing").status_code == 422
