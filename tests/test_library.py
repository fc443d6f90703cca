"""One face: the library does what the commands do, trains what is due and no more, and says why."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import audiorec
from audiorec import recipes, shipped_files
from audiorec.cli.main import cli
from audiorec.data.workspace import Workspace
from audiorec.errors import CheckpointError, InputError, UnknownNameError, WorkspaceError
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.recipe_kinds import KINDS
from tests.ranking.small_library import SONGS, build

FIELDS = {
    *("id", "path", "title", "artists", "album", "album_artist", "genres", "year", "seconds", "status", "reason"),
    *("plays", "has_lyrics", "language", "sound_tags"),
}


@pytest.fixture
def library(tmp_path: Path) -> audiorec.Library:
    build(tmp_path / "ws")
    return audiorec.Library(tmp_path / "ws")


def call(library: audiorec.Library, *words: str) -> str:
    done = CliRunner().invoke(cli, ["--workspace", str(library.path), *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_importing_it_takes_nothing_heavy() -> None:
    heavy = ("torch", "numpy", "scipy")
    code = f"import sys, audiorec; audiorec.Library('x'); print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_tracks_are_what_the_command_prints(library: audiorec.Library) -> None:
    tracks = library.tracks()
    assert len(tracks) == SONGS
    assert set(tracks[0]) == FIELDS
    assert tracks == json.loads(call(library, "tracks", "--json"))
    assert sum(track["plays"] for track in tracks) > 0
    assert [track["has_lyrics"] for track in tracks[:5]] == [True, True, True, True, False]


def test_lyrics_are_the_sung_lines(library: audiorec.Library) -> None:
    assert library.lyrics(1) != []
    assert library.lyrics(5) == []
    with pytest.raises(UnknownNameError):
        library.lyrics(999)


def test_training_says_of_how_many_users_it_asked(library: audiorec.Library, monkeypatch: pytest.MonkeyPatch) -> None:
    load = recipes.load
    few = load("training/hybrid", HybridRecipe).model_copy(update={"users": 5})
    monkeypatch.setattr(recipes, "load", lambda name, kind, *rest: few if kind is HybridRecipe else load(name, kind))
    told = call(library, "train", "--only", "hybrid")
    assert re.search(r"hybrid was learned from the lists of 5 of \d+ users\.", told), told


def test_only_what_is_due_is_trained_and_the_reason_is_given(library: audiorec.Library) -> None:
    only = ["network", "hybrid"]
    assert [(step.name, step.reason) for step in library.plan(only)] == [
        ("network", "not trained yet"),
        ("hybrid", "not trained yet"),
    ]
    told: list[str] = []
    done = library.train(only, begin=lambda step, number, of: told.append(f"{number}/{of} {step.name}"))
    assert told == ["1/2 network", "2/2 hybrid"]
    assert [step.name for step in done] == only
    assert library.plan(only) == []
    assert {folder.name for folder in (library.path / "derived").iterdir()} >= {"content", "groups"}
    assert library.train(only) == []
    with Workspace.open(library.path, write=True) as space:
        space.add_listens("more", [("user 0", 31, 1.0, None)])
    assert [(step.name, step.reason) for step in library.plan(only)] == [
        ("network", "listens changed since it was trained"),
        ("hybrid", "listens, the model network changed since it was trained"),
    ]


def test_a_model_below_makes_those_above_stale(library: audiorec.Library) -> None:
    library.train(["network", "hybrid"])
    with Workspace.open(library.path, write=True) as space:
        space.publish_model("network", lambda folder: None)
    assert [(step.name, step.reason) for step in library.plan(["hybrid"])] == [
        ("hybrid", "the model network changed since it was trained")
    ]


def test_a_shipped_recipe_that_changed_makes_stale_and_values_of_ones_own_do_not(
    library: audiorec.Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.train(["network"])
    monkeypatch.setattr(shipped_files, "file_digest", lambda name: "another")
    assert [step.reason for step in library.plan(["network"])] == [
        "the recipe that comes with audiorec changed since it was trained"
    ]
    library.train(["network"])
    assert library.plan(["network"]) == []
    call(library, "train-network", "--set", "song_dampings=[3.0]")
    monkeypatch.setattr(shipped_files, "file_digest", lambda name: "a third")
    assert library.plan(["network"]) == []


def test_the_command_does_the_same_and_a_dry_run_does_nothing(library: audiorec.Library) -> None:
    assert "not trained yet" in call(library, "train", "--only", "network", "--dry-run")
    assert library.status()["models"] == {}
    assert "1 of 1: network" in call(library, "train", "--only", "network")
    assert library.status()["models"] == {"network": "0001"}
    assert "Nothing is due" in call(library, "train", "--only", "network")


def test_records_are_those_of_the_commands(library: audiorec.Library) -> None:
    library.train(["network", "hybrid"])
    with library:
        mine = library.recommend("user 1", top=3)
        assert mine == json.loads(call(library, "--quiet", "recommend", "--user", "user 1", "--top", "3", "--json"))
        assert library.recommend("user 1", top=5, cold_only=True)[0]["plays"] == 0
        likes = library.similar(song="1", top=2)
        assert likes == json.loads(call(library, "similar", "--song", "1", "--top", "2", "--json"))
        assert library.similar(artist="artist 1", top=1)[0]["artist"] != "artist 1"
        assert library.similar(user="user 1", top=1)[0]["songs_in_common"] > 0
        assert {row["protocol"] for row in library.evaluate()} >= {"warm", "mixed"}
        assert library.status() == json.loads(call(library, "status", "--json"))


def test_an_opened_ranker_follows_the_workspace(library: audiorec.Library) -> None:
    library.train(["hybrid"])
    first = library.recommender()
    assert library.recommender() is first
    with Workspace.open(library.path, write=True) as space:
        space.add_listens("more", [("newcomer", track, 1.0, None) for track in (1, 2, 3)])
    assert library.recommender() is not first
    assert len(library.recommend("newcomer", top=3)) == 3


def test_mistakes_are_named(library: audiorec.Library, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="audiorec extract"):
        audiorec.Library(tmp_path / "nothing").tracks()
    with pytest.raises(CheckpointError, match="audiorec train"):
        library.recommend("user 1")
    with pytest.raises(UnknownNameError, match="no model 'cfx'"):
        library.plan(["cfx"])
    with pytest.raises(InputError, match="one of song, artist and user"):
        library.similar()


def test_nothing_to_learn_from_is_said(tmp_path: Path) -> None:
    library = audiorec.Library(tmp_path / "ws")
    library.import_songs(_songs(tmp_path))
    with pytest.raises(InputError, match="audiorec import"):
        library.train()
    plays = tmp_path / "plays.csv"
    plays.write_text("user,title,artist\nann,One,Some Band\n", encoding="utf-8")
    assert library.import_listens(plays).reports[0].by == {"name": 1}
    assert [step.name for step in library.plan()] == ["network"]


def _songs(folder: Path) -> Path:
    path = folder / "songs.csv"
    path.write_text("song_id,title,artists\n1,One,Some Band\n2,Two,Some Band\n", encoding="utf-8")
    return path


def test_recipes_are_explained() -> None:
    done = CliRunner().invoke(cli, ["recipe", "show", "training/hybrid"], catch_exceptions=False)
    assert "held_out" in done.stdout
    schema = json.loads(CliRunner().invoke(cli, ["recipe", "schema", "training/neumf"], catch_exceptions=False).stdout)
    assert schema["properties"]["factors"]["type"] == "integer"


def test_every_key_of_a_recipe_is_explained() -> None:
    fields = {(name, key): field for name, kind in KINDS.items() for key, field in kind.model_fields.items()}
    assert [key for key, field in fields.items() if not field.description] == []
    done = CliRunner().invoke(cli, ["recipe", "show", "training/neumf"], catch_exceptions=False)
    assert "bfloat16" in done.stdout
