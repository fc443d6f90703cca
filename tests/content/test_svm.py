"""The SVM: finds a taste that no linear model of the pair could, is calibrated, and comes back from its arrays."""

import numpy as np
import pytest

from audiorec.content.dataset import LikeData
from audiorec.content.svm import KERNELS, Kernel, LikeSvm, SongProjection, SvmRecipe, from_arrays, gram, train_svm
from audiorec.errors import InputError
from tests.content.test_encoder_training import BY_KIND, SONGS, kind, library

RECIPE = SvmRecipe(kernels=("rbf", "laplacian"), costs=(1.0,), gammas=(1.0,), components=4, pairs=400, search_pairs=200)


def songs() -> np.ndarray:
    rng = np.random.default_rng(0)
    told = np.array([[kind(song) * 2.0 - 1.0] for song in range(SONGS)])
    values = np.hstack([told + 0.2 * rng.normal(size=(SONGS, 1)), rng.normal(size=(SONGS, 4))]).astype(np.float32)
    values[3, 2] = np.nan
    return values


def test_who_likes_what_depends_on_both() -> None:
    """Half of the users like one kind of song, half the other: only the interplay of song and user tells."""
    trained = train_svm(songs(), library(), RECIPE)
    assert trained.auc > BY_KIND - 0.12  # chance, and every model blind to the user, gives 0.5
    found = trained.model.probabilities(songs(), np.arange(12))
    liked = library().likes.T
    assert found[liked].mean() > 0.6 > 0.4 > found[~liked].mean()


def test_comes_back_from_its_arrays() -> None:
    trained = train_svm(songs(), library(), RECIPE)
    model = trained.model
    again = from_arrays(model.kernel, model.gamma, model.to_arrays())
    rows = np.array([0, 5])
    np.testing.assert_array_equal(again.probabilities(songs(), rows), model.probabilities(songs(), rows))
    nobody = model.probabilities(songs(), np.zeros(0, dtype=np.int64))
    assert nobody.shape == (0, len(songs()))


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernels_by_hand(kernel: str) -> None:
    left, right = np.array([[1.0, 0.0]]), np.array([[0.0, 2.0], [1.0, 1.0]])
    by_hand = {
        "rbf": np.exp([-0.5 * 5, -0.5 * 1]),
        "laplacian": np.exp([-0.5 * 3, -0.5 * 1]),
        "poly": np.array([1.0, 1.5**3]),
        "sigmoid": np.tanh([0.0, 0.5]),
    }
    np.testing.assert_allclose(gram(kernel, 0.5, left, right)[0], by_hand[kernel])  # type: ignore[arg-type]


def test_without_likes_it_says_so() -> None:
    data = library()
    likes = np.zeros_like(data.likes)
    none = LikeData(data.track_ids, data.part, data.played, likes, data.users, data.names, data.artists, data.network)
    with pytest.raises(InputError):
        train_svm(songs(), none, RECIPE)


@pytest.mark.parametrize("kernel", KERNELS)
def test_decisions_by_halves_are_those_over_pairs(kernel: Kernel) -> None:
    rng = np.random.default_rng(0)
    songs, users = rng.normal(size=(7, 3)), rng.normal(size=(4, 2))
    projection = SongProjection(np.zeros(3), np.ones(3), np.eye(3), np.ones(3))
    model = LikeSvm(kernel, 0.2, projection, users, rng.normal(size=(9, 5)), rng.normal(size=9), 0.1, (1.5, -0.2))
    rows = np.array([2, 0])
    pairs = np.concatenate([np.tile(songs, (2, 1)), np.repeat(users[rows], 7, axis=0)], axis=1)
    decision = gram(kernel, 0.2, pairs, model.support) @ model.dual + 0.1
    expected = 1.0 / (1.0 + np.exp(-(1.5 * decision - 0.2)))
    np.testing.assert_allclose(model.probabilities(songs, rows), expected.reshape(2, 7), rtol=1e-5)
