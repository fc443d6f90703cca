"""Taste from content: what each user would think of songs that nobody has played, learned from songs that were played.

Two families over the same content space. Maps: kernel regressions carry songs from content to where listens put them,
in factors (implicit ALS) and in places in the network of listens, which care less for how popular a song is. Choices: a
conditional logit over content, given users' factors from their other listens, as a cold song will be asked about. Each
gives a pair of matrices whose product scores every user with every song, so a whole catalogue is one matrix product. As
plays arrive, a song's mapped vector gives way to its own. It does not know warm signals or the final ranking.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.cold_start.conditional_logit import Choices, fit_choice
from audiorec.cold_start.content_space import ContentSpace, fit_space
from audiorec.cold_start.guess_from_names import ArtistNames, guess_from_names
from audiorec.cold_start.kernel_ridge import fit_kernel_map
from audiorec.cold_start.taste import Content, Pair, Taste
from audiorec.collaborative.als import implicit_als, solve_rows
from audiorec.learning.directions import unit
from audiorec.learning.drawn import drawn
from audiorec.network.spectral import SpectralSettings, embed
from audiorec.recipes import Recipe

Floats = NDArray[np.float64]


class TasteRecipe(Recipe):
    """How taste is learned from content."""

    ranks: tuple[int, ...] = (8, 16, 32)
    """Ranks of the factorisations: maps lead into the first, choices are learned given each."""
    places: tuple[int, ...] = (24, 48)
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
    taste_decay: float = 0.002
    """L2 penalty of the users' tastes in the choice models."""
    pull_decay: float = 0.01
    """L2 penalty of what all users share in the choice models."""
    steps: int = 60
    """Steps of the choice models' optimiser."""
    prior_plays: float = 3.0
    """Listeners that the vector mapped from content is worth."""
    own_plays: float = 12.0
    """Listeners with whom a song's own vector counts as much as the mapped one."""
    anchors: int = 4000
    """Most songs that a map learns from."""
    choosers: int = 2000
    """Most users that the choice models learn from."""
    parts: int = 4
    """Parts of the artists in the choice models: choices in one are learned from listens to the others."""
    name_signs: tuple[int, int] = (1, 3)
    """Shortest and longest group of letters of artists' names, from which maps begin."""
    name_strength: float = 10.0
    """Ridge strength of what names say; of 1, 3 and 10 the best on artists made cold inside training parts."""
    least_names: int = 10
    """Artists without songs in the library below whom names say nothing."""


@dataclass(frozen=True)
class Target:
    """A space to map into: users [U, k], songs [I, k] and songs without content [J, k] as listens put them, and the
    score that a play stands for."""

    name: str
    users: Floats
    songs: Floats
    elsewhere: Floats
    wanted: float


@dataclass(frozen=True)
class _Factored:
    """A factorisation: plays by logarithm CSR [U, P] of the songs that anybody plays, their columns [P] and vectors."""

    plays: sparse.csr_array
    columns: NDArray[np.int64]
    users: Floats
    items: Floats

    def users_without(self, who: NDArray[np.int64], songs: NDArray[np.int64], recipe: TasteRecipe) -> Floats:
        """Vectors of some users [B, k] as if they had never played these songs."""
        kept = np.flatnonzero(~np.isin(self.columns, songs))
        left = sparse.csr_array(self.plays[who][:, kept])
        return solve_rows(left, self.items[kept], recipe.regularization, recipe.alpha)


def fit_taste(
    content: Content,
    listens: sparse.csr_array,
    recipe: TasteRecipe,
    *,
    elsewhere: sparse.csr_array | None = None,
    artists: NDArray[np.integer] | None = None,
    names: ArtistNames | None = None,
) -> Taste:
    """Learn from listens CSR [U, I] to songs with content; cold songs have no listens.

    `elsewhere` CSR [U, J]: listens to songs without content, which say more about the users. `artists` int [I], the
    artist of each song: their songs are held out together (None: each song is an artist of its own). `names`: maps
    begin where the names of artists put a song, as those of songs without content have shown (None: at the mean).
    """
    listeners = np.bincount(listens.indices, minlength=listens.shape[1]).astype(np.float64)
    learn = np.flatnonzero((listeners > 0) & content.usable)
    learn = drawn(learn, recipe.anchors, recipe.seed)
    space = fit_space([block[learn] for block in content.blocks], content.weights)
    # Only the direction of a point counts: songs at the edge of the space would lead every list, and artists with many
    # songs, whose means lie near its middle, none.
    points = unit(space.place(content.blocks))
    ranks = recipe.ranks if recipe.choices else recipe.ranks[:1]
    factored = [_factored(listens, elsewhere, rank, recipe) for rank in ranks]
    aims = _targets(factored[:1], listens, elsewhere, recipe)
    pairs = _maps(points, aims, _guessed(aims, names, recipe), learn, listens, recipe)
    parts = _parts(np.arange(len(points)) if artists is None else artists, learn, recipe)
    if recipe.choices and parts:
        pairs += [_choice(points, each, listens, parts, recipe) for each in factored]
    pull = fit_kernel_map(
        points[learn], np.log(listeners[learn])[:, None], kernel="linear", strength=recipe.strengths[0]
    )
    return Taste(tuple(pairs), pull.predict(points)[:, 0])


def targets(listens: sparse.csr_array, elsewhere: sparse.csr_array | None, recipe: TasteRecipe) -> list[Target]:
    """The spaces that songs are carried into: factors of the first rank, then places in the network of each length."""
    factored = [_factored(listens, elsewhere, rank, recipe) for rank in recipe.ranks[:1]]
    return _targets(factored, listens, elsewhere, recipe)


def fold_in(
    mapped: Floats, users: Floats, listens: sparse.csr_array, prior_plays: float, wanted: float = 1.0
) -> Floats:
    """Vectors of songs after their first plays: the mapped ones, drawn towards the users who came.

    Least squares of the score `wanted` for every listener, with the mapped vector as prior, worth `prior_plays`
    listeners. Those who have not come say nothing yet: nobody has played a new song. mapped [I, k], users [U, k],
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


def _targets(
    factored: Sequence[_Factored], listens: sparse.csr_array, elsewhere: sparse.csr_array | None, recipe: TasteRecipe
) -> list[Target]:
    together = listens if elsewhere is None else sparse.csr_array(sparse.hstack([listens, elsewhere]))
    by_song, own = sparse.csr_array(_log_plays(together).T), listens.shape[1]
    found = []
    for each in factored:
        songs = solve_rows(by_song, each.users, recipe.regularization, recipe.alpha)
        found.append(Target(f"{each.users.shape[1]}", each.users, songs[:own], songs[own:], 1.0))
    return [*found, *_places(listens, elsewhere, recipe)]


def _factored(
    listens: sparse.csr_array, elsewhere: sparse.csr_array | None, rank: int, recipe: TasteRecipe
) -> _Factored:
    own = _log_plays(listens)
    together = own if elsewhere is None else sparse.csr_array(sparse.hstack([own, _log_plays(elsewhere)]))
    played = np.flatnonzero(np.bincount(together.indices, minlength=together.shape[1]))
    plays = sparse.csr_array(together[:, played])
    found = implicit_als(
        plays,
        min(rank, *together.shape),
        regularization=recipe.regularization,
        alpha=recipe.alpha,
        iterations=recipe.iterations,
        seed=recipe.seed,
    )
    return _Factored(plays, played, found.users, found.items)


def _places(listens: sparse.csr_array, elsewhere: sparse.csr_array | None, recipe: TasteRecipe) -> list[Target]:
    """Users and songs in the network of listens, at several lengths, each song's degree divided out once more.

    So weighed they are poor scores alone (AUC .74 to .75 for new songs where factors give .77): popularity counts for
    little. Beside factors, which are ruled by it, they say what factors do not.
    """
    together = listens if elsewhere is None else sparse.csr_array(sparse.hstack([listens, elsewhere]))
    users, songs = together.shape
    settings = SpectralSettings(dims=max(recipe.places, default=1), seed=recipe.seed)
    whole = embed(together, sparse.csr_array((songs, 0)), sparse.csr_array((users, users)), settings)
    vectors, own = (whole.songs * whole.scale[:, None]).astype(np.float64), listens.shape[1]
    found = []
    for dims in recipe.places:
        mine, theirs = whole.users[:, :dims].astype(np.float64), vectors[:own, :dims]
        rows, columns = sparse.coo_array(listens).coords
        scores = np.einsum("nk,nk->n", mine[rows], theirs[columns])
        wanted = float(scores.mean()) if len(scores) else 1.0
        found.append(Target(f"-place{dims}", mine, theirs, vectors[own:, :dims], wanted))
    return found


def _guessed(aims: Sequence[Target], names: ArtistNames | None, recipe: TasteRecipe) -> Floats | float:
    """What names say of every song in all spaces, side by side: [I, sum of k], or zero without names."""
    if names is None:
        return 0.0
    vectors = np.column_stack([aim.elsewhere for aim in aims])
    return guess_from_names(
        names,
        vectors,
        signs=recipe.name_signs,
        strength=recipe.name_strength,
        between=(recipe.least_names, recipe.anchors),
        seed=recipe.seed,
    )


def _maps(
    points: Floats,
    targets: Sequence[Target],
    guessed: Floats | float,
    learn: NDArray[np.integer],
    listens: sparse.csr_array,
    recipe: TasteRecipe,
) -> list[Pair]:
    """Every kernel's map into every space, from where songs are guessed to be; those of one kernel share a solution."""
    listeners = np.bincount(listens.indices, minlength=len(points))
    own = (listeners / (listeners + recipe.own_plays))[:, None]
    edges = np.cumsum([target.songs.shape[1] for target in targets])[:-1]
    apart = np.column_stack([target.songs for target in targets]) - guessed
    pairs = []
    for kernel, strength in zip(recipe.kernels, recipe.strengths, strict=True):
        found = fit_kernel_map(points[learn], apart[learn], kernel=kernel, strength=strength).predict(points) + guessed
        for target, mapped in zip(targets, np.split(found, edges, axis=1), strict=True):
            moved = fold_in(mapped, target.users, listens, recipe.prior_plays, target.wanted)
            pairs.append(Pair(f"{kernel}{target.name}", target.users, (1.0 - own) * moved + own * target.songs))
    return pairs


def _parts(artists: NDArray[np.integer], learn: NDArray[np.int64], recipe: TasteRecipe) -> list[NDArray[np.int64]]:
    """The songs to learn from in parts, an artist in one of them; no part where there are not two artists."""
    names = np.random.default_rng(recipe.seed).permutation(np.unique(artists[learn]))
    dealt = np.array_split(names, min(recipe.parts, len(names)))
    return [learn[np.isin(artists[learn], each)] for each in dealt] if len(dealt) > 1 else []


def _choice(
    points: Floats,
    factored: _Factored,
    listens: sparse.csr_array,
    parts: Sequence[NDArray[np.int64]],
    recipe: TasteRecipe,
) -> Pair:
    """A choice model. Users stand where their listens to the other parts put them: where the songs to choose from had
    put them themselves, the model took for taste what is not known of new songs (docs/log.md)."""
    users = factored.users
    who = drawn(np.flatnonzero(np.diff(listens.indptr)), recipe.choosers, recipe.seed)
    asked = [
        Choices(points[part], factored.users_without(who, part, recipe), sparse.csr_array(listens[who][:, part]))
        for part in parts
    ]
    model = fit_choice(asked, taste_decay=recipe.taste_decay, pull_decay=recipe.pull_decay, steps=recipe.steps)
    moved = points - model.centre
    songs = np.column_stack([moved @ model.taste, moved @ model.pull])
    return Pair(f"choice{users.shape[1]}", np.column_stack([users / model.unit, np.ones(len(users))]), songs)


def _log_plays(listens: sparse.csr_array) -> sparse.csr_array:
    return sparse.csr_array(
        (np.log1p(listens.data.astype(np.float64)), listens.indices, listens.indptr), shape=listens.shape
    )
