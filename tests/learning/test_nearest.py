"""The best of very many: the same as sorting all scores, whatever the blocks."""

import numpy as np
import pytest

from audiorec.learning import nearest


@pytest.mark.parametrize("top", [1, 7, 500])
def test_agrees_with_a_full_sort(top: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "BLOCK", 185)
    rng = np.random.default_rng(0)
    queries = rng.normal(size=(5, 4)).astype(np.float32)
    songs = rng.integers(-2, 3, size=(300, 4)).astype(np.float32)  # with ties
    columns, scores = nearest.best_songs(queries, songs, top)
    whole = queries @ songs.T
    assert columns.shape == (5, min(top, 300))
    for row in range(5):
        order = np.lexsort((np.arange(300), -whole[row]))[:top]
        np.testing.assert_allclose(scores[row], whole[row][order], rtol=1e-5)
        np.testing.assert_allclose(whole[row][columns[row]], scores[row], rtol=1e-5)
        assert len(set(columns[row].tolist())) == min(top, 300)
