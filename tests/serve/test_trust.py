"""Who is let in and what is let out: hosts, origins, tokens, sizes, files that are gone, and no path from a request."""

import io
import socket
import stat
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import av
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from audiorec.cli.main import cli
from audiorec.data.tracks import Track
from audiorec.serve import transcoding
from audiorec.serve.app import Server, make_server
from audiorec.serve.gate import is_loopback
from audiorec.serve.logins import Accounts
from audiorec.serve.media import sound_file
from audiorec.serve.problem_details import GoneError
from audiorec.serve.slow_clients import PatientProtocol
from tests import made_audio
from tests.serve.browsing import serve

API = "/api/v1"


@pytest.fixture
def guarded(root: Path) -> Iterator[tuple[TestClient, str]]:
    """A server for the home network, called by a name that it was given, and its token."""
    server = make_server(root, needs_token=True, names=frozenset({"music.home"}))
    with TestClient(server.app, base_url="http://music.home:8337") as client:
        server.desk.state.wait_ready(30)
        assert server.desk.accounts.token is not None
        yield client, server.desk.accounts.token


def test_names_and_origins_of_others_are_refused(client: TestClient) -> None:
    for headers in (
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ):
        for path in (f"{API}/songs", "/rest/ping"):
            assert client.get(path, headers=headers).status_code == 403
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200
    assert client.get(f"{API}/songs", headers={"origin": "http://127.0.0.1:8337"}).status_code == 200


def test_every_answer_has_the_policy(client: TestClient) -> None:
    for path in ("/", f"{API}/health", "/page/main.js", "/nothing", f"{API}/songs/1/cover"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_the_page_has_nothing_inline(client: TestClient) -> None:
    page = client.get("/").text
    assert '<script type="module" src=' in page
    for inline in ("style=", "onclick=", "javascript:", "<style"):
        assert inline not in page


def test_another_address_needs_the_token(guarded: tuple[TestClient, str]) -> None:
    client, token = guarded
    assert client.get(f"{API}/songs").status_code == 401
    assert client.get(f"{API}/health").status_code == 200
    assert client.get(f"{API}/songs", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert client.get(f"{API}/songs", headers={"authorization": f"Bearer {token}"}).status_code == 200
    player = {"u": "ann", "p": "wrong", "f": "json"}
    assert client.get("/rest/ping", params=player).json()["subsonic-response"]["error"]["code"] == 40
    assert client.get("/rest/ping", params={**player, "p": token}).json()["subsonic-response"]["status"] == "ok"


def test_a_browser_signs_in_once(guarded: tuple[TestClient, str]) -> None:
    client, token = guarded
    assert client.get(f"{API}/session").json() == {"needs_token": True}
    answer = client.post(f"{API}/session", json={"token": token})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get(f"{API}/session").json() == {"needs_token": False}
    assert client.get(f"{API}/songs").status_code == 200


def test_guessing_is_slowed_down(guarded: tuple[TestClient, str]) -> None:
    client, token = guarded
    for _ in range(10):
        assert client.post(f"{API}/session", json={"token": "guess"}).status_code == 401
    assert client.post(f"{API}/session", json={"token": token}).status_code == 429
    assert client.get(f"{API}/songs", headers={"authorization": f"Bearer {token}"}).status_code == 429


def test_the_token_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = Accounts(path, needs_token=True)
    assert first.is_new_token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    second = Accounts(path, needs_token=True)
    assert not second.is_new_token
    assert second.token == first.token
    assert Accounts(path, needs_token=False).token is None


def test_large_requests_are_refused(client: TestClient) -> None:
    body = b'{"user": "' + b"x" * 1_100_000 + b'"}'
    assert client.post(f"{API}/feedback", content=body).status_code == 413
    assert client.post(f"{API}/feedback", json={"user": "x" * 1000, "song": 1, "kind": "like"}).status_code == 422


@pytest.mark.parametrize("path", ["/page/../index.html", "/page/%2e%2e/%2e%2e/app.py", "/page/..%2f..%2fapp.py",
                                  f"{API}/songs/..%2f..%2fetc%2fpasswd/audio"])  # fmt: skip
def test_no_path_of_a_request_reaches_a_file(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 422)
    assert b"import" not in answer.content


def test_a_song_whose_file_is_gone_says_so(client: TestClient, library: Path) -> None:
    song = next(one for one in client.get(f"{API}/songs").json()["songs"] if one["title"] == "Low Two")
    path = library / "songs" / "01.flac"
    hidden = path.rename(path.with_suffix(".away"))
    try:
        answer = client.get(f"{API}/songs/{song['id']}/audio")
        assert answer.status_code == 404
        assert "gone (01.flac)" in answer.json()["detail"]
        assert client.get(f"{API}/songs/{song['id']}/cover").status_code == 200
    finally:
        hidden.rename(path)


def test_what_has_no_file_says_so() -> None:
    with pytest.raises(GoneError, match="by its name alone"):
        sound_file(Track(1, b"song:a0", "News", (), "", None, "", 0.0, "ok", ""))


def test_what_browsers_cannot_play_is_transcoded_and_kept(client: TestClient, server: Server) -> None:
    song = next(one for one in client.get(f"{API}/songs").json()["songs"] if one["title"] == "Odd")
    first = client.get(f"{API}/songs/{song['id']}/audio")
    assert first.headers["content-type"] == "audio/mpeg"
    assert 60_000 < len(first.content) < 90_000  # three seconds of 192 kbit/s
    second = client.get(f"{API}/songs/{song['id']}/audio", headers={"Range": "bytes=0-99"})
    assert (second.status_code, second.content) == (206, first.content[:100])
    assert client.get(f"{API}/songs/{song['id']}/audio?kilobits=7").status_code == 400


@pytest.mark.parametrize("kind", ["wma", "ape", "dsf", "dff", "alac"])
def test_every_kind_that_browsers_cannot_play_is_transcoded(tmp_path: Path, kind: str) -> None:
    made = {
        "wma": lambda: made_audio.coded("asf", "wmav2", 1.0),
        "ape": made_audio.monkeys,
        "dsf": lambda: made_audio.dsf(1.0),
        "dff": lambda: made_audio.dff(1.0),
        "alac": lambda: made_audio.coded("ipod", "alac", 1.0),
    }
    path = tmp_path / f"song.{kind}"
    path.write_bytes(made[kind]())
    assert not sound_file(Track(1, bytes(path), "", (), "", None, "", 0.0, "ok", "")).is_playable
    sound = b"".join(transcoding.transcode(tmp_path / "kept", bytes(path)))
    with av.open(io.BytesIO(sound)) as file:
        rate = file.streams.audio[0].rate
        assert sum(frame.samples for frame in file.decode(audio=0)) / rate == pytest.approx(1.0, abs=0.1)


def test_ranges(client: TestClient) -> None:
    song = client.get(f"{API}/songs").json()["songs"][0]
    where = f"{API}/songs/{song['id']}/audio"
    whole = client.get(where).content
    for asked, start, end in (("0-0", 0, 1), ("5-", 5, len(whole)), ("-7", len(whole) - 7, len(whole))):
        part = client.get(where, headers={"Range": f"bytes={asked}"})
        assert (part.status_code, part.content) == (206, whole[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{len(whole)}"
    assert client.get(where, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416


def test_addresses() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.5", "example.org", "")))


def test_a_port_in_use_is_a_users_mistake(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(cli, ["--workspace", str(tmp_path / "w"), "serve", "--port", port])
    assert "choose another with --port" in str(result.exception)


def test_who_dawdles_is_let_go(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "patience", 0.5)
    monkeypatch.setattr("audiorec.serve.gate._PATIENCE", 0.5)
    head = b"POST /api/v1/feedback HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    for address, _ in serve(root):
        port = int(urlsplit(address).port or 0)
        for data, told in ((b"", b""), (b"GET / HTTP/1.1\r\nHo", b""), (head + b"Content-Length: 9\r\n\r\n{", b"400")):
            with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
                client.sendall(data)
                answer = b"".join(iter(lambda: client.recv(65536), b""))
            assert told in answer[:20], data
        monkeypatch.setattr(PatientProtocol, "patience", 3.0)
        kept = HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(4):  # one that asks again and again is kept
            kept.request("GET", "/api/v1/health")
            assert kept.getresponse().read()
            held = kept.sock
            time.sleep(1.0)
        assert held is kept.sock is not None
        kept.close()


def test_a_form_of_too_many_values_is_refused_in_the_players_way(client: TestClient) -> None:
    form = "u=a&p=b&v=1.16.1&c=x&name=n" + "&songId=1" * 20_001
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/rest/createPlaylist", params={"f": "json"}, content=form, headers=kind)
    assert answer.status_code == 200
    assert "at most" in answer.json()["subsonic-response"]["error"]["message"]


def test_plugins_bring_the_token_as_bearer(guarded: tuple[TestClient, str]) -> None:
    client, token = guarded
    for path in ("/api/config", "/api/active_tasks", "/api/last_task", "/api/playlists", "/api/search_tracks"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_no_secret_is_logged_or_told(guarded: tuple[TestClient, str], caplog: pytest.LogCaptureFixture) -> None:
    client, token = guarded
    bearer = {"Authorization": f"Bearer {token}"}
    with caplog.at_level("DEBUG"):
        secret = {"user": "low", "password": "hush-hush"}
        key = client.put(f"{API}/users/password", json=secret, headers=bearer).json()["key"]
        for asked in ({"u": "low", "p": "hush-hush"}, {"u": "low", "p": "hush-wrong"}, {"apiKey": key}):
            client.get("/rest/ping", params={**asked, "v": "1.16.1", "c": "x", "f": "json"})
        client.post(f"{API}/session", json={"token": "hush-wrong"})
        told = client.get(f"{API}/metrics", headers=bearer).text + client.get(f"{API}/status", headers=bearer).text
    said = told + "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    assert [word for word in (token, key, "hush-hush", "hush-wrong") if word in said] == []
