"""How much blocks of content count, learned on artists made cold inside the training part.

For each weight that is tried, a map carries the hidden artists from content to where listens put their songs; the
weight with the best mean AUC over users is taken, one block after the other: if it is better by enough, which is more
the fewer artists there are. It does not know what the blocks are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import rankdata

from audiorec.cold_start.content_space import fit_space
from audiorec.cold_start.content_to_factors import Target, TasteRecipe, targets
from audiorec.cold_start.kernel_ridge import fit_kernel_map
from audiorec.cold_start.taste import Content, standard_rows
from audiorec.learning.directions import unit
from audiorec.learning.drawn import drawn
from audiorec.recipes import Recipe

Floats = NDArray[np.float64]
BLOCKS = ("sound", "spectrum", "release", "album", "artist", "words", "encoder", "encoder_spread", "comments")


class ContentRecipe(Recipe):
    """What a song is compared by beside its sound, how much a column of each block counts, and how that is learned."""

    sound: float = 1.0
    """Weight of the descriptors."""
    spectrum: float = 0.5
    """Weight of the sketch of the spectrogram."""
    release: float = 6.0
    """Weight of the year and of how many songs of the artist there are."""
    album: float = 0.7
    """Weight of the letters of the album's name."""
    artist: float = 0.7
    """Weight of the letters of the artist's name."""
    words: float = 0.3
    """Weight of what the lyrics feel."""
    encoder: float = 1.0
    """Weight of the mean over patches of an encoder's embedding."""
    encoder_spread: float = 0.5
    """Weight of its deviation over patches."""
    comments: float = 1.0
    """Weight of what people write about the song: on made libraries more than .3 is better where comments tell taste,
    and costs nothing where they do not (`benchmarks/comments.py`)."""
    learned: tuple[str, ...] = ("encoder", "encoder_spread", "spectrum", "release", "album", "artist", "comments")
    """Blocks whose weight is learned in each library, in this order."""
    tried: tuple[float, ...] = (0.0, 0.5, 0.7, 1.4)
    """What is tried for a block beside its usual weight, in shares of it."""
    least_gain: float = 0.04
    """AUC by which another weight must be better than the usual one, over the root of the number of artists: what 133
    artists had said of a block cost .018 AUC on strangers (docs/log.md)."""
    folds: int = 3
    """Parts of the artists, hidden in turn."""
    users: int = 500
    """Most users who are asked about hidden artists."""
    songs: int = 2000
    """Most hidden songs that they are asked about."""
    name_columns: int = 80
    """Columns of the letters of names, chosen on artists made cold inside training parts (docs/log.md)."""
    album_signs: tuple[int, int] = (2, 4)
    """Shortest and longest group of letters of albums' names."""
    artist_signs: tuple[int, int] = (1, 3)
    """The same of artists' names, which are shorter (docs/log.md)."""

    def weight(self, block: str) -> float:
        """Weight of a block by its name, one of `BLOCKS`."""
        return float(getattr(self, block))


def learn_block_weights(
    content: Content,
    listens: sparse.csr_array,
    groups: NDArray[np.integer],
    recipe: ContentRecipe,
    taste: TasteRecipe,
    elsewhere: sparse.csr_array | None = None,
) -> dict[str, float]:
    """Weights of the blocks that are learned: the usual ones where no other is better or nothing can be hidden.

    listens CSR [U, I]; groups int [I], the artist of each song: an artist is hidden whole, a part of them at a time.
    Blocks that are absent, and those in which nothing is known, are left out.
    """
    usual = dict(zip(content.names, content.weights, strict=True))
    blocks = dict(zip(content.names, content.blocks, strict=True))
    hidden = _hidden(listens, groups, content.usable, recipe, taste.seed)
    trials = [trial for rows in hidden if (trial := _trial(content, listens, rows, (recipe, taste), elsewhere))]
    least = recipe.least_gain / np.sqrt(max(len(np.unique(groups[np.unique(listens.indices)])), 1))
    shares, found = (1.0, *recipe.tried), dict[str, float]()
    for name in recipe.learned:
        if not trials or name not in blocks or not np.isfinite(blocks[name]).any():
            continue
        aucs = [
            np.mean([trial.auc(weighed(content, found | {name: share * usual[name]}), taste) for trial in trials])
            for share in shares
        ]
        best = int(np.argmax(aucs))
        found[name] = usual[name] * (shares[best] if aucs[best] >= aucs[0] + least else 1.0)
    return found


def weighed(content: Content, weights: dict[str, float]) -> Content:
    """The same content with other weights for some blocks."""
    found = [weights.get(name, weight) for name, weight in zip(content.names, content.weights, strict=False)]
    return replace(content, weights=found) if content.names else content


def _hidden(
    listens: sparse.csr_array,
    groups: NDArray[np.integer],
    usable: NDArray[np.bool_],
    recipe: ContentRecipe,
    seed: int,
) -> list[NDArray[np.int64]]:
    """Songs of a part of the artists each time, at most so many."""
    played = (np.bincount(listens.indices, minlength=listens.shape[1]) > 0) & usable
    artists = np.unique(groups[played])
    rng = np.random.default_rng(seed)
    folds = np.array_split(rng.permutation(artists), recipe.folds)
    rows = [np.flatnonzero(played & np.isin(groups, fold)) for fold in folds]
    return [drawn(fold, recipe.songs, seed) for fold in rows if 1 < len(fold) < played.sum() - 1]


def _trial(
    content: Content,
    listens: sparse.csr_array,
    hidden: NDArray[np.int64],
    recipes: tuple[ContentRecipe, TasteRecipe],
    elsewhere: sparse.csr_array | None,
) -> "_Trial | None":
    """None when nobody plays some hidden songs and not all."""
    recipe, taste = recipes
    wanted = np.asarray((listens[:, hidden] > 0).todense())
    asked = drawn(np.flatnonzero(wanted.any(axis=1) & ~wanted.all(axis=1)), recipe.users, taste.seed)
    keep = np.ones(listens.shape[1])
    keep[hidden] = 0.0
    seen = sparse.csr_array(listens @ sparse.diags_array(keep))
    seen.eliminate_zeros()
    learn = np.flatnonzero((np.bincount(seen.indices, minlength=len(keep)) > 0) & content.usable)
    if not len(asked) or len(learn) < 2:
        return None
    return _Trial(drawn(learn, taste.anchors, taste.seed), hidden, targets(seen, elsewhere, taste), wanted, asked)


@dataclass(frozen=True)
class _Trial:
    """Hidden songs and what is known of them: rows that learn and that are hidden, the spaces that songs are carried
    into, and which hidden songs [U, hidden] the asked users want."""

    learn: NDArray[np.int64]
    hidden: NDArray[np.int64]
    aims: Sequence[Target]
    wanted: NDArray[np.bool_]
    asked: NDArray[np.int64]

    def auc(self, content: Content, recipe: TasteRecipe) -> float:
        """Mean AUC over the asked users by the maps from this content."""
        space = fit_space([block[self.learn] for block in content.blocks], content.weights)
        known, new = (
            unit(space.place([block[rows] for block in content.blocks])) for rows in (self.learn, self.hidden)
        )
        together = np.column_stack([aim.songs[self.learn] for aim in self.aims])
        mapped = fit_kernel_map(known, together, kernel=recipe.kernels[0], strength=recipe.strengths[0]).predict(new)
        parts = np.split(mapped, np.cumsum([aim.songs.shape[1] for aim in self.aims])[:-1], axis=1)
        scores = [standard_rows(aim.users[self.asked] @ part.T) for aim, part in zip(self.aims, parts, strict=True)]
        return _mean_auc(np.mean(scores, axis=0), self.wanted[self.asked])


def _mean_auc(scores: Floats, wanted: NDArray[np.bool_]) -> float:
    """Mean over rows of the chance that a wanted song stands before another."""
    ranks, most = rankdata(scores, axis=1), wanted.sum(axis=1)
    below = np.where(wanted, ranks, 0.0).sum(axis=1) - most * (most + 1) / 2.0
    return float((below / (most * (wanted.shape[1] - most))).mean())
