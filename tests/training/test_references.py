"""Slow: one small published split is measured again and must give what the recipe's reference says."""

import os
from pathlib import Path

import pytest
import torch

from audiorec import metrics
from audiorec.data import ncf_format
from audiorec.training import rankers
from audiorec.training.protocols import sampled_ranks

DATA = Path(os.environ.get("AUDIOREC_DATA", "../shared/data"))


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "cf" / "lastfm").is_dir(), reason="needs the benchmark data, see AUDIOREC_DATA")
def test_ease_on_lastfm() -> None:
    recipe = rankers.recipe_of("ease")
    assert recipe.reference is not None
    split = ncf_format.read(DATA / "cf" / "lastfm" / "lastfm").split
    ranker = rankers.train(split.train, recipe, device=torch.device("cpu"))
    measured = metrics.hit_rate(sampled_ranks(ranker, split), 10)
    assert measured == pytest.approx(recipe.reference.value, abs=recipe.reference.tolerance)
