"""Settings of the hybrid: every value of every recipe stands in the digest and is stored, and has its effect."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from audiorec.errors import CheckpointError
from audiorec.hybrid.fit_weights import given_weights
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.hybrid.settings import Settings, load_settings, shipped
from audiorec.hybrid.signals import popularity_of
from audiorec.hybrid.weights import save_weights
from audiorec.network.spectral import SpectralSettings

RECIPES = ("hybrid", "taste", "factors", "cold", "content")


def settings() -> Settings:
    return replace(shipped(HybridRecipe()), network=SpectralSettings())


def other(value: object) -> object:
    """A value of the same type that differs."""
    if isinstance(value, tuple):
        return (*value[:-1], other(value[-1]))
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}, another"


@pytest.mark.parametrize("name", RECIPES)
def test_every_value_of_every_recipe_changes_the_digest(name: str) -> None:
    usual = settings()
    recipe = getattr(usual, name)
    for field in type(recipe).model_fields:
        if field != "reference":
            changed = recipe.model_copy(update={field: other(getattr(recipe, field))})
            assert replace(usual, **{name: changed}).digest != usual.digest, field
    assert replace(usual, network=SpectralSettings(diffusion=0.5)).digest != usual.digest


def test_what_is_stored_comes_back() -> None:
    usual = settings()
    again = Settings.from_config(json.loads(json.dumps(usual.as_config())))
    assert again.digest == usual.digest
    assert again.content == usual.content.model_copy(update={"reference": None})


@pytest.mark.parametrize("lacking", RECIPES)
def test_weights_of_an_earlier_version_are_refused(tmp_path: Path, lacking: str) -> None:
    config = settings().as_config()
    del config[lacking]
    save_weights(tmp_path, given_weights(HybridRecipe()), config, ("f", "s"), {}, {"none": np.zeros(1)})
    with pytest.raises(CheckpointError, match="run audiorec train-hybrid again"):
        load_settings(tmp_path)


def test_the_lead_of_what_is_predicted_from_content_is_the_recipes() -> None:
    even, led = given_weights(HybridRecipe(lead=1.0)).cold, given_weights(HybridRecipe(lead=9.0)).cold
    assert len(set(even.values())) == 1
    assert led["predicted"] == pytest.approx(9.0 * led["content"])
    assert sum(led.values()) == pytest.approx(1.0)


def test_so_many_listeners_count_as_much_as_the_predicted_popularity() -> None:
    count, predicted = np.array([0.0, 4.0, 1e9]), np.array([2.0, 2.0, 2.0])
    found = popularity_of(count, predicted, 4.0)
    np.testing.assert_allclose(found, [2.0, (2.0 + np.log(5.0)) / 2.0, np.log1p(1e9)], rtol=1e-6)
