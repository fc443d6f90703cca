"""Lists that are made before anybody asks: all are there, asking makes none anew, and what users say still counts."""

import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from audiorec.data.ledger import Ledger
from audiorec.serve import for_you
from audiorec.serve.app import Server

RECOMMEND = "/api/v1/recommend"


def wait_for_lists(server: Server) -> None:
    end = time.monotonic() + 60
    while server.desk.lists_ahead.made < len(server.desk.state.now().users):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_nothing_is_made_in_a_request(client: TestClient, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    wait_for_lists(server)
    makes: list[str] = []
    make = for_you._make
    monkeypatch.setattr(for_you, "_make", lambda *asked: makes.append(asked[2].user) or make(*asked))
    for user in server.desk.state.now().users:
        assert client.get(RECOMMEND, params={"user": user}).json()["songs"]
        assert client.post(RECOMMEND, json={"user": user}).json()["songs"]
    assert makes == []
    first = client.get(RECOMMEND, params={"user": "low"}).json()["songs"]
    client.post("/api/v1/feedback", json={"user": "low", "song": first[0]["id"], "kind": "never"})
    assert first[0] not in client.get(RECOMMEND, params={"user": "low"}).json()["songs"]
    client.get(RECOMMEND, params={"user": "high"})
    assert makes == ["low"]  # what one says leaves the others' lists as they are


def test_lists_are_made_anew_when_the_library_changes(client: TestClient, server: Server) -> None:
    wait_for_lists(server)
    server.desk.lists_ahead.made = 0
    server.desk.state.refresh()
    wait_for_lists(server)
    assert server.desk.for_you.latest_users()[0] in server.desk.state.now().users


def test_what_another_process_says_is_seen(tmp_path: Path) -> None:
    ours, theirs = Ledger(tmp_path / "feedback.sqlite"), Ledger(tmp_path / "feedback.sqlite")
    before, others = ours.version_of("ann"), ours.version_of("bob")
    ours.add("ann", 1, "like")
    mine = ours.version_of("ann")
    assert mine != before
    assert ours.version_of("bob") == others
    theirs.add("ann", 2, "like")
    assert ours.version_of("ann") != mine
    ours.close()
    theirs.close()
