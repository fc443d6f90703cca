"""Making the arrays that requests rank by: every part fitted on all listens, taken apart into songs' and users'."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.collaborative.als import TrainedAls
from audiorec.collaborative.als_scoring import gram_of
from audiorec.collaborative.item_model import pack
from audiorec.collaborative.neumf import Neumf
from audiorec.data import encoder_outputs
from audiorec.data.workspace import Workspace
from audiorec.hybrid import fit_cache
from audiorec.hybrid.fit_parts import fit_parts
from audiorec.hybrid.inputs import Material, gather
from audiorec.hybrid.settings import load_settings
from audiorec.hybrid.signals import Parts
from audiorec.labels.encoder_words import best_words
from audiorec.learning.coded_vectors import plain
from audiorec.network import embedding
from audiorec.network.embedding import NetworkEmbedding, song_vectors
from audiorec.ranking import genre_shares, similarity
from audiorec.ranking.coded_songs import with_codes
from audiorec.ranking.neighbours import Block
from audiorec.ranking.recordings import recordings
from audiorec.ranking.song_columns import pack_songs

Arrays = dict[str, NDArray[Any]]
# What content's short columns hold of the products, and how many there are at most: a list reads all of them.
_SHARE, _COLUMNS = 0.9999, 160


def make(space: Workspace) -> tuple[dict[str, Any], Arrays]:
    """Fit what is not kept, and take all apart; raises as `inputs.gather` and `Workspace.model`."""
    folder = space.model("hybrid")
    settings = load_settings(folder)
    material = gather(space, settings.content)
    network = embedding.load(space.model("network")) if space.has_model("network") else None
    parts = fit_parts(
        material,
        material.listens,
        settings,
        collaborative=fit_cache.collaborative(space, material.listens),
        network=network,
        kept=fit_cache.load(folder, material.listens, (material.feature_digest, settings.digest)),
    )
    about, arrays = pack_parts(material, parts, network)
    blocks = _blocks(space, material)
    genre, genres = genre_shares.genre_rows([track.genre for track in material.tracks])
    arrays |= {f"block.{name}.{side}": values for name, sides in blocks.items() for side, values in sides.items()}
    arrays |= {f"songs.{name}": values for name, values in pack_songs(material.tracks).items()}
    encoded = encoder_outputs.read(space, material.listens.items)
    words, best = best_words(encoded) if encoded else ((), np.full((len(genre), 1), -1, dtype=np.int16))
    arrays |= {"sound_tags": best, "recording": recordings(material.tracks, material.fingerprints), "genre": genre}
    about |= {
        "songs": space.songs_state(),
        "inputs": space.inputs(),
        "taste": [settings.taste.regularization, settings.taste.alpha],
        "blocks": list(blocks),
        "genres": list(genres),
        "sound_tags": list(words),
    }
    return about, with_codes(arrays, about["taste_columns"])


def pack_parts(material: Material, parts: Parts, network: NetworkEmbedding | None) -> tuple[dict[str, Any], Arrays]:
    """Names and settings, and arrays, of fitted parts."""
    factors = parts.factors
    arrays: Arrays = {
        "items": material.listens.items,
        "usable": material.usable,
        "artist": material.artist,
        "directions": parts.directions,
        "short": shortened(parts.directions),
        "popularity": parts.taste.popularity.astype(np.float32),
        **{f"factors.{name}": values for name, values in factors.to_arrays().items()},  # type: ignore[attr-defined]
        "factors.gram": gram_of(factors.items),  # type: ignore[attr-defined]
        **pack("seen", material.listens.counts),
        **pack("neighbours", sparse.csr_array(parts.neighbours.weights)),
    }
    pairs = parts.taste.pairs
    songs = np.column_stack([plain(pair.songs) for pair in pairs]).astype(np.float32)
    arrays |= {"taste.songs": songs, "taste.gram": gram_of(songs), "taste.mean": songs.mean(axis=0, dtype=np.float64)}
    arrays["taste.users"] = np.column_stack([pair.users for pair in pairs]).astype(np.float32)
    for name, model in (("cf", parts.collaborative), ("cold", parts.cold)):
        if isinstance(model, Neumf):
            arrays |= {f"{name}.{key}": values for key, values in model.to_arrays().items()}
    if parts.predicted is not None:
        arrays["predicted"] = np.asarray(parts.predicted, dtype=np.float32)
    if parts.placed is not None and network is not None:
        arrays |= {"placed.users": parts.placed.users, "placed.songs": plain(parts.placed.songs)}
        arrays |= {"placed.known": parts.placed.known, "placed.pulls": _pulls(network, material)}
    for name, likes in material.likes.items():
        arrays |= {f"likes.{name}.{side}": values for side, values in likes.to_arrays().items()}  # type: ignore[attr-defined]
    assert isinstance(factors, TrainedAls)
    return {
        "users": list(material.listens.users),
        "taste_columns": [plain(pair.songs).shape[1] for pair in pairs],
        "factors": list(factors.setting),
        "mixing": asdict(parts.mixing),
        "likes": {name: list(likes.names) for name, likes in material.likes.items()},  # type: ignore[attr-defined]
    }, arrays


def shortened(directions: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vectors [I, D] in the columns that hold nearly all of their products, [I, d]: at most `_COLUMNS`."""
    values, axes = np.linalg.eigh(gram_of(directions))
    kept = np.cumsum(values[::-1]) < _SHARE * max(float(values.sum()), 1e-12)
    size = min(int(kept.sum()) + 1, _COLUMNS, len(values))
    return np.asarray(directions @ axes[:, ::-1][:, :size].astype(np.float32))


def _pulls(network: NetworkEmbedding, material: Material) -> NDArray[np.float32]:
    """What each song adds to the vector of a new user, float32 [I, d]."""
    vectors, _ = song_vectors(network, material.listens.items, [track.artists for track in material.tracks])
    place = np.searchsorted(network.song_ids, material.listens.items).clip(max=max(len(network.song_ids) - 1, 0))
    known = network.song_ids[place] == material.listens.items
    scale = np.where(known, network.scale[place], 1.0)
    return np.asarray(vectors * scale[:, None], dtype=np.float32)


def _blocks(space: Workspace, material: Material) -> Mapping[str, Mapping[str, NDArray[Any]]]:
    """Sound, words and network of the material's songs, for the user's own songs nearest to a recommended one."""
    library = similarity.gather(space)
    rows = np.array([library.row[track.id] for track in material.tracks], dtype=np.int64)
    found = dict[str, Mapping[str, NDArray[Any]]]()
    for name, whole in library.blocks.items():
        block = Block(whole.vectors[rows].astype(np.float32), whole.known[rows])
        nearness = block.usual_nearness(np.arange(len(rows)))
        found[name] = {"vectors": block.vectors, "known": block.known, "nearness": nearness}
    return found
