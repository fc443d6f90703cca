"""`train-cf` over a small workspace: a checkpoint appears that scores the workspace's users and songs."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from audiorec.cli import train_cf
from audiorec.cli.session import Session
from audiorec.cli.train_cf import command
from audiorec.collaborative import files, neumf, registry
from audiorec.data.catalogue import FileRecord
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace

LAYOUT = Layout("d" * 16, ("loudness",), (), 0.5, -80.0, 11025)
NOTHING = TrackFeatures(
    logmel=np.zeros((1, 2, 2), dtype=np.uint8),
    waveform=np.zeros((1, 1, 4), dtype=np.uint8),
    descriptors=np.zeros(1, dtype=np.float32),
    lyrics=None,
    lyrics_text=None,
    language=None,
)


def fill(root: Path) -> None:
    """Six songs, the last never played, and five users with two listens each."""
    with Workspace.open(root, write=True) as space:
        space.add_paths([f"/m/{number}.mp3".encode() for number in range(6)])
        records = [FileRecord(track, 1, 1, "ok", title=f"song {track}", seconds=3.0) for track in range(1, 7)]
        space.commit_shard([(track, NOTHING) for track in range(1, 7)], records, LAYOUT)
        space.use_features(LAYOUT.digest)
        space.add_listens("test", [(f"user {u}", (u + step) % 5 + 1, 1.0, None) for u in range(5) for step in (0, 1)])


def test_a_model_is_published_with_names_ids_and_a_curve(tmp_path: Path) -> None:
    fill(tmp_path)
    done = CliRunner().invoke(
        command,
        ["--set", "epochs=2", "--device", "cpu"],
        obj=Session(tmp_path, True),
        catch_exceptions=False,
    )
    assert done.exit_code == 0
    assert "neumf of 5 users and 6 songs" in done.output
    with Workspace.open(tmp_path) as space:
        folder = space.model("cf")
    named = neumf.load(folder)
    assert named.users == tuple(f"user {u}" for u in range(5))
    assert named.items.tolist() == [1, 2, 3, 4, 5, 6]
    scores = named.model.scores(np.arange(5))
    assert np.isnan(scores[:, 5]).all()
    assert np.isfinite(scores[:, :5]).all()
    curve = json.loads((folder / "curve.json").read_text(encoding="utf-8"))
    assert [epoch["number"] for epoch in curve] == [1, 2]


def test_the_list_of_models_is_the_table() -> None:
    assert set(train_cf.MODELS) == set(registry.MODELS)


@pytest.mark.parametrize("model", ["popularity", "itemknn", "ease", "nnrec", "amnn", "sequence", "blend"])
def test_every_other_model_is_published_beside_it_and_comes_back(tmp_path: Path, model: str) -> None:
    fill(tmp_path)
    overrides = {"blend": ["--set", 'members=["ease", "neumf"]'], "popularity": [], "itemknn": [], "ease": []}
    options = overrides.get(model, ["--set", "epochs=1"])
    done = CliRunner().invoke(
        command,
        ["--model", model, *options, "--device", "cpu"],
        obj=Session(tmp_path, True),
        catch_exceptions=False,
    )
    assert done.exit_code == 0
    with Workspace.open(tmp_path) as space:
        named = files.load(space.model(f"cf-{model}"))
        listens = space.interactions()
    scores = named.model.scores(np.arange(5))
    assert np.isnan(scores[:, 5]).all()
    again = registry.train(
        listens.counts,
        registry.recipe_of(model, overrides=[option for option in options if option != "--set"]),
        times=listens.times,
        device=torch.device("cpu"),
    )
    np.testing.assert_allclose(scores, again.scores(np.arange(5)), atol=1e-6)


def test_bare_files_are_measured_without_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "x.train.rating").write_text("0\t0\t1\n0\t1\t1\n1\t0\t1\n1\t1\t1\n2\t2\t1\n", encoding="utf-8")
    (tmp_path / "x.test.rating").write_text("2\t0\t1\n", encoding="utf-8")
    (tmp_path / "x.test.negative").write_text("(2,0)\t1\n", encoding="utf-8")
    done = CliRunner().invoke(
        command,
        ["--model", "popularity", "--files", str(tmp_path / "x")],
        obj=Session(tmp_path / "none", True),
        catch_exceptions=False,
    )
    # Songs 0 and 1 have two listeners each: a tie goes against the model, so the held-out song is second.
    assert "0.6309" in done.output
