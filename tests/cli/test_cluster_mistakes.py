"""Mistakes around clusters and stores: one line that says what to do, exit code 2, and nothing half written."""

import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from audiorec.cli.main import main
from audiorec.data.stores import store
from tests import signals

S3 = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL")


class Refusing(BaseHTTPRequestHandler):
    """A store that knows the key and gives it no rights."""

    def answer(self) -> None:
        said = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(403)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said)

    do_GET = do_PUT = do_HEAD = do_POST = answer

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    for name, value in zip(S3, ("key", "secret", "us-east-1", f"http://127.0.0.1:{server.server_port}"), strict=True):
        monkeypatch.setenv(name, value)
    store.cache_clear()  # it was opened with the settings of another test
    yield
    store.cache_clear()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["extract", "MUSIC", "--engine", "ray", "--address", "127.0.0.1:1"], "give HOST:PORT of `ray start --head`"),
        (["extract", "MUSIC", "--address", "127.0.0.1:1"], "add --engine ray"),
        (["extract", "MUSIC", "--engine", "ray", "--jobs", "2"], "leave out --jobs"),
        (["extract", "MUSIC", "--shards", "s3://music/x"], "see to its rights and keys"),
        (["extract", "MUSIC", "--shards", "nowhere"], "give a URL such as s3://bucket/folder"),
        (["extract", "s3://music/x"], "see to its rights and keys"),
        (["extract", "ftp://music/x"], "give s3://, gs:// or file://"),
        (["--workspace", "s3://music/ws", "extract", "MUSIC"], "a workspace is a folder of a disk"),
        (
            ["train", "--search", "cf", "--engine", "ray", "--address", "127.0.0.1:1"],
            "run audiorec extract FOLDER first",
        ),
    ],
)
@pytest.mark.usefixtures("refusing")
def test_one_line_and_nothing_half_written(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    music = tmp_path / "music"
    music.mkdir()
    (music / "song.wav").write_bytes(signals.encoded(signals.music(1.2, 22_050), 22_050, "WAV"))
    monkeypatch.chdir(tmp_path)
    words = [str(music) if word == "MUSIC" else word for word in words]
    monkeypatch.setattr(sys, "argv", ["audiorec", "--workspace", str(tmp_path / "ws"), *words])
    with pytest.raises(SystemExit) as ended:
        main()
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("audiorec: ")]
    assert ended.value.code == 2
    assert len(lines) == 1
    assert said in lines[0]
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()} - {"song.wav"}
    assert left <= {"catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm", "writer.lock"}
