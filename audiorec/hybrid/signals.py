"""The signals of the hybrid: one function each, from fitted parts to a matrix [users, songs], NaN where it is mute.

The cheap parts are fitted from listens that may be seen, so that a rehearsal can take listens away. It does not weigh
signals against each other.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.cold_start.content_knn import mean_similarity
from audiorec.cold_start.content_space import unit_rows
from audiorec.cold_start.content_to_factors import Taste, content_space, drawn, fit_taste, standard_rows
from audiorec.cold_start.dropoutnet import predict_vectors, train_on_dropped
from audiorec.collaborative.als import Als, AlsRecipe
from audiorec.collaborative.als import train as train_als
from audiorec.collaborative.item_model import ItemToItem
from audiorec.collaborative.itemknn import nearest_items
from audiorec.collaborative.neumf import Neumf
from audiorec.data.interactions import Interactions
from audiorec.hybrid.fit_cache import NOTHING, Kept
from audiorec.hybrid.inputs import Material
from audiorec.hybrid.settings import Settings
from audiorec.hybrid.weights import calibrate
from audiorec.network.embedding import NetworkEmbedding, song_vectors

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
# Share of the neural model in what content promises; the taste models have the rest (docs/log.md).
NEURAL = 0.4
# Listeners of a song with whom its factors count as much as what its content promises.
_SETTLED = 30.0
# Songs from which a map into another space can be learned at all.
_LEAST_SONGS = 4


@dataclass(frozen=True)
class Parts:
    """What was fitted from the listens that may be seen.

    points: the content space [I, D]; factors: implicit ALS; collaborative: a NeuMF of these users and songs, or None;
    cold: the same trained on with songs dropped to cold, and predicted: the vectors [I, d] that content predicts for
    it; network: or None.
    """

    seen: Interactions
    points: Floats
    taste: Taste
    factors: Als
    neighbours: ItemToItem
    collaborative: Neumf | None = None
    cold: Neumf | None = None
    predicted: Floats | None = None
    network: NetworkEmbedding | None = None

    @property
    def listeners(self) -> Floats:
        """Users who have each song, [I]."""
        return np.bincount(self.seen.counts.indices, minlength=len(self.seen.items)).astype(np.float64)

    @property
    def songs_of_users(self) -> Floats:
        """Songs that each user has, [U]."""
        return np.diff(self.seen.counts.indptr).astype(np.float64)


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
    points = content_space(material.content, played).place(material.content.blocks)
    taste = kept.taste or fit_taste(material.content, seen.counts, settings.taste, elsewhere=material.elsewhere)
    factors = kept.factors or fit_factors(seen.counts, settings.factors)
    # The strengths with which ItemKNN stands as a baseline: among a household's few listens it beats factors.
    neighbours = nearest_items(seen.counts, neighbours=200, shrinkage=10.0)
    parts = Parts(seen, points, taste, factors, neighbours, collaborative, network=network)
    if collaborative is None:
        return parts
    vectors = collaborative.item_vectors()
    known = drawn(np.flatnonzero(np.isfinite(vectors).all(axis=1) & material.content.usable), settings.taste)
    if len(known) < _LEAST_SONGS:
        return parts
    cold = kept.cold
    if cold is None:
        heard = np.where(material.content.usable[:, None], points, np.nan)
        cold = train_on_dropped(collaborative, seen.counts, heard, material.artist_groups, settings.cold)
    return replace(parts, cold=cold, predicted=predict_vectors(points, vectors, known))


def fit_factors(counts: sparse.csr_array, recipe: AlsRecipe) -> Als:
    """Implicit ALS of CSR counts [U, I], with no more factors than there are users or songs."""
    return train_als(counts, recipe.model_copy(update={"rank": min(recipe.rank, *counts.shape)}))


def signals(material: Material, parts: Parts, rows: Rows) -> dict[str, Floats]:
    """Every signal that can be had, each [B, I]; the names are those of `training.hybrid.SIGNALS`."""
    found = {"predicted": predicted(parts, rows), "content": content(parts, rows)}
    for values in found.values():  # what has no content is told by listens alone
        values[:, ~material.content.usable] = np.nan
    if parts.collaborative is not None:
        found["collaborative"] = parts.collaborative.scores(rows).astype(np.float64)
    found["factors"] = factors(parts, rows, found["predicted"])
    found["neighbours"] = neighbours(parts, rows)
    for name, likes in material.likes.items():
        found[name] = likes([parts.seen.users[row] for row in rows]).astype(np.float64)
    if parts.network is not None:
        found["network"] = network(material, parts, rows)
    found["artist"] = artist_prior(parts.seen.counts, material.artist, rows)
    found["popularity"] = np.tile(popularity(parts), (len(rows), 1))
    return found


def predicted(parts: Parts, rows: Rows) -> Floats:
    """What content promises: the taste models, and NeuMF with the song's vector predicted from content."""
    taste = standard_rows(parts.taste.scores(rows))
    if parts.predicted is None or parts.cold is None:
        return taste
    neural = standard_rows(parts.cold.score_with_item_vectors(rows, parts.predicted))
    return np.asarray(np.where(np.isnan(neural), taste, (1.0 - NEURAL) * taste + NEURAL * neural))


def factors(parts: Parts, rows: Rows, promised: Floats) -> Floats:
    """Implicit ALS by place, [B, I]; a song with few listeners stands where it was `promised` to until more arrive.

    ALS draws the vectors of such songs to nothing: without the promise a song fell at its first listener, and warm
    lists were no better (docs/log.md; `benchmarks/mixed.py` draws the curve).
    """
    everything = np.ones(promised.shape, dtype=bool)
    own = calibrate(parts.factors.scores(rows), everything)
    share = parts.listeners / (parts.listeners + _SETTLED)
    eased = share * own + (1.0 - share) * calibrate(promised, everything)
    return np.asarray(np.where(np.isnan(promised), own, eased))


def neighbours(parts: Parts, rows: Rows) -> Floats:
    """ItemKNN: likeness of a song's listeners to those of the user's own songs; mute on songs that nobody plays."""
    return np.asarray(parts.neighbours.scores(rows), dtype=np.float64)


def content(parts: Parts, rows: Rows) -> Floats:
    """Mean likeness in content to the user's own songs."""
    return mean_similarity(sparse.csr_array(parts.seen.counts[rows]), parts.points, parts.points)


def network(material: Material, parts: Parts, rows: Rows) -> Floats:
    """Cosine of user and song in the embedded network; a new song stands with its artist."""
    embedding = parts.network
    assert embedding is not None
    vectors, known = song_vectors(embedding, parts.seen.items, [track.artists for track in material.tracks])
    place = np.array([embedding.user_row.get(parts.seen.users[row], -1) for row in rows])
    users = np.where((place >= 0)[:, None], embedding.users[place], 0.0)
    found = unit_rows(users) @ unit_rows(vectors).T
    found[:, ~known] = np.nan
    found[~users.any(axis=1)] = np.nan
    return np.asarray(found)


def artist_prior(counts: sparse.csr_array, artist: Rows, rows: Rows) -> Floats:
    """Log plays of the user of this artist's other songs; minus infinity for none, NaN for an unknown artist."""
    own = sparse.csr_array(counts[rows])
    plays = np.zeros((len(rows), int(artist.max(initial=-1)) + 2))
    dense = np.asarray(own.todense(), dtype=np.float64)
    np.add.at(plays.T, artist + 1, dense.T)
    found = np.log1p(plays[:, artist + 1] - dense)
    # None at all must add nothing to a score, or a reason would say that she plays the artist.
    found[found <= 0.0] = -np.inf
    found[:, artist < 0] = np.nan
    return found


def popularity(parts: Parts) -> Floats:
    """Log listeners of each song [I]: predicted from content, giving way to the count as listeners arrive."""
    count = parts.listeners
    # With ten listeners a song's own count weighs as much as what its sound promises: a new song has few for being new.
    own = count / (count + 10.0)
    return np.asarray((1.0 - own) * parts.taste.popularity + own * np.log1p(count))
