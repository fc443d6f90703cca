"""`train-cnn` with a pre-trained encoder and with pre-training over a made workspace: what is learned can be used."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from audiorec import recipes
from audiorec.cli.session import Session
from audiorec.cli.train_cnn import command
from audiorec.content import cnn_search, like_model
from audiorec.content.encoder_training import CnnRecipe
from audiorec.content.scoring import embed_tracks
from audiorec.content.training import train_networks
from audiorec.data import encoder_outputs
from audiorec.data.catalogue import FileRecord
from audiorec.data.encoder_outputs import EncodedBy, EncodedSong
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace
from audiorec.plan import plan
from tests.tiny_onnx import mean_over_time

LAYOUT = Layout("d" * 16, ("loudness",), ("polarity",), 0.5, -80.0, 11025)
SONGS = 24
QUICK = ("dim=8", "epochs=2", "head_steps=20", "batch=8", "crop_frames=32", "pretrain_epochs=1", "user_dims=2")


def fill(root: Path) -> None:
    """Songs of as many artists, each played by two of six users."""
    rng = np.random.default_rng(0)
    nothing = np.zeros((1, 1, 4), np.uint8)
    rows, records = [], []
    for track in range(1, SONGS + 1):
        patches = rng.integers(0, 200, (2, 32, 40)).astype(np.uint8)
        rows.append((track, TrackFeatures(patches, nothing, np.zeros(1, np.float32))))
        records.append(FileRecord(track, 1, 1, "ok", title=f"song {track}", artists=(f"artist {track}",), seconds=3.0))
    with Workspace.open(root, write=True) as space:
        space.add_paths([f"/m/{track:02d}.mp3".encode() for track in range(1, SONGS + 1)])
        space.commit_shard(rows, records, LAYOUT)
        space.use_features(LAYOUT.digest)
        listens = [(f"user {(t + step) % 6}", t, 1.0, None) for t in range(1, SONGS + 1) for step in (0, 1)]
        space.add_listens("test", listens)


def test_an_encoder_from_a_file_is_kept_with_the_model_and_used_on_new_songs(tmp_path: Path) -> None:
    fill(tmp_path / "ws")
    (tmp_path / "tiny.onnx").write_bytes(mean_over_time(3))
    about = 'view = "spectrogram"\nbands = 32\nframes = 40\nmean = -40.0\ndeviation = 20.0\n'
    (tmp_path / "tiny.toml").write_text(about, encoding="utf-8")
    changes = [part for value in QUICK for part in ("--set", value)]
    arguments = ["--encoder", str(tmp_path / "tiny.onnx"), "--view", "spectrogram", "--device", "cpu", *changes]
    done = CliRunner().invoke(command, arguments, obj=Session(tmp_path / "ws", True), catch_exceptions=False)
    assert done.exit_code == 0
    (tmp_path / "tiny.onnx").unlink()
    with Workspace.open(tmp_path / "ws") as space:
        table, folder = space.features(), space.model("cnn")
        model = like_model.load(folder, LAYOUT.digest)
        assert model.parts.sizes["encoder"] == 32
        found = embed_tracks(folder, table, table.track_ids, [()] * SONGS)
    assert found.shape == (SONGS, 8)
    assert np.isfinite(found).all()
    # The encoder's part counts: without it the same songs are placed elsewhere.
    (folder / "encoder.onnx").unlink()
    assert not np.allclose(embed_tracks(folder, table, table.track_ids, [()] * SONGS), found)


def test_where_the_library_is_encoded_the_networks_learn_that_first(tmp_path: Path) -> None:
    fill(tmp_path / "ws")
    vectors = np.random.default_rng(1).normal(size=(SONGS, 3)).astype(np.float32)
    by = EncodedBy("ear", "e" * 16)
    with Workspace.open(tmp_path / "ws", write=True) as space:
        # Not in all of them: files may have come since.
        encoded = [(track, EncodedSong(row, row, np.abs(row[:1]))) for track, row in enumerate(vectors[:-4], start=1)]
        encoder_outputs.commit(space, encoded, by)
        encoder_outputs.use(space, by.digest)
    changes = [part for value in (*QUICK, "encoder_epochs=3") for part in ("--set", value)]
    arguments = ["--view", "spectrogram", "--device", "cpu", *changes]
    CliRunner().invoke(command, arguments, obj=Session(tmp_path / "ws", True), catch_exceptions=False)
    with Workspace.open(tmp_path / "ws") as space:
        curves = json.loads((space.model("cnn") / "curve.json").read_text(encoding="utf-8"))
        assert plan(space, ["cnn"]) == []
    assert len(curves["spectrogram alone"]) == 3
    # What is encoded otherwise is a reason to learn again.
    with Workspace.open(tmp_path / "ws", write=True) as space:
        encoder_outputs.use(space, "")
    with Workspace.open(tmp_path / "ws") as space:
        assert [step.name for step in plan(space, ["cnn"])] == ["cnn"]


def test_a_search_scores_a_setting_as_it_would_be_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of forty epochs are a twentieth, and so is what is learned from the encoder beforehand."""
    fill(tmp_path / "ws")
    monkeypatch.setattr(cnn_search, "VIEWS", ("spectrogram",))
    with Workspace.open(tmp_path / "ws", write=True) as space:
        by = EncodedBy("ear", "e" * 16)
        vectors = np.random.default_rng(1).normal(size=(SONGS, 3)).astype(np.float32)
        encoder_outputs.commit(
            space, [(track, EncodedSong(row, row, row)) for track, row in enumerate(vectors, start=1)], by
        )
        encoder_outputs.use(space, by.digest)
        recipe = recipes.load("training/cnn", CnnRecipe, (*QUICK, "encoder_epochs=40"))
        score = cnn_search.score(space, recipe, "cpu")
        trained = train_networks(
            space, recipe.model_copy(update={"encoder_epochs": 2}), views=("spectrogram",), device="cpu"
        )
    assert score == trained.scores["multimodal"]
