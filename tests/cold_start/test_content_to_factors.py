"""Taste from content: listeners of two kinds of songs are told new songs of their kind, and plays take over."""

import numpy as np
from scipy import sparse

from audiorec.cold_start.content_to_factors import TasteRecipe, fit_taste
from audiorec.cold_start.guess_from_names import ArtistNames
from audiorec.cold_start.taste import Content, standard_rows


def world(rng: np.random.Generator) -> tuple[Content, sparse.csr_array, np.ndarray]:
    """40 songs of two kinds, told by three of ten columns; 30 users who play one kind; songs 30.. are cold."""
    kind = np.arange(40) % 2
    sound = rng.normal(size=(40, 10))
    sound[:, :3] += 2.0 * kind[:, None]
    likes = (np.arange(30) % 2)[:, None] == kind[None, :]
    plays = likes & (rng.random((30, 40)) < 0.4)
    plays[:, 30:] = False
    content = Content([sound], [1.0], np.ones(40, dtype=bool))
    return content, sparse.csr_array(plays.astype(np.float64) * 3.0), likes


def test_cold_songs_of_ones_kind_come_first() -> None:
    content, plays, likes = world(np.random.default_rng(0))
    scores = fit_taste(content, plays, TasteRecipe(ranks=(4,))).scores(np.arange(30))[:, 30:]
    assert scores[likes[:, 30:]].mean() > scores[~likes[:, 30:]].mean() + 0.8


def test_listens_elsewhere_help_users_of_whom_little_is_known() -> None:
    content, plays, likes = world(np.random.default_rng(0))
    few = sparse.csr_array(plays.multiply(np.random.default_rng(1).random(plays.shape) < 0.15))
    elsewhere = sparse.csr_array(np.kron(np.ones((15, 1)), np.eye(2)))
    with_it, without = (
        fit_taste(content, few, TasteRecipe(ranks=(4,)), elsewhere=other).scores(np.arange(30))[:, 30:]
        for other in (elsewhere, None)
    )
    sign = np.where(likes[:, 30:], 1.0, -1.0)
    assert (with_it * sign).mean() > (without * sign).mean()


def test_names_of_artists_without_songs_at_hand_tell_of_new_ones() -> None:
    content, plays, likes = world(np.random.default_rng(0))
    noise = Content([np.random.default_rng(1).normal(size=(40, 10))], [1.0], content.usable)
    scenes = [f"{('DJ Zoxx', 'The Hills')[n % 2]} {n}" for n in range(40)]
    elsewhere = sparse.csr_array(np.kron(np.ones((15, 20)), np.eye(2)))
    names = ArtistNames([""] * 30 + scenes[30:], scenes)
    recipe, sign = TasteRecipe(ranks=(4,), choices=False), np.where(likes[:, 30:], 1.0, -1.0)
    with_names, without = (
        fit_taste(noise, plays, recipe, elsewhere=elsewhere, names=told).scores(np.arange(30))[:, 30:]
        for told in (names, None)
    )
    assert (with_names * sign).mean() > (without * sign).mean() + 0.2


def test_a_songs_own_listeners_take_over() -> None:
    content, plays, _ = world(np.random.default_rng(0))
    # Song 30 sounds like kind 0, but users of kind 1 come to play it.
    seen = []
    for listeners in (0, 1, 5, 15):
        grown = plays.tolil()
        grown[np.arange(1, 2 * listeners, 2), 30] = 3.0
        taste = fit_taste(content, sparse.csr_array(grown.tocsr()), TasteRecipe(ranks=(4,), choices=False))
        seen.append(float(taste.scores(np.arange(29, 30))[0, 30]))
    assert (np.diff(seen) > -0.1).all()  # one listener moves little, and never far the wrong way
    assert seen[-1] > seen[0] + 0.5


def test_any_modality_may_be_missing() -> None:
    content, plays, likes = world(np.random.default_rng(0))
    words = np.repeat(np.arange(40.0)[:, None] % 2, 3, axis=1)
    sound = content.blocks[0].copy()
    words[::3] = np.nan
    sound[31:37] = np.nan
    both = Content([sound, words], [1.0, 1.0], np.ones(40, dtype=bool))
    scores = fit_taste(both, plays, TasteRecipe(ranks=(4,))).scores(np.arange(30))[:, 30:]
    assert np.isfinite(scores).all()
    told = np.isfinite(sound[30:]).all(axis=1) | np.isfinite(words[30:]).all(axis=1)
    assert not told.all()
    assert scores[:, told][likes[:, 30:][:, told]].mean() > scores[:, told][~likes[:, 30:][:, told]].mean() + 0.8


def test_places_care_less_for_popularity() -> None:
    content, _, _ = world(np.random.default_rng(0))
    likes = (np.arange(300) % 2)[:, None] == (np.arange(40) % 2)[None, :]
    chance = np.tile(np.repeat([0.9, 0.2], 2), 10)
    plays = likes & (np.random.default_rng(1).random((300, 40)) < chance)
    taste = fit_taste(content, sparse.csr_array(plays.astype(np.float64)), TasteRecipe(ranks=(4,), choices=False))
    popular = []
    for pair in taste.pairs[:2]:  # factors, places: by how much a user's popular songs stand above their others
        scores = standard_rows(np.where(likes, pair.users @ pair.songs.T, np.nan))
        popular.append(np.nanmean(scores[:, chance > 0.5]) - np.nanmean(scores[:, chance < 0.5]))
    assert popular[0] > 1.5
    assert popular[1] < 0.5 * popular[0]


def test_choices_are_learned_from_listens_to_other_artists() -> None:
    """Listens that only name an artist say nothing of its cold songs: with them held out, content must carry taste."""
    content, plays, likes = world(np.random.default_rng(0))
    artists = np.arange(40) // 4
    taste = fit_taste(content, plays, TasteRecipe(ranks=(4, 6)), artists=artists)
    assert [pair.name for pair in taste.pairs] == ["cosine4", "cosine-place24", "cosine-place48", "choice4", "choice6"]
    sign = np.where(likes[:, 30:], 1.0, -1.0)
    for name in ("choice4", "choice6"):
        assert (standard_rows(taste.member(name, np.arange(30))[:, 30:]) * sign).mean() > 0.4
    alone = fit_taste(content, plays, TasteRecipe(ranks=(4,)), artists=np.zeros(40, dtype=int))
    assert not any(pair.name.startswith("choice") for pair in alone.pairs)  # nobody else's songs to tell a user by


def test_standard_rows() -> None:
    found = standard_rows(np.array([[1.0, 3.0, np.nan], [2.0, 2.0, 2.0]]))
    np.testing.assert_allclose(found, [[-1.0, 1.0, np.nan], [0.0, 0.0, 0.0]])
