"""Scores that are to say nothing."""

import numpy as np
import pytest

from audiorec.learning.silence import silence


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_what_the_mask_names_is_nan_and_the_rest_stays(kind: type) -> None:
    rng = np.random.default_rng(0)
    before = rng.normal(size=(3, 1000)).astype(kind)
    before[:, :4] = [0.0, -0.0, np.inf, -np.inf]
    found, mask = before.copy(), rng.random(1000) < 0.5
    silence(found, mask)
    assert np.isnan(found[:, mask]).all()
    np.testing.assert_array_equal(found[:, ~mask], before[:, ~mask])
