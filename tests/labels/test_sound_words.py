"""Sound words: learned without labels they tell made songs apart by what sounds in them, and repeat themselves."""

import numpy as np

from audiorec.labels import sound_words


def patches(songs: int) -> tuple[np.ndarray, np.ndarray]:
    """Two patches a song; odd songs have a pulse every eight frames, even ones every twenty, in random bands."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, 40, (2 * songs, 128, 80))
    owner = np.repeat(np.arange(songs), 2)
    for patch, song in enumerate(owner):
        every = 8 if song % 2 else 20
        values[patch, rng.integers(40) : 128 - rng.integers(40), ::every] += 120
    return values.astype(np.uint8), owner


def test_songs_of_one_kind_are_nearer_than_those_of_another_and_seeds_repeat() -> None:
    values, owner = patches(12)
    first = sound_words.learn_dictionaries(values, seed=0, windows=3000)
    again = sound_words.learn_dictionaries(values, seed=0, windows=3000)
    found = sound_words.describe_all(first, values, owner)
    assert found.shape == (12, sum(2 * words for _, _, words in sound_words.SIZES))
    np.testing.assert_array_equal(found, sound_words.describe_all(again, values, owner))
    apart = ((found[:, None] - found[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (apart.argmin(axis=1) % 2 == np.arange(12) % 2).all()


def test_louder_by_a_constant_changes_little() -> None:
    values, owner = patches(4)
    words = sound_words.learn_dictionaries(values, seed=0, windows=3000)
    soft, loud = (sound_words.describe_all(words, part, owner) for part in (values, values + np.uint8(20)))
    between = np.linalg.norm(soft[0] - soft[1])
    assert np.linalg.norm(soft - loud, axis=1).max() < 0.5 * between
