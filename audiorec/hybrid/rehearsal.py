"""Rehearsal: listens are taken away on purpose, so that warm, new and wholly unknown songs can be asked about honestly.

All songs of some artists lose their plays (cold artists), some songs of other artists do too (cold songs of known
artists), and a part of each user's other listens is held out. It does not know which artists: the caller says.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

from audiorec.cold_start.content_to_factors import TasteRecipe
from audiorec.collaborative import neumf
from audiorec.collaborative.neumf import NeumfRecipe
from audiorec.data.interactions import Interactions
from audiorec.hybrid.fit_weights import HybridRecipe, Lists, fit_weights, mean_ndcg, never_below
from audiorec.hybrid.inputs import Material
from audiorec.hybrid.signals import Parts, fit_parts, signals
from audiorec.hybrid.weights import Weights, score
from audiorec.learning.loop import Epoch, quiet

WARM, COLD_SONG, COLD_ARTIST = 0, 1, 2
Masks = tuple[NDArray[np.bool_], NDArray[np.bool_]]
# Entries of one dense array of users x songs that a rehearsal keeps in hand at most.
_ENTRIES = 4_000_000


@dataclass(frozen=True)
class Stage:
    """What may be seen and what is asked.

    Shape:
        seen: the listens left; held: CSR [U, I], the listens taken away; kind: int8 [I], WARM, COLD_SONG or
        COLD_ARTIST; asked: bool [I], songs that anybody plays (nothing is known of what nobody has heard); held_out:
        the share of each user's listens to warm songs that is held.
    """

    seen: Interactions
    held: sparse.csr_array
    kind: NDArray[np.int8]
    asked: NDArray[np.bool_]
    held_out: float

    def lists(self, rows: NDArray[np.int64], kinds: Collection[int]) -> Masks:
        """Candidates and relevant songs, bool [B, I] each, for the kinds asked about."""
        unseen = np.asarray(self.seen.counts[rows].todense()) == 0
        candidates = unseen & (self.asked & np.isin(self.kind, list(kinds)))[None, :]
        relevant = np.asarray(self.held[rows].todense()) > 0
        return candidates, relevant & candidates

    def mixed(self, rows: NDArray[np.int64]) -> Masks:
        """Candidates and relevant songs of all kinds in their natural proportion.

        Of a user's warm songs a share is asked about, of her cold ones all: so many of the latter are taken out of her
        list, as if she had them already, that the share is the same.
        """
        candidates, relevant = self.lists(rows, (WARM, COLD_SONG, COLD_ARTIST))
        asked = np.random.default_rng(0).random(relevant.shape) < self.held_out
        left_out = relevant & (self.kind != WARM)[None, :] & ~asked
        return candidates & ~left_out, relevant & ~left_out

    def users(self, most: int, seed: int) -> NDArray[np.int64]:
        """Rows of users of whom something is held and something is left; at most so many, drawn at random."""
        able = np.flatnonzero((np.diff(self.held.indptr) > 0) & (np.diff(self.seen.counts.indptr) > 0))
        most = min(most, max(50, _ENTRIES // max(len(self.kind), 1)))
        if len(able) > most:
            able = np.sort(np.random.default_rng(seed).choice(able, most, replace=False))
        return able.astype(np.int64)


def set_stage(
    material: Material, cold_artists: Collection[str], *, held_out: float, seed: int, cold_songs: float = 0.1
) -> Stage:
    """Take listens away; `held_out` is the share of each user's listens to warm songs, `cold_songs` of the songs of
    artists who keep another one."""
    counts, rng = material.listens.counts, np.random.default_rng(seed)
    played = np.bincount(counts.indices, minlength=counts.shape[1]) > 0
    kind = np.zeros(counts.shape[1], dtype=np.int8)
    kind[[row for row in range(len(kind)) if material.artist_key(row) in cold_artists]] = COLD_ARTIST
    for song in rng.permutation(np.flatnonzero(played & (kind == WARM)))[
        : int(cold_songs * (played & (kind == 0)).sum())
    ]:
        others = (material.artist == material.artist[song]) & played & (kind == WARM)
        if material.artist[song] >= 0 and others.sum() > 1:
            kind[song] = COLD_SONG
    keep = (kind[counts.indices] == WARM) & ~_held_out(counts, kind, held_out, rng)
    seen = _entries(counts, keep)
    # A song whose only listens were held out has become cold without having been meant to: it is not asked about.
    lost = (kind == WARM) & (np.bincount(seen.indices, minlength=len(kind)) == 0)
    return Stage(
        replace(material.listens, counts=seen, times=None), _entries(counts, ~keep), kind, played & ~lost, held_out
    )


def rehearse(
    material: Material,
    stage: Stage,
    recipes: tuple[TasteRecipe, NeumfRecipe | None],
    *,
    device: torch.device,
    with_network: bool = True,
    report: Callable[[Epoch], None] = quiet,
) -> Parts:
    """Fit the cheap parts on what may be seen; without a NeuMF recipe there is no collaborative signal."""
    taste, neumf_recipe = recipes
    counts = stage.seen.counts
    trained = None if neumf_recipe is None else neumf.train(counts, neumf_recipe, device=device, report=report)
    network = material.embed(stage.seen) if with_network else None
    return fit_parts(material, stage.seen, taste, collaborative=trained, network=network)


def learn_weights(
    material: Material, stage: Stage, parts: Parts, recipe: HybridRecipe
) -> tuple[Weights, dict[str, float]]:
    """Weights from the held listens: fitted on warm, cold and mixed lists, then held against NeuMF on the warm ones.

    Beside them NDCG@20 of these lists, on which the weights were fitted: an optimistic figure; `evaluate` has others.
    """
    rows = stage.users(recipe.users, recipe.seed)
    found = signals(material, parts, rows)
    blank = Weights({}, {}, 1.0, recipe.song_plays, recipe.user_plays)
    warmth = blank.warmth(parts.listeners, parts.songs_of_users[rows])
    warm = stage.lists(rows, (WARM,))
    cold = stage.lists(rows, (COLD_SONG, COLD_ARTIST))
    candidates, relevant = zip(warm, cold, stage.mixed(rows), strict=True)
    together = Lists(
        {name: np.concatenate([values] * 3) for name, values in found.items()},
        np.concatenate(candidates),
        np.concatenate(relevant),
        np.concatenate([warmth] * 3),
    )
    weights = never_below(fit_weights(together, recipe), Lists(found, *warm, warmth))
    return weights, {
        f"{name} ndcg@20": mean_ndcg(score(weights, found, mine, warmth).total, wanted, 20)
        for name, mine, wanted in zip(("warm", "cold", "mixed"), candidates, relevant, strict=True)
        if wanted.any()
    }


def _held_out(
    counts: sparse.csr_array, kind: NDArray[np.int8], share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Entries [nnz] held out: of each user's warm listens a share, at least one where two others stay."""
    held = np.zeros(counts.nnz, dtype=bool)
    for row in range(counts.shape[0]):
        span = np.arange(counts.indptr[row], counts.indptr[row + 1])
        warm = span[kind[counts.indices[span]] == WARM]
        if len(warm) > 2:
            held[rng.choice(warm, max(1, int(share * len(warm))), replace=False)] = True
    return held


def _entries(counts: sparse.csr_array, keep: NDArray[np.bool_]) -> sparse.csr_array:
    before = np.concatenate(([0], np.cumsum(keep)))
    parts = (counts.data[keep], counts.indices[keep], before[counts.indptr])
    return sparse.csr_array(parts, shape=counts.shape)
