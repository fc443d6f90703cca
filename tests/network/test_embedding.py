"""One contract for all embeddings of the network: spectral, auto-encoder, variational and graph auto-encoder."""

from collections.abc import Callable
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from audiorec.learning.directions import unit
from audiorec.network.autoencoder_training import AutoencoderRecipe, GraphRecipe, fit_autoencoder, fit_graph
from audiorec.network.embedding import Embedded
from audiorec.network.spectral import SpectralSettings, embed
from audiorec.network.spectral_training import hold_out, popularity_recall, recall_at

Fit = Callable[[sparse.csr_array, sparse.csr_array], Embedded]


def spectral(listens: sparse.csr_array, credits: sparse.csr_array) -> Embedded:
    nobody = sparse.csr_array((listens.shape[0], listens.shape[0]), dtype=np.float32)
    return cast(Embedded, embed(listens, credits, nobody, SpectralSettings(dims=8)))


def auto(listens: sparse.csr_array, credits: sparse.csr_array) -> Embedded:
    return cast(Embedded, fit_autoencoder(listens, credits, AutoencoderRecipe(dims=16, rate=1e-2, epochs=12)))


def variational(listens: sparse.csr_array, credits: sparse.csr_array) -> Embedded:
    settings = AutoencoderRecipe(dims=16, rate=1e-2, epochs=12, divergence=0.2)
    return cast(Embedded, fit_autoencoder(listens, credits, settings))


def graph(listens: sparse.csr_array, credits: sparse.csr_array) -> Embedded:
    return cast(Embedded, fit_graph(listens, credits, GraphRecipe(dims=16, negatives=64, epochs=5)))


FITS: dict[str, Fit] = {"spectral": spectral, "ae": auto, "vae": variational, "gae": graph}


def camps() -> tuple[sparse.csr_array, sparse.csr_array]:
    """60 users and 82 songs in four camps; song 80 is unplayed by artist 0, of camp 0, song 81 belongs nowhere."""
    rng = np.random.default_rng(0)
    own = np.arange(60)[:, None] % 4 == np.arange(80)[None] % 4
    listens = np.zeros((60, 82), dtype=np.float32)
    listens[:, :80] = own & (rng.random((60, 80)) < 0.5)
    credits = np.zeros((82, 17), dtype=np.float32)
    credits[np.arange(80), np.arange(80) % 16] = 1
    credits[80, 0] = credits[81, 16] = 1
    return sparse.csr_array(listens), sparse.csr_array(credits)


@pytest.fixture(scope="module", params=FITS)
def fitted(request: pytest.FixtureRequest) -> tuple[Fit, Embedded]:
    fit = FITS[request.param]
    return fit, fit(*camps())


def test_shapes_and_numbers(fitted: tuple[Fit, Embedded]) -> None:
    _, found = fitted
    assert (len(found.users), len(found.songs), len(found.artists)) == (60, 82, 17)
    for vectors in (found.users, found.songs, found.artists):
        assert vectors.dtype == np.float32
        assert np.isfinite(vectors).all()


def test_held_out_songs_are_found(fitted: tuple[Fit, Embedded]) -> None:
    fit, _ = fitted
    listens, credits = camps()
    kept, held = hold_out(listens, 0.2, seed=1)
    found = fit(kept, credits)
    recall = recall_at(found.users, found.songs, kept, held)
    assert recall > 0.8 > 2 * popularity_recall(kept, held)


def test_camps_lie_apart(fitted: tuple[Fit, Embedded]) -> None:
    _, found = fitted
    likeness = unit(found.songs[:80]) @ unit(found.songs[:80]).T
    same = np.arange(80)[:, None] % 4 == np.arange(80)[None] % 4
    assert likeness[same].mean() > likeness[~same].mean() + 0.3


def test_new_users_and_known_ones(fitted: tuple[Fit, Embedded]) -> None:
    _, found = fitted
    listens, _ = camps()
    np.testing.assert_allclose(found.users_from(listens), found.users, atol=1e-4)
    handful: NDArray[np.float32] = np.zeros((2, 82), dtype=np.float32)
    handful[0, [1, 5, 9]] = 1
    new = found.users_from(sparse.csr_array(handful))
    best = np.argsort(-(found.songs @ new[0]))[:10]
    # One of ten may be another's: the variational auto-encoder has one there with a seed of five.
    assert (best[best < 80] % 4 == 1).mean() >= 0.8
    assert not new[1].any()


def test_songs_that_nobody_played(fitted: tuple[Fit, Embedded]) -> None:
    _, found = fitted
    scores = found.users @ found.songs.T
    camp = np.arange(60) % 4 == 0
    assert scores[camp, 80].mean() > scores[~camp, 80].mean()
    assert not found.songs[81].any()
    assert not found.artists[16].any()
    by_artist = found.users @ found.artists.T
    assert by_artist[camp, 0].mean() > by_artist[~camp, 0].mean()


def test_the_same_seed_gives_the_same_vectors(fitted: tuple[Fit, Embedded]) -> None:
    fit, found = fitted
    np.testing.assert_array_equal(fit(*camps()).songs, found.songs)
