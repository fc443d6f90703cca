"""A library whose models are trained: lists with exact shares, what to train next and why, how good the lists are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from audiorec.serve.app import Server, make_server
from tests.ranking.small_library import USERS, build
from tests.serve.music import call

API = "/api/v1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    root: Path = tmp_path_factory.mktemp("trained")
    build(root)
    call(root, "train-network")
    call(root, "train-hybrid")
    call(root, "evaluate")
    return make_server(root)


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[TestClient]:
    with TestClient(server.app, base_url="http://127.0.0.1:8337") as opened:
        server.desk.state.wait_ready(120)
        yield opened


@pytest.mark.parametrize("which", ["new", "known", "deep"])
def test_the_shares_of_a_song_are_all_of_its_score(client: TestClient, which: str) -> None:
    songs = client.get(f"{API}/recommend", params={"user": "user 1", "which": which, "top": 5}).json()["songs"]
    assert songs
    for song in songs:
        assert min(song["shares"].values()) > 0
        assert sum(song["shares"].values()) == pytest.approx(1.0, abs=1e-5)
        assert song["reason"].endswith(".")


def test_deep_cuts_are_what_few_play(client: TestClient, server: Server) -> None:
    state = server.desk.state.now()
    found = client.get(f"{API}/recommend", params={"user": "user 1", "which": "deep"}).json()["songs"]
    plays = {track.id: state.plays()[row] for row, track in enumerate(state.tracks)}
    assert max(plays[song["id"]] for song in found) <= sorted(plays.values())[len(plays) // 2]


def test_what_is_due_is_said_with_its_reason(client: TestClient) -> None:
    due = {step["model"]: step for step in client.get(f"{API}/status").json()["due"]}
    assert {"cnn", "svm", "cf"} <= set(due)
    assert due["svm"]["reason"] == "not trained yet"
    assert "network" not in due


def test_an_evaluation_stays_to_be_looked_at_until_models_change(client: TestClient, server: Server) -> None:
    found = client.get(f"{API}/evaluation").json()
    assert found["is_current"]
    assert {row["system"] for row in found["rows"]} >= {"hybrid", "random", "popularity"}
    warm = next(row for row in found["rows"] if (row["protocol"], row["system"]) == ("warm", "hybrid"))
    assert 0 < warm["users"] <= USERS
    call(server.desk.state.root, "train-network", "--set", "dims=[4]")
    server.desk.state.refresh()
    later = client.get(f"{API}/evaluation").json()
    assert (later["rows"], later["is_current"]) == (found["rows"], False)
    (server.desk.state.root / "derived" / "evaluation.json").write_text("{")
    assert client.get(f"{API}/evaluation").json() == {"rows": [], "measured": None, "is_current": False}
