"""Songs like one: the few best of many, in order, and no answer made twice while the library is the same."""

import numpy as np
import pytest
from fastapi.testclient import TestClient

from audiorec.serve import near_songs
from audiorec.serve.app import Server
from audiorec.serve.doors import lists_door


@pytest.mark.parametrize("few", [1, 3, 40, 100])
def test_the_best_come_first_however_few_are_looked_at(few: int) -> None:
    score = np.random.default_rng(0).integers(0, 8, 100).astype(np.float32)  # many are level
    score[::7] = -np.inf
    able = int(np.isfinite(score).sum())
    assert list(near_songs._best(score, able, few)) == np.argsort(-score, kind="stable")[:able].tolist()


@pytest.mark.parametrize("in_thread", [False, True])
def test_an_answer_is_made_once(
    client: TestClient, server: Server, in_thread: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_thread:
        monkeypatch.setattr(lists_door, "_NO_THREAD", 0)
    made: list[int] = []
    make = near_songs._similar
    monkeypatch.setattr(near_songs, "_similar", lambda *asked: made.append(asked[1]) or make(*asked))
    song = server.desk.state.now().tracks[0].id
    first = client.get(f"/api/v1/songs/{song}/similar").json()
    assert client.get(f"/api/v1/songs/{song}/similar").json() == first
    assert made == [0]
    assert song not in {one["id"] for one in first["songs"]}
    assert client.get(f"/api/v1/songs/{song}/similar", params={"top": 1}).json()["songs"] == first["songs"][:1]
    server.desk.state.refresh()
    assert client.get(f"/api/v1/songs/{song}/similar").json() == first
    assert made == [0, 0, 0]
    assert client.get("/api/v1/songs/999999/similar").status_code == 404


def test_reasons_are_those_of_each_pair(client: TestClient, server: Server) -> None:
    song = server.desk.state.now().tracks[0].id
    for one in client.get(f"/api/v1/songs/{song}/similar").json()["songs"]:
        pair = client.get(f"/api/v1/songs/{song}/why", params={"other": one["id"]}).json()
        assert {"by": one["by"], "same": one["same"]} == pair
