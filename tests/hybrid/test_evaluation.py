"""`evaluate` keeps its word: weights never saw the test artists, and those of other models or features are refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from audiorec.cli.main import cli
from audiorec.data import encoder_outputs
from audiorec.data.encoder_outputs import EncodedBy, EncodedSong
from audiorec.data.workspace import Workspace
from audiorec.errors import CheckpointError
from audiorec.hybrid.evaluation import evaluate
from audiorec.hybrid.weights import Weights, load_weights
from tests.ranking.small_library import build


def call(root: Path, *words: str) -> str:
    done = CliRunner().invoke(cli, ["--workspace", str(root), "--quiet", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def weights_with(root: Path, more_listens_to: str) -> Weights:
    """Weights of the small library in which twelve users also play every song of the artists of one part."""
    build(root)
    rng = np.random.default_rng(0)
    with Workspace.open(root, write=True) as space:
        parts = space.artist_parts()
        songs = [track.id for track in space.tracks() if parts[track.artist] == more_listens_to]
        more = [(f"user {n}", song, float(rng.integers(1, 9)), None) for n in range(12) for song in songs]
        space.add_listens("more", more)
    call(root, "train-hybrid")
    with Workspace.open(root) as space:
        return load_weights(space.model("hybrid"))


def test_weights_do_not_depend_on_listens_to_test_artists(tmp_path: Path) -> None:
    plain = weights_with(tmp_path / "plain", "nobody")
    assert weights_with(tmp_path / "test", "test") == plain
    assert weights_with(tmp_path / "validation", "validation") != plain


def test_it_is_said_how_many_of_the_users_the_weights_were_learned_from(tmp_path: Path) -> None:
    build(tmp_path)
    with Workspace.open(tmp_path) as space:
        users = len(space.interactions().users)
    said = call(tmp_path, "train-hybrid", "--set", "pairs=1", "--set", "least_users=4", "--set", "steps=5")
    assert f"the lists of 4 of {users} users" in " ".join(said.split())


def test_weights_of_other_models_are_refused(tmp_path: Path) -> None:
    build(tmp_path)
    call(tmp_path, "train-network")
    call(tmp_path, "train-hybrid")
    with Workspace.open(tmp_path) as space:
        assert {row.protocol for row in evaluate(space)} >= {"warm", "mixed"}
    call(tmp_path, "train-network", "--set", "dims=[4]")
    with Workspace.open(tmp_path) as space, pytest.raises(CheckpointError, match="another network model"):
        evaluate(space)


def test_weights_beside_another_content_model_are_refused(tmp_path: Path) -> None:
    """A content model is asked as it is: that it was trained by the same recipe is not enough."""
    build(tmp_path)
    call(tmp_path, "train-svm")
    call(tmp_path, "train-hybrid")
    with Workspace.open(tmp_path) as space:
        assert evaluate(space)
    call(tmp_path, "train-svm")
    with Workspace.open(tmp_path) as space, pytest.raises(CheckpointError, match="another svm model"):
        evaluate(space)


def test_weights_without_the_encoders_output_are_refused(tmp_path: Path) -> None:
    build(tmp_path)
    call(tmp_path, "train-hybrid")
    row = EncodedSong(*(np.ones(size, dtype=np.float32) for size in (4, 4, 2)))
    with Workspace.open(tmp_path, write=True) as space:
        encoder_outputs.commit(
            space, [(track.id, row) for track in space.tracks()], EncodedBy("ears", "d1g2", ("a", "b"))
        )
        encoder_outputs.use(space, "d1g2")
    with Workspace.open(tmp_path) as space, pytest.raises(CheckpointError, match="another encoder"):
        evaluate(space)


def test_weights_of_another_audiorec_are_refused(tmp_path: Path) -> None:
    build(tmp_path)
    call(tmp_path, "train-hybrid")
    header = next((tmp_path / "models" / "hybrid").glob("*/header.json"))
    values = json.loads(header.read_text(encoding="utf-8"))
    values["versions"]["audiorec"] = "0.0.1"
    header.write_text(json.dumps(values), encoding="utf-8")
    with Workspace.open(tmp_path) as space, pytest.raises(CheckpointError, match="another audiorec"):
        evaluate(space)


def test_weights_of_other_features_are_refused(tmp_path: Path) -> None:
    build(tmp_path)
    call(tmp_path, "train-hybrid")
    header = next((tmp_path / "models" / "hybrid").glob("*/header.json"))
    header.write_text(header.read_text(encoding="utf-8").replace('"digest"', '"others"'), encoding="utf-8")
    with Workspace.open(tmp_path) as space, pytest.raises(CheckpointError, match="another recipe"):
        evaluate(space)
