"""The best of nearby cells: nearly those of all songs, best first, and each song finds itself."""

import numpy as np
import pytest

from audiorec.learning import nearest_by_cells
from audiorec.learning.directions import unit
from audiorec.learning.nearest import best_songs
from audiorec.learning.nearest_by_cells import best_among_all


def made(songs: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    middles = rng.normal(size=(40, 24))
    return unit(middles[rng.integers(0, 40, songs)] + 0.7 * rng.normal(size=(songs, 24))).astype(np.float32)


@pytest.mark.parametrize("at_once", [7, 2_000])
def test_nearly_all_of_the_best_are_found(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest_by_cells, "_AT_ONCE", at_once)
    vectors = made(6_000)  # 77 cells, of which a song looks into 32
    columns, cosines = best_among_all(vectors, 16)
    truth, _ = best_songs(vectors, vectors, 16)
    found = np.mean([len(np.intersect1d(*pair)) / 16 for pair in zip(columns, truth, strict=True)])
    assert found > 0.97
    assert (columns[:, 0] == np.arange(6_000)).mean() > 0.999
    assert (np.diff(cosines, axis=1) <= 0).all()
    products = np.take_along_axis(vectors @ vectors.T, columns, axis=1)
    np.testing.assert_allclose(cosines, products, atol=1e-5)


def test_few_songs_fill_what_they_can() -> None:
    columns, cosines = best_among_all(made(5), 8)
    assert (np.sort(columns[:, :5], axis=1) == np.arange(5)).all()
    assert (columns[:, 5:] == -1).all()
    assert np.isneginf(cosines[:, 5:]).all()
