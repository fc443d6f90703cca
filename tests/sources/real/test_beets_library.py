"""A library that beets itself made, with counts that its own commands set."""

import os
import subprocess
from pathlib import Path

import pytest

from audiorec.sources.players import beets
from audiorec.sources.rows.contract import Row, Unread
from tests.sources.real.made_library import partner, write_library

pytestmark = pytest.mark.slow


def test_a_library_made_by_beets(tmp_path: Path) -> None:
    beet = partner("beets", "bin", "beet")
    write_library(tmp_path / "music")
    settings = (
        f"directory: {tmp_path}/music\nlibrary: {tmp_path}/library.db\nplugins: []\n"
        "import: {copy: no, write: no, autotag: no, quiet: yes}\n"
    )
    (tmp_path / "config.yaml").write_text(settings, encoding="utf-8")
    environment = {**os.environ, "BEETSDIR": str(tmp_path), "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    for words in (
        ["import", "-A", "-C", "-q", str(tmp_path / "music")],
        ["modify", "-y", "-W", "-M", "title:Tin Boats", "play_count=3", "last_played=1600000000"],
        ["modify", "-y", "-W", "-M", "title:Rain", "skip_count=2"],
    ):
        subprocess.run([beet, *words], env=environment, check=True, capture_output=True, timeout=120)
    path = tmp_path / "library.db"
    assert beets.recognises(path, path.read_bytes()[:65_536])
    found = list(beets.read(path))
    # beets numbers what it imports in no order of ours.
    rows = sorted((row for row in found if isinstance(row, Row)), key=lambda row: row.kind)
    assert [(row.kind, row.song.title, row.weight) for row in rows] == [
        ("play", "Tin Boats", 3.0),
        ("skip", "Rain", 2.0),
    ]
    assert rows[0].time == 1_600_000_000.0
    assert rows[0].song.path.endswith("The Harbours/Low Water/01 Tin Boats.flac")
    assert rows[0].song.seconds == pytest.approx(2.0)
    assert [row.skipped for row in found if isinstance(row, Unread)] == [True]
