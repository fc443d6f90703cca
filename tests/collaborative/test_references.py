"""Slow: one small published split is measured again and must give what the recipe's reference says."""

import os
from pathlib import Path

import pytest
import torch

from audiorec import metrics
from audiorec.collaborative import registry
from audiorec.collaborative.protocols import sampled_ranks
from audiorec.sources.tables import ncf_format

DATA = Path(os.environ.get("AUDIOREC_DATA", "../shared/data"))


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "cf" / "lastfm").is_dir(), reason="needs the benchmark data, see AUDIOREC_DATA")
@pytest.mark.parametrize("model", ["ease", "neumf"])
def test_a_model_on_lastfm(model: str) -> None:
    recipe = registry.recipe_of(model)
    assert recipe.reference is not None
    data = ncf_format.read(DATA / "cf" / "lastfm" / "lastfm")
    split = data.split
    ranker = registry.train(split.train, recipe, times=data.times, how=split.how, device=torch.device("cpu"))
    measured = metrics.hit_rate(sampled_ranks(ranker, split), 10)
    assert measured == pytest.approx(recipe.reference.value, abs=recipe.reference.tolerance)
