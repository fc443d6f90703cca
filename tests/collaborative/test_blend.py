"""The blend trusts who is right, ignores who only guesses, and puts every model on the same scale."""

import numpy as np
from scipy import sparse

from audiorec.collaborative import blend


def test_standard_is_minus_the_logarithm_of_the_place() -> None:
    found = blend.standard(np.array([[5.0, np.nan, 7.0, 5.0]]))
    np.testing.assert_allclose(found, [[-np.log(2.5), np.nan, 0.0, -np.log(2.5)]])


def test_a_scale_does_not_matter() -> None:
    scores = np.random.default_rng(0).normal(size=(4, 30))
    np.testing.assert_array_equal(blend.standard(scores), blend.standard(1000.0 * scores - 3.0))


def test_weights_go_to_the_member_that_knows() -> None:
    rng = np.random.default_rng(0)
    knows = rng.normal(size=(300, 20))
    knows[:, 0] += 2.0
    weights = blend.fit_weights(np.stack([knows, rng.normal(size=(300, 20))], axis=2), strength=0.0)
    assert weights[0] > 1.5
    assert weights[1] < 0.2


class Likes:
    """Scores one song alone."""

    def __init__(self, song: int) -> None:
        self.song = song

    def scores(self, user_rows: np.ndarray) -> np.ndarray:
        return np.tile((np.arange(3) == self.song).astype(np.float32), (len(user_rows), 1))


def test_without_anything_to_hold_out_weights_are_equal() -> None:
    counts = sparse.csr_array(np.eye(3, dtype=np.float32))
    found = blend.train(counts, [lambda _: Likes(0), lambda _: Likes(1)], seed=0)
    assert found.weights.tolist() == [0.5, 0.5]
    scores = found.scores(np.array([0]))[0]
    assert scores[0] == scores[1] > scores[2]
