"""Every shipped recipe loads, the reference ones equal the defaults in code, and mistakes are named."""

import shutil
from pathlib import Path

import pytest

from audiorec import recipes, shipped_files
from audiorec.collaborative.als import AlsRecipe
from audiorec.errors import RecipeError
from audiorec.recipe_kinds import KINDS
from audiorec.recipes import Recipe

# Recipes whose values must equal the defaults in code.
REFERENCES: tuple[str, ...] = (
    "training/cnn",
    "training/cnn2d",
    "training/dcgan",
    "training/svm",
    "features/default",
    "training/network",
    "training/network_ae",
    "training/network_gae",
    "training/neumf",
    "training/als",
    "training/amnn",
    "training/blend",
    "training/dae",
    "training/ease",
    "training/hybrid",
    "training/taste",
    "training/cold_dropout",
    "training/content",
)


class Sample(Recipe):
    bands: int = 128
    rate: float = 1.0
    layers: tuple[int, ...] = (64, 32)
    name: str = "sample"


def test_every_shipped_recipe_has_a_class() -> None:
    assert set(shipped_files.shipped()) == set(KINDS)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_shipped_recipe_loads(name: str) -> None:
    assert isinstance(recipes.load(name, KINDS[name]), KINDS[name])


@pytest.mark.parametrize("name", REFERENCES)
def test_reference_recipe_equals_the_defaults(name: str) -> None:
    loaded = recipes.load(name, KINDS[name])
    assert loaded.model_copy(update={"reference": None}) == KINDS[name]()


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_and_overrides(tmp_path: Path) -> None:
    path = write(tmp_path, "bands = 64\nlayers = [8, 4]\n")
    recipe = recipes.load(path, Sample, ["rate=0.5", "name=other", "layers=[2]"])
    assert recipe == Sample(bands=64, rate=0.5, name="other", layers=(2,))


@pytest.mark.parametrize(
    ("text", "overrides", "message"),
    [
        ("band = 64", [], "unknown key 'band'; known keys are bands"),
        ("bands = '64'", [], "key 'bands'"),
        ("bands = ", [], "not valid TOML"),
        ("", ["bands"], "write it as key=value"),
        ("", ["bands=many"], "key 'bands'"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, overrides: list[str], message: str) -> None:
    with pytest.raises(RecipeError) as caught:
        recipes.load(write(tmp_path, text), Sample, overrides)
    assert message in str(caught.value)


def test_absent_recipe_lists_the_known_ones() -> None:
    with pytest.raises(RecipeError, match="give a TOML file or one of"):
        recipes.load("training/nothing", Sample)


def test_digest_follows_what_changes_the_result() -> None:
    reference = recipes.Reference(data="d", split="s", metric="m", value=1.0, tolerance=0.1, command="c")
    assert recipes.digest(Sample()) == recipes.digest(Sample(reference=reference))
    assert recipes.digest(Sample()) != recipes.digest(Sample(bands=64))
    assert recipes.digest(Sample()) != recipes.digest(Sample(seed=1))


def test_a_recipe_that_changed_is_outdated_and_one_that_somebody_chose_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "training"
    shutil.copytree(shipped_files.shipped_folder("training"), folder)
    monkeypatch.setattr(shipped_files, "shipped_folder", lambda name: tmp_path / name)
    usual = recipes.load("training/als", AlsRecipe)
    origin = recipes.origin(usual, "training/als")
    assert recipes.origin(usual.model_copy(update={"rank": 3}), "training/als") == ""
    assert not shipped_files.is_outdated(origin)
    text = (folder / "als.toml").read_text(encoding="utf-8")
    (folder / "als.toml").write_text(text.replace("[reference]", "[reference]\nnote = 'measured again'"))
    assert not shipped_files.is_outdated(origin), "what was measured is no value"
    (folder / "als.toml").write_text(text.replace("rank = 256", "rank = 64"))
    assert shipped_files.is_outdated(origin)
    assert not shipped_files.is_outdated("")
    assert shipped_files.is_outdated("training/gone 0123456789abcdef")
