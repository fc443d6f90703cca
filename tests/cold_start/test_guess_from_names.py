"""Guesses from names: like names get like vectors, an unknown name the mean, and few names nothing."""

import numpy as np

from audiorec.cold_start.guess_from_names import ArtistNames, guess_from_names

SCENES = [f"{('DJ Zoxx', 'The Hills')[n % 2]} {n}" for n in range(60)]
VECTORS = np.where(np.arange(60)[:, None] % 2 == 0, [1.0, 0.0], [0.0, 1.0])


def guess(names: ArtistNames, vectors: np.ndarray) -> np.ndarray:
    return guess_from_names(names, vectors, signs=(1, 3), strength=10.0, between=(10, 1000), seed=0)


def test_a_name_stands_near_names_of_its_kind() -> None:
    found = guess(ArtistNames(["dj zoxx", "The Hills", ""], SCENES), VECTORS)
    assert found[0, 0] > 0.7 > 0.3 > found[0, 1]
    assert found[1, 1] > 0.7 > 0.3 > found[1, 0]
    np.testing.assert_allclose(found[2], found[:2].mean(axis=0), atol=0.2)


def test_songs_of_one_artist_count_once() -> None:
    doubled = ArtistNames(["The Hills"], [*SCENES, *[SCENES[1]] * 500])
    vectors = np.vstack([VECTORS, np.tile(VECTORS[1], (500, 1))])
    once = guess(ArtistNames(["The Hills"], SCENES), VECTORS)
    np.testing.assert_allclose(guess(doubled, vectors), once, atol=1e-6)


def test_few_names_and_none_at_all() -> None:
    for known in (SCENES[:4], [""] * 4, list("abcdefghijklmnop")):
        found = guess(ArtistNames(["The Hills"], known), np.ones((len(known), 2)))
        assert np.isfinite(found).all()
    assert not guess(ArtistNames(["The Hills"], SCENES[:4]), VECTORS[:4]).any()
