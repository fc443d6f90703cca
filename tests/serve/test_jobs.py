"""Jobs in processes of their own, and feedback that outlives a killed server."""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
import soundfile
from fastapi.testclient import TestClient

from audiorec.data.ledger import Ledger
from audiorec.errors import InputError
from audiorec.serve.app import Server, make_server
from audiorec.serve.job_plans import music_folders
from audiorec.serve.jobs import Job, Jobs
from tests.serve.music import SONGS

API = "/api/v1"


def wait_for(jobs: Jobs, job: Job, seconds: float = 300) -> Job:
    end = time.monotonic() + seconds
    while job.ended is None and time.monotonic() < end:
        time.sleep(0.02)
    assert job.ended is not None
    return jobs.get(job.id)


def test_commands_run_one_after_the_other(root: Path) -> None:
    seen: list[str] = []
    jobs = Jobs(lambda job: seen.append(job.state))
    done = wait_for(jobs, jobs.start("look", root, [["status"], ["status", "--json"]]))
    assert (done.state, done.step) == ("done", 2)
    assert any("tracks" in line for line in done.lines)
    failed = wait_for(jobs, jobs.start("wrong", root, [["recommend", "--user", "nobody"], ["status"]]))
    assert (failed.state, failed.step) == ("failed", 0)
    assert seen == ["running", "done", "running", "failed"]


def test_one_job_at_a_time_and_it_can_be_stopped(root: Path) -> None:
    jobs = Jobs(lambda job: None)
    first = jobs.start("train", root, [["train-cf"]] * 5)
    with pytest.raises(InputError, match="running already"):
        jobs.start("train", root, [["status"]])
    time.sleep(0.5)
    jobs.stop(first.id)
    assert wait_for(jobs, first).state == "stopped"
    assert first.step == 0


def test_progress_comes_as_events(client: TestClient) -> None:
    job = client.post(f"{API}/jobs", json={"kind": "extract"}).json()
    with client.stream("GET", f"{API}/jobs/{job['id']}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        states = [json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: {")]
    assert states[-1]["state"] == "done"
    assert client.get(f"{API}/jobs").json()["jobs"][0]["id"] == job["id"]
    assert client.post(f"{API}/jobs/{job['id']}/stop").json()["state"] == "done"


def test_what_is_liked_is_learnt_from_and_the_library_opens_again(client: TestClient, server: Server) -> None:
    song = client.get(f"{API}/songs").json()["songs"][0]["id"]
    client.post(f"{API}/feedback", json={"user": "first", "song": song, "kind": "like"})
    assert server.desk.state.fold()
    end = time.monotonic() + 120
    while "first" not in server.desk.state.now().users and time.monotonic() < end:
        time.sleep(0.05)
    assert "first" in server.desk.state.now().users
    assert client.get(f"{API}/status").json()["users"] == 5


def test_the_library_stays_open_while_music_is_extracted(
    client: TestClient, server: Server, library: Path, tmp_path: Path
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    sound, rate = soundfile.read(library / "songs" / "02.flac")
    for number in range(4):
        soundfile.write(more / f"Ebb - Later {number}.wav", sound[:: number + 1], rate)
    words = ["extract", str(more), "--recipe", "features/fast", "--jobs", "1"]
    command = [sys.executable, "-m", "audiorec", "--workspace", str(server.desk.state.root), *words]
    end = time.monotonic() + 300
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            for path in ("/songs", "/recommend?user=low", "/map", "/songs/1/similar"):
                assert client.get(API + path).status_code == 200, path
            assert time.monotonic() < end
    assert process.returncode == 0
    while not (found := client.get(f"{API}/songs", params={"q": "later 1"}).json()["songs"]):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert client.get(f"{API}/songs/{found[0]['id']}/audio").status_code == 200


def test_nothing_yet_and_then_the_demo_steps_aside(tmp_path: Path, root: Path) -> None:
    server = make_server(tmp_path / "empty")
    with TestClient(server.app, base_url="http://127.0.0.1") as client:
        server.desk.state.wait_ready(120)
        status = client.get(f"{API}/status").json()
        assert (status["songs"], status["next"]) == (0, "audiorec extract FOLDER")
        assert client.get(f"{API}/recommend").json()["note"] == "There is no music here yet."
        assert client.get(f"{API}/map").json()["ids"] == []
        assert client.post(f"{API}/jobs", json={"kind": "train"}).status_code == 400
        root.rename(tmp_path / "empty" / "demo")
        end = time.monotonic() + 120
        while not server.desk.state.now().is_demo and time.monotonic() < end:
            time.sleep(0.05)
        status = client.get(f"{API}/status").json()
        assert (status["is_demo"], status["songs"]) == (True, len(SONGS) + 1)


def test_folders_to_look_at_come_from_known_files() -> None:
    paths = [b"/music/a/x/1.mp3", b"/music/a/2.mp3", b"/music/b/3.mp3"]
    assert music_folders(paths) == [b"/music/a", b"/music/b"]
    assert music_folders([b"/home/ann/music/a/1.mp3", b"/home/ann/music/b/2.mp3"]) == [b"/home/ann/music"]
    assert music_folders([]) == []


def test_opinions_replace_each_other_and_undo_takes_the_last(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "f.sqlite")
    ledger.add("a", 1, "like")
    ledger.add("a", 1, "dislike")
    ledger.add("a", 2, "rating", 5.0)
    ledger.add("a", 2, "rating", 4.0)
    ledger.add("a", 3, "play", at=100.0)
    ledger.add("a", 3, "play", at=50.0)
    assert [(e.track_id, e.kind) for e in ledger.events("a")] == [
        (1, "dislike"),
        (2, "rating"),
        (3, "play"),
        (3, "play"),
    ]
    assert ledger.as_listens() == [("a", 2, 2.0, pytest.approx(time.time(), abs=60)), ("a", 3, 2.0, 100.0)]
    undone = ledger.undo("a")
    assert undone is not None
    assert undone.kind == "dislike"
    assert ledger.undo("a") is None
    with pytest.raises(InputError, match="like"):
        ledger.add("a", 1, "adore")


@pytest.mark.slow
def test_no_answered_feedback_is_lost_when_the_server_is_killed(root: Path) -> None:
    command = [sys.executable, "-m", "audiorec", "--workspace", str(root), "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stdout is not None
        base = process.stdout.readline().split()[1].rstrip("/")
        song = _wait(base)["songs"][0]["id"]
        answered: list[str] = []
        clients = [threading.Thread(target=_like_on_and_on, args=(base, song, name, answered)) for name in "abcd"]
        for client in clients:
            client.start()
        end = time.monotonic() + 120
        while len(answered) < 60 and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)  # while all of them ask
        for client in clients:
            client.join()
    assert len(answered) >= 60
    assert set(answered) <= set(Ledger(root / "feedback.sqlite").users())


def _like_on_and_on(base: str, song: int, name: str, answered: list[str]) -> None:
    """Until the server is gone; each answer is noted."""
    for number in itertools.count():
        body = json.dumps({"user": f"{name} {number}", "song": song, "kind": "like"}).encode()
        request = urllib.request.Request(f"{base}{API}/feedback", body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()
        except (OSError, HTTPException):
            return
        answered.append(f"{name} {number}")


def _wait(base: str) -> Any:
    end = time.monotonic() + 300
    while True:
        try:
            with urllib.request.urlopen(f"{base}{API}/songs") as answer:
                return json.load(answer)
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)
