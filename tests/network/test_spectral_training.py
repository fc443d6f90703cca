"""Training of the network: honest hold-out, a choice that beats popularity where tastes differ, and its command."""

import numpy as np
import pytest
from scipy import sparse

from audiorec.errors import InputError
from audiorec.network import spectral_training
from audiorec.network.graph import Network
from audiorec.network.spectral_training import NetworkRecipe, hold_out, recall_at, train


def made(users: int = 60, songs: int = 80, camps: int = 4) -> Network:
    """Users play a third of the songs of their own camp only; two songs an artist."""
    rng = np.random.default_rng(0)
    own = np.arange(users)[:, None] % camps == np.arange(songs)[None] % camps
    listens = sparse.csr_array((own & (rng.random((users, songs)) < 0.5)).astype(np.float32))
    artists = np.arange(songs) % camps + camps * (np.arange(songs) // (2 * camps))
    names = tuple(f"a{n}" for n in range(int(artists.max()) + 1))
    shape = (songs, len(names))
    credits = sparse.csr_array((np.ones(songs, np.float32), (np.arange(songs), artists)), shape=shape)
    friends = sparse.csr_array((users, users), dtype=np.float32)
    return Network(tuple(f"u{n}" for n in range(users)), np.arange(1, songs + 1), names, listens, credits, friends)


def test_hold_out_splits_every_user_and_nothing_twice() -> None:
    listens = made().listens
    kept, held = hold_out(listens, 0.2, seed=3)
    assert (kept + held != listens).nnz == 0
    assert kept.multiply(held).nnz == 0
    sizes = np.diff(listens.indptr)
    np.testing.assert_array_equal(np.diff(held.indptr), np.maximum(1, np.round(sizes * 0.2)))
    lonely = sparse.csr_array(np.array([[1.0, 0], [1, 1]]))
    assert hold_out(lonely, 0.9, 0)[0].sum(axis=1).tolist() == [1, 1]


def test_perfect_and_useless_vectors() -> None:
    kept, held = hold_out(made().listens, 0.2, seed=0)
    perfect = held.toarray()
    eye = np.eye(80, dtype=np.float32)
    assert recall_at(perfect, eye, kept, held) == 1.0
    assert recall_at(np.zeros_like(perfect), eye, kept, held) == 0.0


def test_training_beats_popularity_and_repeats() -> None:
    recipe = NetworkRecipe(dims=(2, 4, 8), artist_weights=(0.1, 0.3), song_dampings=(1.0,))
    seen: list[int] = []
    found = train(made(), recipe, lambda trial: seen.append(trial.settings.dims))
    assert seen == [2, 4, 8, 2, 4, 8]
    assert found.score["recall@20"] > 0.9 > 2 * found.score["popularity_recall@20"]
    assert found.model.dims == found.settings.dims
    np.testing.assert_array_equal(found.model.songs, train(made(), recipe).model.songs)


def test_of_many_listens_long_vectors_are_tried_with_the_best_setting_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spectral_training, "_PRODUCTS", 5 * made().listens.nnz)
    recipe = NetworkRecipe(dims=(2, 4, 8), artist_weights=(0.1, 0.3), song_dampings=(1.0,))
    seen: list[int] = []
    found = train(made(), recipe, lambda trial: seen.append(trial.settings.dims))
    assert seen == [2, 4, 2, 4, 2, 4, 8]
    assert found.score["recall@20"] > 0.9


def test_networks_with_next_to_nothing() -> None:
    network = made()
    nothing = network.with_listens(sparse.csr_array(network.listens.shape, dtype=np.float32))
    with pytest.raises(InputError, match="import auto FILE"):
        train(nothing, NetworkRecipe())
    one = sparse.csr_array(([1.0], ([0], [0])), shape=network.listens.shape)
    found = train(network.with_listens(one), NetworkRecipe())
    assert "recall@20" not in found.score
    assert found.model.users[0].any()
