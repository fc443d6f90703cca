"""Rehearsal: listens are taken away on purpose, so that warm, new and wholly unknown songs can be asked about honestly.

All songs of some artists lose their plays (cold artists), some songs of other artists do too (cold songs of known
artists), and a part of each user's other listens is held out. It does not know which artists: the caller says.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

from audiorec.collaborative import neumf
from audiorec.data.interactions import Interactions
from audiorec.data.splits import entries
from audiorec.hybrid.fit_parts import fit_parts
from audiorec.hybrid.fit_weights import Lists, fit_weights, never_below
from audiorec.hybrid.inputs import Elsewhere, Material
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.hybrid.settings import Settings
from audiorec.hybrid.signals import Parts, signals
from audiorec.hybrid.weights import Weights
from audiorec.learning.drawn import drawn
from audiorec.learning.loop import Epoch, quiet

WARM, COLD_SONG, COLD_ARTIST = 0, 1, 2
Masks = tuple[NDArray[np.bool_], NDArray[np.bool_]]
# Entries of one dense array of users x songs that a rehearsal keeps in hand at most; more users come in blocks.
_ENTRIES = 1_000_000


@dataclass(frozen=True)
class Stage:
    """What may be seen and what is asked.

    Shape:
        seen: the listens left; held: CSR [U, I], the listens taken away; kind: int8 [I], WARM, COLD_SONG or
        COLD_ARTIST; asked: bool [I], songs that anybody plays (nothing is known of what nobody plays); held_out:
        the share of each user's listens to warm songs that is held; elsewhere: listens to songs without features,
        those of cold artists taken away too, or None; seed: of what is drawn here.
    """

    seen: Interactions
    held: sparse.csr_array
    kind: NDArray[np.int8]
    asked: NDArray[np.bool_]
    held_out: float
    elsewhere: Elsewhere | None
    seed: int

    def lists(self, rows: NDArray[np.int64], kinds: Collection[int]) -> Masks:
        """Candidates and relevant songs, bool [B, I] each, for the kinds asked about."""
        unseen = np.asarray(self.seen.counts[rows].todense()) == 0
        candidates = unseen & (self.asked & np.isin(self.kind, list(kinds)))[None, :]
        relevant = np.asarray(self.held[rows].todense()) > 0
        return candidates, relevant & candidates

    def mixed(self, rows: NDArray[np.int64]) -> Masks:
        """Candidates and relevant songs of all kinds in their natural proportion.

        Of a user's warm songs a share is asked about, of their cold ones all: so many of the latter are taken out of
        the list, as if they had them already, that the share is the same. Which ones depends on user and song alone, so
        that users may be asked in blocks.
        """
        candidates, relevant = self.lists(rows, (WARM, COLD_SONG, COLD_ARTIST))
        asked = _shares(rows, relevant.shape[1], self.seed) < self.held_out
        left_out = relevant & (self.kind != WARM)[None, :] & ~asked
        return candidates & ~left_out, relevant & ~left_out

    def users(self, most: int, seed: int) -> NDArray[np.int64]:
        """Rows of users of whom something is held and something is left; at most so many, drawn at random."""
        able = np.flatnonzero((np.diff(self.held.indptr) > 0) & (np.diff(self.seen.counts.indptr) > 0))
        return drawn(able.astype(np.int64), most, seed)

    def blocks(self, rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """The rows in blocks of so many users that a dense array over all songs stays small."""
        size = max(1, _ENTRIES // max(len(self.kind), 1))
        return [rows[start : start + size] for start in range(0, len(rows), size)]


def _shares(rows: NDArray[np.int64], songs: int, seed: int) -> NDArray[np.float64]:
    """A random number in [0, 1) for every user and song, [B, I]."""
    found = np.empty((len(rows), songs))
    for place, row in enumerate(rows):
        found[place] = np.random.default_rng((seed, int(row))).random(songs)
    return found


def set_stage(
    material: Material, cold_artists: Collection[str], *, held_out: float, cold_songs: float, seed: int
) -> Stage:
    """Take listens away; `held_out` is the share of each user's listens to warm songs, `cold_songs` of the songs of
    artists who keep another one."""
    counts, rng = material.listens.counts, np.random.default_rng(seed)
    played = np.bincount(counts.indices, minlength=counts.shape[1]) > 0
    kind = np.zeros(counts.shape[1], dtype=np.int8)
    kind[material.songs_of(cold_artists)] = COLD_ARTIST
    warm = np.flatnonzero(played & (kind == WARM) & (material.artist >= 0))
    left = np.bincount(material.artist[warm], minlength=int(material.artist.max(initial=-1)) + 1)
    for song in rng.permutation(warm)[: int(cold_songs * (played & (kind == WARM)).sum())]:
        if left[material.artist[song]] > 1:
            kind[song] = COLD_SONG
            left[material.artist[song]] -= 1
    keep = (kind[counts.indices] == WARM) & ~_held_out(counts, kind, held_out, rng)
    seen = entries(counts, keep)
    # A song whose only listens were held out has become cold without having been meant to: it is not asked about.
    lost = (kind == WARM) & (np.bincount(seen.indices, minlength=len(kind)) == 0)
    return Stage(
        replace(material.listens, counts=seen, times=None),
        entries(counts, ~keep),
        kind,
        played & ~lost,
        held_out,
        material.elsewhere and material.elsewhere.without(cold_artists),
        seed,
    )


def rehearse(
    material: Material,
    stage: Stage,
    settings: Settings,
    *,
    device: torch.device,
    report: Callable[[Epoch], None] = quiet,
) -> Parts:
    """Fit the parts on what may be seen; without settings of NeuMF or of the network their signal is left out."""
    counts, recipe = stage.seen.counts, settings.neumf
    trained = None if recipe is None else neumf.train(counts, recipe, device=device, report=report)
    network = None if settings.network is None else material.embed(stage.seen, settings.network)
    seen = replace(material, elsewhere=stage.elsewhere)
    return fit_parts(seen, stage.seen, settings, collaborative=trained, network=network)


def learn_weights(
    material: Material, stage: Stage, parts: Parts, recipe: HybridRecipe
) -> tuple[Weights, dict[str, float]]:
    """Weights from the held listens: fitted on warm, cold and mixed lists, then held against NeuMF on the warm ones.

    Beside them NDCG@20 of these lists, on which the weights were fitted: an optimistic figure; `evaluate` has others.
    """
    rows = asked_users(stage, recipe)
    lists = partial(rehearsed_lists, material, stage, parts, rows, recipe)
    fitted = fit_weights((asked for each in lists() for asked in each.values()), recipe)
    return never_below(fitted, lists(), recipe)


def asked_users(stage: Stage, recipe: HybridRecipe) -> NDArray[np.int64]:
    """Rows of the users whose lists the weights are learned from: fewer than the recipe says in a large library."""
    return stage.users(min(recipe.users, max(recipe.least_users, recipe.pairs // len(stage.kind))), recipe.seed)


def rehearsed_lists(
    material: Material,
    stage: Stage,
    parts: Parts,
    rows: NDArray[np.int64],
    recipe: HybridRecipe,
) -> Iterator[dict[str, Lists]]:
    """Warm, cold and mixed lists of some users, a block of them at a time: none is left out for want of memory."""
    blank = Weights({}, {}, 1.0, recipe.song_plays, recipe.user_plays)
    for block in stage.blocks(rows):
        warmth = blank.warmth(parts.listeners, parts.songs_of_users[block])
        found = signals(material, parts, block)
        yield {
            "warm": Lists(found, *stage.lists(block, (WARM,)), warmth),
            "cold": Lists(found, *stage.lists(block, (COLD_SONG, COLD_ARTIST)), warmth),
            "mixed": Lists(found, *stage.mixed(block), warmth),
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
