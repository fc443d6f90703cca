"""Small and degenerate libraries: every command ends in a result or in one line that says what is lacking."""

import sys
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from audiorec.cli import main
from audiorec.data.catalogue import FileRecord
from audiorec.data.coded_sound import coded
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace

LAYOUT = Layout("digest", tuple(f"d{n}" for n in range(8)), ("w0", "w1"), 1.0, 0.0, 8000)
Listens = Iterable[tuple[str, int, float, float | None]]


@dataclass(frozen=True)
class Library:
    """What a made library is: songs, artists they are by (0: no tags), whether they sound, and its listens."""

    songs: int
    artists: int
    listens: Callable[[int], Listens]
    is_silent: bool = False

    def build(self, root: Path) -> None:
        rng = np.random.default_rng(0)
        with Workspace.open(root, write=True) as space:
            space.add_paths([f"/music/{n:02d}.mp3".encode() for n in range(1, self.songs + 1)])
            rows, records = [], []
            for n in range(1, self.songs + 1):
                rows.append((n, self._features(rng, n)))
                artists = (f"artist {n % self.artists}",) if self.artists else ()
                title = f"song {n}"  # without tags it is the name of the file
                records.append(FileRecord(n, 1, 1, "ok", title=title, artists=artists, seconds=30.0))
            space.commit_shard(rows, records, LAYOUT)
            space.use_features(LAYOUT.digest)
            space.add_listens("test", self.listens(self.songs))

    def _features(self, rng: np.random.Generator, n: int) -> TrackFeatures:
        if self.is_silent:
            nothing = np.zeros((1, 16, 16), dtype=np.uint8), coded(np.zeros((1, 2, 2048), dtype=np.float32), 11025)
            return TrackFeatures(*nothing, np.zeros(8, dtype=np.float32))
        logmel = rng.integers(0, 255, (1, 16, 16)).astype(np.uint8)
        waveform = coded(rng.normal(size=(1, 2, 2048)).astype(np.float32), 11025)
        words = None if n % 3 == 0 else rng.normal(size=2).astype(np.float32)
        return TrackFeatures(logmel, waveform, rng.normal(size=8).astype(np.float32), words)


def nobody(_: int) -> Listens:
    return []


def alike(songs: int) -> Listens:
    return [(f"u{user}", song, 2.0, None) for user in range(6) for song in range(1, songs // 2 + 2) if song <= songs]


def everything(songs: int) -> Listens:
    return [(f"u{user}", song, 1.0, None) for user in range(4) for song in range(1, songs + 1)]


def one_each(songs: int) -> Listens:
    return [(f"u{user}", 1 + user % (songs * 2 // 3), 1.0, None) for user in range(30)]


def one_user(songs: int) -> Listens:
    return [("u0", song, 1.0, None) for song in range(1, songs // 2 + 1)]


def mixed(songs: int) -> Listens:
    rng = np.random.default_rng(1)
    return [(f"u{user}", song, 1.0, None) for user in range(8) for song in range(1, songs + 1) if rng.random() < 0.4]


def vast(songs: int) -> Listens:
    return [(user, song, 1e39 if song == 1 else count, time) for user, song, count, time in mixed(songs)]


LIBRARIES = {
    "one song": Library(1, 1, everything),
    "two songs": Library(2, 2, alike),
    "three songs": Library(3, 2, alike),
    "three songs, one user": Library(3, 3, one_user),
    "no listens": Library(12, 4, nobody),
    "one artist": Library(12, 1, mixed),
    "no tags": Library(12, 0, mixed),
    "one song a user": Library(24, 6, one_each),
    "one user": Library(24, 6, one_user),
    "all users alike": Library(12, 4, alike),
    "everybody has everything": Library(12, 4, everything),
    "silence": Library(12, 4, mixed, is_silent=True),
    "counts beyond float32": Library(12, 4, vast),
}
CNN = "crop_frames=16 crop_samples=2048 epochs=1 epochs_blind=1 head_steps=2 dim=8 user_dims=4".split()
COMMANDS = [
    ("train-network", []),
    ("train-cf", ["--set", "epochs=2"]),
    ("train-svm", ["--set", 'kernels=["rbf"]']),
    ("train-cnn", [part for setting in CNN for part in ("--set", setting)]),
    ("train-hybrid", ["--set", "steps=5"]),
    ("train", []),
    ("recommend", ["--user", "u0", "--why"]),
    ("similar", ["--song", "1"]),
    ("clusters", []),
    ("evaluate", []),
    ("status", []),
    ("network", ["--around", "u0", "--kind", "user", "--out", "{root}/drawn.svg"]),
    ("network", ["--around", "artist 0", "--kind", "artist", "--out", "{root}/drawn.png"]),
    ("evaluate", ["--protocol", "p2", "--model", "ease"]),
    ("train-cf", ["--model", "gmf", "--set", "epochs=1"]),
    ("recommend", ["--user", "u0", "--cold-only"]),
    ("playlists", ["--user", "u0", "--to", "{root}/lists"]),
]


def run(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, root: Path, name: str, options: list[str]
) -> tuple[object, str]:
    """Run `audiorec NAME` as the console script does; returns its exit code and all that it printed."""
    given = [option.format(root=root) if "{root}" in option else option for option in options]
    monkeypatch.setattr(sys, "argv", ["audiorec", "--workspace", str(root), name, *given])
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        with pytest.raises(SystemExit) as ended:
            main.main()
    printed = capfd.readouterr()
    return ended.value.code, printed.out + printed.err


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_command_ends_in_a_result_or_in_a_line(
    library: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    LIBRARIES[library].build(tmp_path)
    for name, options in COMMANDS:
        code, text = run(capfd, monkeypatch, tmp_path, name, options)
        assert code in (0, 2), f"{name}: {text}"
        for word in ("Traceback", "nan", "Warning"):
            assert word not in text, f"{name}: {text}"
        if code == 2:
            assert len(text.strip().splitlines()[-1]) > 20, f"{name}: {text}"
        if name in ("train-hybrid", "recommend") and LIBRARIES[library].listens is not nobody:
            assert code == 0, f"{name}: {text}"


def test_what_has_too_little_to_learn_from_is_passed_over_and_the_rest_is_trained(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    LIBRARIES["three songs, one user"].build(tmp_path)
    code, text = run(capfd, monkeypatch, tmp_path, "train", [])
    assert code == 0
    assert "svm is passed over" in text
    assert run(capfd, monkeypatch, tmp_path, "recommend", ["--user", "u0"])[0] == 0
    again = run(capfd, monkeypatch, tmp_path, "train", [])[1]
    assert "0 models trained" in again, "the ranker waits for nothing that was passed over"
