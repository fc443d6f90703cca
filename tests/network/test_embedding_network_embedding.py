"""Embeddings of a network with two known camps, and of nodes that come later."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from audiorec.errors import CheckpointError, InputError
from audiorec.learning.directions import unit
from audiorec.network import embedding
from audiorec.network.autoencoder_training import AutoencoderRecipe, GraphRecipe, train
from audiorec.network.embedding import (
    NetworkEmbedding,
    fill_from_neighbours,
    new_users,
    published_name,
    song_vectors,
)
from audiorec.network.graph import Network
from audiorec.network.spectral import SpectralEmbedding, SpectralSettings, embed


def camps() -> tuple[sparse.csr_array, sparse.csr_array, sparse.csr_array]:
    """Users 0-3 play songs 0-5, users 4-7 songs 6-11; song 12 is unplayed and by artist 0, song 13 has nothing.

    Artist k performs songs 3k to 3k + 2, so two artists belong to each camp.
    """
    listens = np.zeros((8, 14))
    listens[:4, :6] = listens[4:, 6:12] = 1
    listens[np.arange(8), [0, 1, 2, 3, 6, 7, 8, 9]] = 0
    credits = np.zeros((14, 4))
    credits[np.arange(12), np.arange(12) // 3] = 1
    credits[12, 0] = 1
    friends = np.zeros((8, 8))
    return sparse.csr_array(listens), sparse.csr_array(credits), sparse.csr_array(friends)


def embedded(dims: int = 4) -> SpectralEmbedding:
    return embed(*camps(), SpectralSettings(dims=dims))


def cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    return float(unit(a[None])[0] @ unit(b[None])[0])


def test_camps_lie_apart() -> None:
    found = embedded(2)
    for vectors, half in ((found.users, 4), (found.songs[:12], 6), (found.artists, 2)):
        likeness = unit(vectors) @ unit(vectors).T
        assert likeness[:half, :half].min() > 0.9
        assert likeness[half:, half:].min() > 0.9
        assert likeness[:half, half:].max() < 0.1


def test_scores_rank_the_missing_song_of_the_own_camp_first() -> None:
    found = embedded()
    scores = found.users @ found.songs.T
    for user in range(8):
        own = slice(0, 6) if user < 4 else slice(6, 12)
        other = slice(6, 12) if user < 4 else slice(0, 6)
        assert scores[user, own].min() > scores[user, other].max()


def test_an_unplayed_song_stands_with_its_artist_and_an_unknown_one_nowhere() -> None:
    found = embedded()
    assert cosine(found.songs[12], found.artists[0]) > 0.99
    assert cosine(found.songs[12], found.songs[0]) > 0.4
    assert abs(cosine(found.songs[12], found.songs[6])) < 0.01
    assert not found.songs[13].any()


def test_a_cold_artist_is_unknown_and_takes_no_dimension() -> None:
    listens, credits, friends = camps()
    silent = listens.toarray()
    silent[:, 3:6] = 0
    found = embed(sparse.csr_array(silent), credits, friends, SpectralSettings(dims=2))
    assert not found.songs[3:6].any()
    assert not found.artists[1].any()
    assert found.songs[0].any()


def test_deterministic_and_nested() -> None:
    first, second = embedded(), embedded()
    np.testing.assert_array_equal(first.songs, second.songs)
    np.testing.assert_allclose(first.cut(2).songs, embedded(2).songs, atol=1e-6)


def test_the_sampled_decomposition_agrees_with_the_exact_one() -> None:
    rng = np.random.default_rng(0)
    tastes = rng.random((1200, 6)) @ rng.random((6, 900))
    listens = sparse.csr_array((tastes > np.quantile(tastes, 0.97)).astype(np.float32))
    nothing = sparse.csr_array((900, 1)), sparse.csr_array((1200, 1200))
    sampled = embed(listens, *nothing, SpectralSettings(dims=5))
    exact = np.linalg.svd(_normalised(listens.toarray()), compute_uv=False)[:5]
    np.testing.assert_allclose(np.linalg.norm(sampled.songs, axis=0), exact**0.75, rtol=1e-2)


def _normalised(matrix: NDArray[np.float32]) -> NDArray[np.float64]:
    rows, columns = matrix.sum(axis=1, keepdims=True), matrix.sum(axis=0, keepdims=True)
    return np.asarray(matrix / np.sqrt((rows + 10) * (columns + 3)), dtype=np.float64)


def test_friends_pull_together() -> None:
    listens, credits, friends = camps()
    friends = friends.toarray()
    friends[0, 4] = friends[4, 0] = 1
    near = embed(listens, credits, sparse.csr_array(friends), SpectralSettings(dims=4, friend_weight=0.5))
    far = embedded()
    assert cosine(near.users[0], near.users[4]) > cosine(far.users[0], far.users[4]) + 0.05


def named(found: SpectralEmbedding) -> NetworkEmbedding:
    users, artists = tuple(f"u{n}" for n in range(8)), tuple(f"a{n}" for n in range(4))
    ids = np.arange(100, 114)
    folding = {"user_damping": np.array([found.user_damping], dtype=np.float32)}
    return NetworkEmbedding(users, ids, artists, found.users, found.songs, found.artists, found.scale, folding=folding)


def test_new_songs_and_new_users_without_training() -> None:
    model = named(embedded())
    vectors, known = song_vectors(model, [999, 101, 998, 113], [["a0", "?"], ["a3"], [], []])
    assert known.tolist() == [True, True, False, False]
    np.testing.assert_array_equal(vectors[1], model.songs[1])
    # The artist's vector is that of a new song of theirs: the training placed one such song.
    np.testing.assert_allclose(vectors[0], model.songs[12], atol=1e-5)
    same = new_users(model, camps()[0])
    np.testing.assert_allclose(same, model.users, atol=1e-6)


def test_content_fills_what_the_network_does_not_know() -> None:
    content = np.array([[1.0, 0], [0.9, 0.1], [0, 1], [np.nan, 0], [-1, 0]])
    vectors = np.array([[2.0], [0], [5], [0], [0]], dtype=np.float32)
    known = np.array([True, False, True, False, False])
    filled, now = fill_from_neighbours(vectors, known, content, neighbours=1)
    assert now.tolist() == [True, True, True, False, False]
    assert filled[1] == pytest.approx(2.0)


def test_many_new_songs_are_filled_block_by_block_alike() -> None:
    rng = np.random.default_rng(0)
    content, vectors = rng.standard_normal((2300, 3)), rng.standard_normal((2300, 2)).astype(np.float32)
    known = np.arange(2300) < 40
    vectors[~known] = 0
    filled, now = fill_from_neighbours(vectors, known, content)
    for rows in (slice(40, 60), slice(1500, 1520)):
        few = np.r_[0:40, rows]
        np.testing.assert_allclose(
            fill_from_neighbours(vectors[few], known[few], content[few])[0][40:], filled[rows], atol=1e-6
        )
    assert now[:40].all()


def test_checkpoint(tmp_path: Path) -> None:
    model = named(embedded())
    embedding.save(tmp_path, model, {"dims": 4}, "r", {"recall@20": 0.5})
    back = embedding.load(tmp_path)
    assert (back.user_names, back.artist_names) == (model.user_names, model.artist_names)
    np.testing.assert_array_equal(back.songs, model.songs)
    np.testing.assert_array_equal(new_users(back, camps()[0]), new_users(model, camps()[0]))
    with pytest.raises(CheckpointError):
        embedding.load(tmp_path / "absent")


def test_a_network_of_an_earlier_version_is_refused(tmp_path: Path) -> None:
    earlier = replace(named(embedded()), folding={})
    embedding.save(tmp_path, earlier, {"dims": 4}, "r", {"recall@20": 0.5})
    for read in (embedding.load, embedding.settings_of):
        with pytest.raises(CheckpointError, match="run audiorec train-network again"):
            read(tmp_path)


def test_every_setting_of_the_recipe_changes_the_embedding() -> None:
    usual = embedded()
    for changed in (SpectralSettings(dims=4, user_damping=1.0), SpectralSettings(dims=4, diffusion=0.5)):
        found = embed(*camps(), changed)
        assert not np.allclose(np.abs(found.songs), np.abs(usual.songs), atol=1e-3)
        # Who was there at the training is placed alike when they come again.
        np.testing.assert_allclose(found.users_from(camps()[0]), found.users, atol=1e-5)


def test_auto_encoders_keep_what_new_users_need(tmp_path: Path) -> None:
    listens, credits, friends = camps()
    network = Network(tuple(f"u{n}" for n in range(8)), np.arange(14), tuple("abcd"), listens, credits, friends)
    for name, recipe in (("vae", AutoencoderRecipe(dims=4, epochs=2, divergence=0.2)), ("gae", GraphRecipe(epochs=2))):
        found = train(network, name, recipe)
        assert set(found.score) == {"recall@20", "popularity_recall@20"}
        (tmp_path / name).mkdir()
        embedding.save(tmp_path / name, found.model, {}, "r", found.score)
        back = embedding.load(tmp_path / name)
        assert back.model == name
        np.testing.assert_allclose(new_users(back, listens), found.model.users, atol=1e-5)
        assert published_name(name) == f"network-{name}"
    nothing = sparse.csr_array(listens.shape, dtype=np.float32)
    with pytest.raises(InputError, match="import auto FILE"):
        train(network.with_listens(nothing), "ae", AutoencoderRecipe())
