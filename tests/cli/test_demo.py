"""The whole road on the shipped library: what `make demo` promises a newcomer."""

import csv
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audiorec import metrics
from audiorec.shipped_files import shipped_folder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "audiorec", "demo", "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    return folder


@pytest.fixture(scope="module")
def songs(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((out / "recommendations.json").read_text(encoding="utf-8"))
    return found


def test_every_recommendation_is_whole(songs: list[dict[str, Any]]) -> None:
    fields = {"user", "track_id", "path", "title", "artist", "score", "plays", "cold", "why"}
    assert {song["user"] for song in songs} == {row["user"] for row in read("listens.csv")}
    for song in songs:
        assert set(song) == fields
        assert Path(song["path"]).is_file()
        assert song["cold"] == (song["plays"] == 0)
        assert min(song["why"].values()) >= 0
        assert sum(song["why"].values()) == pytest.approx(1.0)


def test_nobody_is_recommended_what_they_play(songs: list[dict[str, Any]]) -> None:
    library = shipped_folder("assets") / "demo" / "library"
    played = {(row["user"], str(library / row["path"])) for row in read("listens.csv")}
    assert not played & {(song["user"], song["path"]) for song in songs}


def test_unplayed_songs_find_those_who_would_like_them(songs: list[dict[str, Any]]) -> None:
    """Of the songs that nobody has played, those that the true tastes like stand higher, far above chance."""
    library = shipped_folder("assets") / "demo" / "library"
    taste = {(row["user"], str(library / row["path"])): float(row["taste"]) for row in read("tastes.csv")}
    cold = defaultdict(list)
    for song in songs:
        if song["cold"]:
            cold[song["user"]].append((song["score"], taste[song["user"], song["path"]] > 0.5))
    values = [
        metrics.auc(np.array([score for score, _ in entries]), np.array([liked for _, liked in entries]))
        for entries in cold.values()
    ]
    known = [value for value in values if np.isfinite(value)]
    assert len(known) > 20
    assert np.mean(known) > 0.7


def test_the_page_is_there_and_stands_alone(out: Path) -> None:
    page = (out / "report.html").read_text(encoding="utf-8")
    assert len(page) < 8_000_000
    for word in ("true tastes", "hybrid", "popularity", "audio/mpeg", "Spectrogram network", "NeuMF"):
        assert word in page
    assert 'src="http' not in page
    assert 'href="http' not in page


def read(name: str) -> list[dict[str, str]]:
    with (shipped_folder("assets") / "demo" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
