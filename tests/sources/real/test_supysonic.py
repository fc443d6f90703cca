"""A real OpenSubsonic server: scanned, played, starred, rated, listed, and read by our client."""

import subprocess
from pathlib import Path

import pytest

from audiorec.sources.rows.contract import Row
from audiorec.sources.services import subsonic
from audiorec.sources.services.http_client import HttpClient, ServiceError
from tests.ports import free_port
from tests.sources.real.made_library import partner, running, write_library

pytestmark = pytest.mark.slow
PASSWORD = "s3cret wörd"
SERVE = (
    "from supysonic.web import create_application; from werkzeug.serving import run_simple;"
    "run_simple('127.0.0.1', {}, create_application(), threaded=True)"
)


def set_up(folder: Path) -> None:
    """A database with a user and a scanned library."""
    cli = partner("supysonic", "bin", "supysonic-cli")
    write_library(folder / "music")
    (folder / "cache").mkdir()
    settings = f"[base]\ndatabase_uri = sqlite:///{folder}/music.db\n[webapp]\ncache_dir = {folder}/cache\n"
    (folder / "supysonic.conf").write_text(settings + f"[daemon]\nsocket = {folder}/daemon.sock\n", encoding="utf-8")
    for words in (
        ["user", "add", "ann", "-p", PASSWORD],
        ["folder", "add", "Music", str(folder / "music")],
        ["folder", "scan", "--foreground", "Music"],
    ):
        subprocess.run([cli, *words], cwd=folder, check=True, capture_output=True, timeout=120)


def test_a_server_is_read_whole(tmp_path: Path) -> None:
    set_up(tmp_path)
    port = free_port()
    python = partner("supysonic", "bin", "python")
    with running([python, "-c", SERVE.format(port)], port, tmp_path):
        root = f"http://127.0.0.1:{port}"
        assert subsonic.answers(root)
        # It knows no tokens, so the password goes readable, if the person agrees.
        with pytest.raises(ServiceError, match="SUBSONIC_READABLE"):
            subsonic.SubsonicServer(HttpClient(root), "ann", PASSWORD).ask("ping")
        server = subsonic.SubsonicServer(HttpClient(root, rate=1e6), "ann", PASSWORD, readable=lambda: True)
        assert server.ask("ping")["status"] == "ok"
        songs = {song["title"]: song for song in subsonic._songs(server)}
        assert set(songs) == {"Tin Boats", "Möwen, 100%", "Rain"}
        for _ in range(3):
            server.ask("scrobble", id=songs["Tin Boats"]["id"], submission="true")
        server.ask("star", id=songs["Rain"]["id"])
        server.ask("setRating", id=songs["Rain"]["id"], rating=4)
        server.ask("createPlaylist", name="Rain", songId=[songs["Rain"]["id"], songs["Möwen, 100%"]["id"]])
        rows = [row for row in subsonic.of_server(server) if isinstance(row, Row)]
        with pytest.raises(ServiceError) as error:
            list(subsonic.of_server(subsonic.SubsonicServer(HttpClient(root), "ann", "wrong", readable=lambda: True)))
    assert "wrong" not in str(error.value)
    told = {(row.kind, row.song.title): row.weight for row in rows}
    assert told["star", "Rain"] == 1.0
    assert told["rating", "Rain"] == 4.0
    assert ("playlist", "Rain") in told
    assert ("playlist", "Möwen, 100%") in told
    assert {row.user for row in rows} == {"ann"}
    starred = next(row for row in rows if row.kind == "star")
    assert starred.song.artists == ("Mo Ley",)
    assert starred.song.path.endswith("Mo Ley/Up & Away/03 Rain.flac")
    assert starred.song.seconds == pytest.approx(2.0)
