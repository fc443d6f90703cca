"""`train --search`: a planted good value is found, kept where `train` reads it, and the same on a cluster."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from audiorec import recipes, search
from audiorec.cli.main import cli
from audiorec.collaborative import neumf, neumf_search
from audiorec.collaborative.neumf import NeumfRecipe
from audiorec.collaborative.training import train
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError, TooLittleError, UnknownNameError, WorkspaceError
from audiorec.learning.random_search import OneOf
from audiorec.library import Library
from audiorec.plan import plan
from tests.cli.test_train_cf import LAYOUT, NOTHING, FileRecord

SONGS, USERS = 40, 30


def fill(root: Path, each: int = 8) -> None:
    """Users of two tastes that share no song."""
    rng = np.random.default_rng(0)
    with Workspace.open(root, write=True) as space:
        space.add_paths([f"/m/{number:03d}.mp3".encode() for number in range(SONGS)])
        records = [
            FileRecord(track, 1, 1, "ok", title=f"song {track}", artists=(f"artist {track}",), seconds=3.0)
            for track in range(1, SONGS + 1)
        ]
        space.commit_shard([(track, NOTHING) for track in range(1, SONGS + 1)], records, LAYOUT)
        space.use_features(LAYOUT.digest)
        half = SONGS // 2
        chosen = [half * (user % 2) + rng.choice(half, each, replace=False) for user in range(USERS)]
        rows = [(f"user {user:02d}", int(song) + 1, 1.0, None) for user, songs in enumerate(chosen) for song in songs]
        space.add_listens("test", rows)


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace, a shipped recipe that learns nothing in its epochs, and a rate among the choices that does."""
    fill(tmp_path / "ws")
    usual = recipes.load("training/neumf", NeumfRecipe, ("learning_rate=1e-7", "epochs=6", "factors=8"))
    (tmp_path / "usual.toml").write_text(recipes.to_toml(usual), encoding="utf-8")
    space, family = {"learning_rate": OneOf((1e-7, 0.02)), "negatives": OneOf((2, 4))}, search._family("cf")
    shipped = str(tmp_path / "usual.toml")
    changed = search._Family(family.kind, shipped, space, family.metric, family.score)
    monkeypatch.setattr(search, "_family", lambda model: changed)
    return tmp_path / "ws"


def test_a_planted_value_is_found_kept_and_trained_with(planted: Path) -> None:
    with Workspace.open(planted, write=True) as space:
        train(space, device="cpu")
        assert [step.name for step in plan(space, ["cf"])] == []
    asked = list[tuple[int, int]]()
    done = Library(planted).search("cf", budget=9, device="cpu", begin=lambda *round: asked.append(round))
    assert asked == [(9, 2), (3, 6)]
    usual = next(one for one in done.tried if one.values["learning_rate"] == 1e-7 and one.epochs == 6)
    assert done.tried[0].values["learning_rate"] == 0.02
    assert done.tried[0].score > usual.score + 0.1
    kept = recipes.load(done.file, NeumfRecipe)
    assert (kept.learning_rate, kept.factors, kept.epochs) == (0.02, 8, 6)
    with Workspace.open(planted, write=True) as space:
        assert [(step.name, step.reason) for step in plan(space, ["cf"])] == [
            ("cf", "its recipe changed since it was trained")
        ]
        train(space, device="cpu")
        assert neumf.recipe_of(space.model("cf")) == kept.model_copy(update={"reference": None})
        assert plan(space, ["cf"]) == []


def test_listens_to_test_artists_play_no_part(planted: Path) -> None:
    before = Library(planted).search("cf", budget=1, device="cpu").tried
    with Workspace.open(planted, write=True) as space:
        parts = space.artist_parts()
        test = [track.id for track in space.tracks() if parts[track.artist_key] == "test"]
        space.add_listens("more", [(f"user {user:02d}", track, 5.0, None) for user in range(USERS) for track in test])
    assert len(test) > 1
    assert Library(planted).search("cf", budget=1, device="cpu").tried == before


@pytest.mark.slow
def test_a_cluster_gives_the_same_table_with_the_same_seed(planted: Path) -> None:
    pytest.importorskip("ray")
    here = Library(planted).search("cf", budget=4, device="cpu")
    kept = here.file.read_bytes()
    there = Library(planted).search("cf", budget=4, device="cpu", engine="ray", address="local")
    assert repr(there) == repr(here)
    assert there.file.read_bytes() == kept


def test_the_command_prints_what_was_tried_and_trains(planted: Path) -> None:
    words = ["--workspace", str(planted), "train", "--search", "cf", "--budget", "3", "--only", "cf", "--device", "cpu"]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "Settings of cf, best first" in done.output
    assert neumf_search.METRIC in done.output
    assert "1 model trained." in done.output


def test_the_real_choices_can_all_be_trained() -> None:
    for name in search.NAMES:
        family = search._family(name)
        usual = recipes.load(family.shipped, family.kind)
        for values in search.draw(family.space, usual.model_dump(), 20, 0):
            assert recipes.from_plain({**usual.model_dump(), **values}, family.kind)


def test_what_cannot_be_searched_is_said_in_a_line(tmp_path: Path) -> None:
    library = Library(tmp_path / "ws")
    for model, said in (("svm", "chooses its values whenever"), ("rnn", "choose cf or cnn")):
        with pytest.raises((InputError, UnknownNameError), match=said):
            library.search(model)
    with pytest.raises(WorkspaceError, match="no workspace at"):
        library.search("cf")
    fill(tmp_path / "ws", each=1)
    with pytest.raises(TooLittleError, match="too few listens"):
        library.search("cf", budget=1)
    with pytest.raises(InputError, match="add --engine ray"):
        library.search("cf", budget=1, address="127.0.0.1:1")
    assert not (tmp_path / "ws" / "recipes").exists()
    for options in (["--budget", "3"], ["--search", "cf", "--dry-run"]):
        done = CliRunner().invoke(cli, ["--workspace", str(tmp_path / "ws"), "train", *options])
        assert isinstance(done.exception, InputError)
