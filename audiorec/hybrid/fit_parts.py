"""Fitting what the hybrid's signals are made of from the listens that may be seen.

A rehearsal can take listens away, since everything here is fitted from what it is given. It does not score: see
`signals.py`.
"""

from dataclasses import replace

import numpy as np
from scipy import sparse

from audiorec.cold_start.block_weights import weighed
from audiorec.cold_start.content_to_factors import content_space, fit_taste
from audiorec.cold_start.dropoutnet import predict_vectors, train_on_dropped
from audiorec.collaborative.als import AlsRecipe, TrainedAls
from audiorec.collaborative.als import train as train_als
from audiorec.collaborative.itemknn import nearest_items
from audiorec.collaborative.neumf import Neumf
from audiorec.data.interactions import Interactions
from audiorec.hybrid.fit_cache import NOTHING, Kept
from audiorec.hybrid.inputs import Material
from audiorec.hybrid.settings import Settings
from audiorec.hybrid.signals import Mixing, Parts, Placed
from audiorec.learning.directions import unit
from audiorec.learning.drawn import drawn
from audiorec.network.embedding import NetworkEmbedding, song_vectors

# Songs from which a map into another space can be learned at all.
_LEAST_SONGS = 4


def fit_parts(
    material: Material,
    seen: Interactions,
    settings: Settings,
    *,
    collaborative: Neumf | None = None,
    network: NetworkEmbedding | None = None,
    kept: Kept = NOTHING,
) -> Parts:
    """Fit the cheap parts, and the maps into NeuMF's space, on the listens that may be seen.

    What is `kept` from an earlier fit is not fitted again.
    """
    played = np.flatnonzero(np.bincount(seen.counts.indices, minlength=len(seen.items)))
    content = weighed(material.content, settings.blocks)
    points = content_space(content, played).place(content.blocks)
    taste = kept.taste or fit_taste(
        content,
        seen.counts,
        settings.taste,
        elsewhere=material.elsewhere_listens,
        artists=material.artist_groups,
        names=material.artist_names,
    )
    factors = kept.factors or fit_factors(seen.counts, settings.factors)
    recipe = settings.hybrid
    neighbours = nearest_items(seen.counts, neighbours=recipe.neighbours, shrinkage=recipe.shrinkage)
    placed = None if network is None else place(network, seen, material)
    mixing = Mixing(recipe.neural, recipe.settled, recipe.counted)
    parts = Parts(seen, points, taste, factors, neighbours, mixing, collaborative, network=network, placed=placed)
    if collaborative is None:
        return parts
    vectors = collaborative.item_vectors()
    able = np.flatnonzero(np.isfinite(vectors).all(axis=1) & content.usable)
    known = drawn(able, settings.taste.anchors, settings.taste.seed)
    if len(known) < _LEAST_SONGS:
        return parts
    cold = kept.cold
    # A kept model of another shape was made beside another collaborative model: their vectors do not go together.
    if cold is None or _shapes(cold) != _shapes(collaborative):
        described = np.where(content.usable[:, None], points, np.nan)
        cold = train_on_dropped(collaborative, seen.counts, described, material.artist_groups, settings.cold)
    return replace(parts, cold=cold, predicted=predict_vectors(points, vectors, known, settings.cold))


def _shapes(model: Neumf) -> dict[str, tuple[int, ...]]:
    return {name: values.shape for name, values in model.to_arrays().items()}


def fit_factors(counts: sparse.csr_array, recipe: AlsRecipe) -> TrainedAls:
    """Implicit ALS of CSR counts [U, I], with no more factors than there are users or songs."""
    return train_als(counts, recipe.model_copy(update={"rank": min(recipe.rank, *counts.shape)}))


def place(network: NetworkEmbedding, seen: Interactions, material: Material) -> Placed:
    """Users and songs in the network; a new song stands with its artist."""
    vectors, known = song_vectors(network, seen.items, [track.artists for track in material.tracks])
    rows = np.array([network.user_row.get(user, -1) for user in seen.users], dtype=np.int64)
    users = np.where((rows >= 0)[:, None], network.users[rows], 0.0)
    return Placed(unit(users).astype(np.float32), unit(vectors).astype(np.float32), known)
