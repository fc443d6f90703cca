"""The sticker database that a real MPD writes, as its clients ask it to."""

import socket
import time
from pathlib import Path

import pytest

from audiorec.sources.players import mpd_stickers
from audiorec.sources.rows.contract import Row
from tests.ports import free_port
from tests.sources.real.made_library import program, running, write_library

pytestmark = pytest.mark.slow


def asked(port: int, command: str) -> str:
    """The answer of MPD to one command."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        file = connection.makefile("rwb")
        assert file.readline().startswith(b"OK MPD")
        file.write(command.encode() + b"\n")
        file.flush()
        lines = []
        while True:
            line = file.readline().decode()
            lines.append(line)
            if not line or line.startswith(("OK", "ACK")):
                return "".join(lines)


def wait_for_song(port: int, path: str) -> None:
    """Until MPD is done with its update and knows the song: a first look can come before the update begins."""
    end = time.monotonic() + 120
    while "updating_db" in asked(port, "status") or f"file: {path}" not in asked(port, "listall"):
        assert time.monotonic() < end, asked(port, "status") + asked(port, "listall")
        time.sleep(0.05)


def test_stickers_of_mpd(tmp_path: Path) -> None:
    mpd = program("mpd")
    write_library(tmp_path / "music")
    port = free_port()
    settings = (
        f'music_directory "{tmp_path}/music"\ndb_file "{tmp_path}/mpd.db"\nsticker_file "{tmp_path}/sticker.sql"\n'
        f'bind_to_address "127.0.0.1"\nport "{port}"\nauto_update "no"\n'
        'audio_output {\n type "null"\n name "nothing"\n}\n'
    )
    (tmp_path / "mpd.conf").write_text(settings, encoding="utf-8")
    with running([mpd, "--no-daemon", "--stderr", str(tmp_path / "mpd.conf")], port, tmp_path):
        boats = "The Harbours/Low Water/01 Tin Boats.flac"
        asked(port, "update")
        wait_for_song(port, boats)
        for name, value in (("playCount", 4), ("lastPlayed", 1_600_000_000), ("like", 2), ("rating", 8)):
            assert asked(port, f'sticker set song "{boats}" {name} {value}') == "OK\n"
        assert asked(port, 'sticker set song "Mo Ley/Up & Away/03 Rain.flac" like 0') == "OK\n"
    path = tmp_path / "sticker.sql"
    assert mpd_stickers.recognises(path, path.read_bytes()[:65_536])
    rows = [row for row in mpd_stickers.read(path) if isinstance(row, Row)]
    assert [(row.kind, row.weight, row.song.path) for row in rows] == [
        ("dislike", 1.0, "Mo Ley/Up & Away/03 Rain.flac"),
        ("play", 4.0, boats),
        ("rating", 4.0, boats),
        ("like", 1.0, boats),
    ]
    assert rows[1].time == 1_600_000_000.0
