"""`audiorec playlists`: files with paths that lead to the songs, and lists in another server, here one of our own."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from click.testing import CliRunner

from audiorec.cli.main import cli
from audiorec.errors import InputError
from audiorec.serve.app import Server, make_server
from audiorec.serve.subsonic.remote import RemoteServer


@pytest.fixture
def running(root: Path) -> Iterator[tuple[str, Server]]:
    """A server that listens, and its address."""
    server = make_server(root)
    served = uvicorn.Server(uvicorn.Config(server.app, port=0, log_level="error"))
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    while not served.started:
        time.sleep(0.01)
    server.desk.state.wait_ready(120)
    yield f"http://127.0.0.1:{served.servers[0].sockets[0].getsockname()[1]}", server
    served.should_exit = True
    thread.join(timeout=20)


def run(root: Path, *words: str) -> str:
    return CliRunner().invoke(cli, ["--workspace", str(root), "playlists", *words], catch_exceptions=False).output


def test_files_lead_to_the_songs_and_are_refreshed_in_place(root: Path, library: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lists" / "of low"
    for _ in range(2):
        run(root, "--user", "low", "--to", str(folder))
    names = sorted(path.name for path in folder.iterdir())
    assert names[-1] == "low - For you_ new songs.m3u8"
    lines = (folder / names[-1]).read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["#EXTM3U", "#EXTINF:5,Flow - Low Four"]
    assert (folder / lines[2]).resolve() == (library / "songs" / "03.flac").resolve()
    assert not lines[2].startswith("/")


def test_nothing_known_is_no_error(root: Path, tmp_path: Path) -> None:
    assert "Nothing is known yet" in run(root, "--user", "stranger", "--to", str(tmp_path / "x"))


def test_lists_in_a_server(root: Path, running: tuple[str, Server]) -> None:
    address, server = running
    ledger = server.desk.state.ledger
    techno = [track.id for track in server.desk.state.now().tracks if track.genre == "Techno"]
    radio = ledger.create_playlist("low", "[RADIO] loud", techno[:1])
    mix = ledger.create_playlist("low", "[MIX] loud", techno[:2])
    told = run(root, "--user", "low", "--to", address, "--password", "any")
    assert "[RADIO] loud" in told
    assert techno[0] not in ledger.playlist(radio.id).songs
    run(root, "--user", "low", "--to", address, "--password", "any")
    names = [one.name for one in ledger.playlists("low")]
    assert names.count("For you: new songs") == 1
    mixed = ledger.playlist(mix.id).songs
    assert mixed[:2] == tuple(techno[:2])
    assert len(set(mixed)) == len(mixed) > 2
    full = ledger.create_playlist("low", "[MIX] full", techno[:1] * 50)
    run(root, "--user", "low", "--to", address, "--password", "any")
    assert len(ledger.playlist(full.id).songs) == 50


def test_long_lists_are_sent_in_steps(running: tuple[str, Server]) -> None:
    address, server = running
    one = server.desk.state.now().tracks[0].id
    remote = RemoteServer(f"{address}/rest/", "low", "any")
    remote.fill("long", [str(one)] * 250, None)
    assert len(server.desk.state.ledger.playlists("low")[-1].songs) == 250


def test_what_cannot_be_reached_is_one_line_without_secrets() -> None:
    with pytest.raises(InputError, match="check the address") as caught:
        RemoteServer("http://127.0.0.1:9", "ann", "hush").playlists()
    assert "hush" not in str(caught.value)
    with pytest.raises(InputError, match="http"):
        RemoteServer("ftp://x", "ann", "hush")
