"""Taste from content: what each user would think of songs that nobody has played, learned from songs that were played.

Two families over the same content space. Maps: kernel regressions carry songs from content to where listens put them,
in factors (implicit ALS) and in places in the network of listens, which care less for how popular a song is. Choices: a
conditional logit over content, given the users' factors. Each gives a pair of matrices whose product scores every user
with every song, so a whole catalogue is one matrix product. As plays arrive, a song's mapped vector gives way to its
own. It does not know artists, warm signals or the final ranking.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.cold_start.conditional_logit import fit_choice
from audiorec.cold_start.content_space import ContentSpace, fit_space, unit_rows
from audiorec.cold_start.kernel_ridge import fit_kernel_map
from audiorec.cold_start.taste import Content, Pair, Taste
from audiorec.collaborative.als import implicit_als, solve_rows
from audiorec.network.spectral import SpectralSettings, embed
from audiorec.recipes import Recipe

Floats = NDArray[np.float64]


class TasteRecipe(Recipe):
    """How taste is learned from content."""

    ranks: tuple[int, ...] = (8, 16)
    """Ranks of the factorisations."""
    places: tuple[int, ...] = (12, 24, 48)
    """Dimensions of the places in the network."""
    kernels: tuple[str, ...] = ("cosine",)
    """Kernels of the maps."""
    strengths: tuple[float, ...] = (1.5,)
    """Ridge strengths of the maps."""
    alpha: float = 5.0
    """What a listen adds to the confidence in ALS, on log(1 + plays)."""
    regularization: float = 1.0
    """L2 penalty of ALS."""
    iterations: int = 5
    """Alternations of ALS."""
    choices: bool = True
    """Whether the choice models take part."""
    taste_decay: float = 0.003
    """L2 penalty of the users' tastes in the choice models."""
    pull_decay: float = 0.01
    """L2 penalty of what all users share in the choice models."""
    steps: int = 60
    """Steps of the choice models' optimiser."""
    prior_plays: float = 3.0
    """Listeners that the vector mapped from content is worth."""
    anchors: int = 4000
    """Most songs that a map learns from."""
    choosers: int = 2000
    """Most users that the choice models learn from."""


@dataclass(frozen=True)
class Target:
    """A space to map into: users [U, k] and songs [I, k] as listens put them, and the score that a play stands for."""

    name: str
    users: Floats
    songs: Floats
    wanted: float


def fit_taste(
    content: Content, listens: sparse.csr_array, recipe: TasteRecipe, *, elsewhere: sparse.csr_array | None = None
) -> Taste:
    """Learn from listens CSR [U, I] to songs with content; cold songs have no listens.

    `elsewhere` CSR [U, J]: listens to songs without content, which say more about the users.
    """
    listeners = np.bincount(listens.indices, minlength=listens.shape[1]).astype(np.float64)
    learn = np.flatnonzero((listeners > 0) & content.usable)
    learn = drawn(learn, recipe.anchors, recipe.seed)
    space = fit_space([block[learn] for block in content.blocks], content.weights)
    # Only the direction of a point counts: songs at the edge of the space would lead every list, and artists with many
    # songs, whose means lie near its middle, none.
    points = unit_rows(space.place(content.blocks))
    aims = targets(listens, elsewhere, recipe)
    pairs = _maps(points, aims, learn, listens, recipe)
    if recipe.choices:
        factored = aims[: len(recipe.ranks)]
        pairs += [_choice(points, factors.users, listens, learn, recipe) for factors in factored]
    pull = fit_kernel_map(
        points[learn], np.log(listeners[learn])[:, None], kernel="linear", strength=recipe.strengths[0]
    )
    return Taste(tuple(pairs), pull.predict(points)[:, 0])


def targets(listens: sparse.csr_array, elsewhere: sparse.csr_array | None, recipe: TasteRecipe) -> list[Target]:
    """The spaces that songs are carried into: factors of each rank, then places in the network of each length."""
    factored = [_factor(listens, elsewhere, rank, recipe) for rank in recipe.ranks]
    return [*factored, *_places(listens, elsewhere, recipe)]


def drawn(rows: NDArray[np.int64], most: int, seed: int) -> NDArray[np.int64]:
    """At most so many of the rows, at random: the first ones would be those of a few folders."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def fold_in(
    mapped: Floats, users: Floats, listens: sparse.csr_array, prior_plays: float, wanted: float = 1.0
) -> Floats:
    """Vectors of songs after their first plays: the mapped ones, drawn towards the users who came.

    Least squares of the score `wanted` for every listener, with the mapped vector as prior, worth `prior_plays`
    listeners. Those who have not come say nothing yet: nobody has heard a new song. mapped [I, k], users [U, k],
    listens CSR [U, I].
    """
    by_song = sparse.csr_array(listens.T)
    active = users[np.diff(listens.indptr) > 0]
    prior = prior_plays * float((active**2).sum(axis=1).mean()) if len(active) else 1.0
    moved = mapped.copy()
    for song in np.flatnonzero(np.diff(by_song.indptr)):
        came = users[by_song.indices[by_song.indptr[song] : by_song.indptr[song + 1]]]
        gram = came.T @ came + prior * np.eye(users.shape[1])
        moved[song] = np.linalg.solve(gram, wanted * came.sum(axis=0) + prior * mapped[song])
    return moved


def content_space(content: Content, rows: NDArray[np.integer]) -> ContentSpace:
    """The space fitted on some songs."""
    return fit_space([block[rows] for block in content.blocks], content.weights)


def _factor(listens: sparse.csr_array, elsewhere: sparse.csr_array | None, rank: int, recipe: TasteRecipe) -> Target:
    own = _log_plays(listens)
    together = own if elsewhere is None else sparse.csr_array(sparse.hstack([own, _log_plays(elsewhere)]))
    played = np.flatnonzero(np.bincount(together.indices, minlength=together.shape[1]))
    found = implicit_als(
        sparse.csr_array(together[:, played]),
        min(rank, *together.shape),
        regularization=recipe.regularization,
        alpha=recipe.alpha,
        iterations=recipe.iterations,
        seed=recipe.seed,
    )
    songs = solve_rows(sparse.csr_array(own.T), found.users, recipe.regularization, recipe.alpha)
    return Target(f"{found.users.shape[1]}", found.users, songs, 1.0)


def _places(listens: sparse.csr_array, elsewhere: sparse.csr_array | None, recipe: TasteRecipe) -> list[Target]:
    """Users and songs in the network of listens, at several lengths, each song's degree divided out once more.

    So weighed they are poor scores alone (AUC .74 to .75 for new songs where factors give .77): popularity counts for
    little. Beside factors, which are ruled by it, they say what factors do not.
    """
    together = listens if elsewhere is None else sparse.csr_array(sparse.hstack([listens, elsewhere]))
    users, songs = together.shape
    settings = SpectralSettings(dims=max(recipe.places, default=1), seed=recipe.seed)
    whole = embed(together, sparse.csr_array((songs, 0)), sparse.csr_array((users, users)), settings)
    vectors = (whole.songs * whole.scale[:, None])[: listens.shape[1]].astype(np.float64)
    found = []
    for dims in recipe.places:
        mine, theirs = whole.users[:, :dims].astype(np.float64), vectors[:, :dims]
        rows, columns = sparse.coo_array(listens).coords
        scores = np.einsum("nk,nk->n", mine[rows], theirs[columns])
        found.append(Target(f"-place{dims}", mine, theirs, float(scores.mean()) if len(scores) else 1.0))
    return found


def _maps(
    points: Floats,
    targets: Sequence[Target],
    learn: NDArray[np.integer],
    listens: sparse.csr_array,
    recipe: TasteRecipe,
) -> list[Pair]:
    """Every kernel's map into every space; the maps of one kernel share their solution."""
    listeners = np.bincount(listens.indices, minlength=len(points))
    own = (listeners / (listeners + 4.0 * recipe.prior_plays))[:, None]
    edges = np.cumsum([target.songs.shape[1] for target in targets])[:-1]
    together = np.column_stack([target.songs for target in targets])
    pairs = []
    for kernel, strength in zip(recipe.kernels, recipe.strengths, strict=True):
        found = fit_kernel_map(points[learn], together[learn], kernel=kernel, strength=strength).predict(points)
        for target, mapped in zip(targets, np.split(found, edges, axis=1), strict=True):
            moved = fold_in(mapped, target.users, listens, recipe.prior_plays, target.wanted)
            pairs.append(Pair(f"{kernel}{target.name}", target.users, (1.0 - own) * moved + own * target.songs))
    return pairs


def _choice(
    points: Floats, users: Floats, listens: sparse.csr_array, learn: NDArray[np.integer], recipe: TasteRecipe
) -> Pair:
    chosen = sparse.csr_array(listens[:, learn])
    who = drawn(np.flatnonzero(np.diff(chosen.indptr)), recipe.choosers, recipe.seed)
    model = fit_choice(
        points[learn],
        users[who],
        sparse.csr_array(chosen[who]),
        taste_decay=recipe.taste_decay,
        pull_decay=recipe.pull_decay,
        steps=recipe.steps,
    )
    moved = points - model.centre
    songs = np.column_stack([moved @ model.taste, moved @ model.pull])
    return Pair(f"choice{users.shape[1]}", np.column_stack([users / model.unit, np.ones(len(users))]), songs)


def _log_plays(listens: sparse.csr_array) -> sparse.csr_array:
    return sparse.csr_array(
        (np.log1p(listens.data.astype(np.float64)), listens.indices, listens.indptr), shape=listens.shape
    )
