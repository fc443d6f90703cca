"""`train-cnn --labels` over a made workspace whose moods the sound tells: model, table of all songs, mistakes named."""

import csv
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from audiorec.cli.session import Session
from audiorec.cli.train_cnn import command
from audiorec.data import encoder_outputs
from audiorec.data.catalogue import FileRecord
from audiorec.data.encoder_outputs import EncodedBy, EncodedSong
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.labels import label_network

LAYOUT = Layout("d" * 16, ("loudness",), (), 0.5, -80.0, 11025)
SONGS = 40
QUICK = ("dim=8", "epochs=5", "batch=8", "crop_frames=32", "patches_each=1", "learning_rate=0.01")


def mood(song: int) -> str:
    return "calm" if song % 2 else "wild"


def fill(root: Path) -> None:
    """Forty songs of as many artists; wild ones are loud in the high bands, calm ones in the low ones."""
    rng = np.random.default_rng(0)
    rows, records = [], []
    for track in range(1, SONGS + 1):
        patches = rng.integers(0, 60, (2, 32, 40))
        patches[:, :16] += 120 * (mood(track) == "calm")
        patches[:, 16:] += 120 * (mood(track) == "wild")
        nothing = np.zeros((1, 1, 4), np.uint8)
        rows.append((track, TrackFeatures(patches.astype(np.uint8), nothing, np.zeros(1, np.float32))))
        records.append(FileRecord(track, 1, 1, "ok", title=f"song {track}", artists=(f"artist {track}",), seconds=3.0))
    with Workspace.open(root, write=True) as space:
        space.add_paths([f"/m/{track:02d}.mp3".encode() for track in range(1, SONGS + 1)])
        space.commit_shard(rows, records, LAYOUT)
        space.use_features(LAYOUT.digest)


def train(root: Path, labels: Path, *more: str) -> Result:
    changes = [part for value in QUICK for part in ("--set", value)]
    arguments = ["--labels", str(labels), "--device", "cpu", *changes, *more]
    return CliRunner().invoke(command, arguments, obj=Session(root, True), catch_exceptions=False)


def encode(root: Path) -> None:
    """The encoder's output says how wild every song is."""
    by = EncodedBy("ear", "e" * 16)
    with Workspace.open(root, write=True) as space:
        for track in range(1, SONGS + 1):
            wild = np.array([float(mood(track) == "wild"), float(track)], np.float32)
            encoder_outputs.commit(space, [(track, EncodedSong(wild, 0.0 * wild, wild[:1]))], by)
        encoder_outputs.use(space, by.digest)


@pytest.mark.parametrize("pretraining", ["", "pretrain", "encoder"])
def test_songs_without_a_label_get_the_one_that_the_sound_tells(tmp_path: Path, pretraining: str) -> None:
    fill(tmp_path / "ws")
    if pretraining == "encoder":
        encode(tmp_path / "ws")
    labels = tmp_path / "moods.csv"
    named = [f"{track:02d}.mp3,{mood(track)}" for track in range(1, 33)]
    labels.write_text("\n".join(["song,label", *named, "nowhere.mp3,calm"]), encoding="utf-8")
    epochs = [f"{way}_epochs={2 * (way == pretraining)}" for way in ("pretrain", "encoder")]
    done = train(tmp_path / "ws", labels, "--set", epochs[0], "--set", epochs[1])
    assert "2 labels learned" in done.output
    with Workspace.open(tmp_path / "ws") as space:
        folder = space.model("labels")
        patches = space.features().logmel()
    with (folder / "predicted.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == SONGS
    right = [(float(row["calm"]) > 0.5) == (mood(int(row["track_id"])) == "calm") for row in rows[32:]]
    assert np.mean(right) > 0.8
    again = label_network.load(folder, LAYOUT.digest).probabilities(patches.values, patches.owner, SONGS)
    np.testing.assert_allclose(again[:, 0], [float(row["calm"]) for row in rows], atol=1e-4)


def test_mistakes_are_named(tmp_path: Path) -> None:
    fill(tmp_path / "ws")
    labels = tmp_path / "moods.csv"
    labels.write_text("song,label\n01.mp3,calm\n", encoding="utf-8")
    with pytest.raises(InputError, match="two labels or more"):
        train(tmp_path / "ws", labels)
    with pytest.raises(InputError, match="not both"):
        train(tmp_path / "ws", labels, "--user", "me")
