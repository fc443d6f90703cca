"""The embedded network that other parts use: names beside vectors, and vectors for songs and users that are new.

`EmbeddedNetwork` is the contract of every embedding, however it was learned. A new song takes its place from its
artists, then from the songs that sound like it; a new user from a handful of songs; nothing is trained again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from audiorec.errors import CheckpointError
from audiorec.learning import checkpoint
from audiorec.learning.checkpoint import Header
from audiorec.learning.directions import unit
from audiorec.learning.nearest import best_songs

# SciPy is imported by what learns and folds in: who only reads vectors starts without it.
if TYPE_CHECKING:
    from scipy import sparse

    from audiorec.network.spectral import SpectralSettings

KIND = "network"
MODELS = ("spectral", "ae", "vae", "gae")
_BLOCK = 200  # new songs that are compared at once
_FOLDING = "folding."  # before the names of the arrays that place new users


@dataclass(frozen=True)
class NetworkEmbedding:
    """Users, songs and artists in one space; a zero vector means that nothing is known of a node.

    Shape:
        user_names: U; song_ids: int64 [S], rising; artist_names: A; users, songs, artists: float32 [., d];
        scale: float32 [S], the weight of a song in the vector of a new user; model: one of MODELS; folding: what else
        is needed for a new user, by name.
    """

    user_names: tuple[str, ...]
    song_ids: NDArray[np.int64]
    artist_names: tuple[str, ...]
    users: NDArray[np.float32]
    songs: NDArray[np.float32]
    artists: NDArray[np.float32]
    scale: NDArray[np.float32]
    model: str = "spectral"
    folding: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return int(self.songs.shape[1])

    @cached_property
    def user_row(self) -> dict[str, int]:
        """Row of each user."""
        return {name: row for row, name in enumerate(self.user_names)}

    @cached_property
    def artist_row(self) -> dict[str, int]:
        """Row of each artist."""
        return {name: row for row, name in enumerate(self.artist_names)}


def song_vectors(
    model: NetworkEmbedding, track_ids: Sequence[int] | NDArray[np.int64], artists: Sequence[Sequence[str]]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Vectors float32 [N, d] of any songs, and which of them are known, bool [N] (a row of zeros where not).

    `artists` holds the artists of each song; a song that the model does not know gets the mean of theirs.
    """
    ids = np.asarray(track_ids, dtype=np.int64)
    places = np.minimum(np.searchsorted(model.song_ids, ids), max(len(model.song_ids) - 1, 0))
    vectors = np.zeros((len(ids), model.dims), dtype=np.float32)
    if len(model.song_ids):
        here = model.song_ids[places] == ids
        vectors[here] = model.songs[places[here]]
    for row in np.flatnonzero(~np.any(vectors, axis=1)).tolist():
        theirs = [model.artist_row[name] for name in artists[row] if name in model.artist_row]
        if theirs:
            vectors[row] = model.artists[theirs].mean(axis=0)
    known: NDArray[np.bool_] = np.any(vectors != 0, axis=1)
    return vectors, known


def fill_from_neighbours(
    vectors: NDArray[np.float32], known: NDArray[np.bool_], content: NDArray[np.floating], neighbours: int = 10
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Give the unknown songs the mean vector of the known songs whose content is most alike, weighted by likeness.

    Shape:
        vectors: float32 [N, d]; known: bool [N]; content: [N, D], standardised, a row with NaN has no content;
        returns vectors and which rows are known now. Likeness is the cosine, negative ones count nothing.
    """
    able = ~np.isnan(content).any(axis=1)
    new, old = np.flatnonzero(~known & able), np.flatnonzero(known & able)
    filled, now = vectors.copy(), known.copy()
    if not len(new) or not len(old):
        return filled, now
    directions, place = unit(content).astype(np.float32), vectors[old]
    for rows in np.array_split(new, -(-len(new) // _BLOCK)):
        near, likeness = best_songs(directions[rows], directions[old], neighbours)
        weights = np.maximum(likeness, 0.0)
        total = weights.sum(axis=1)
        filled[rows] = np.einsum("nk,nkd->nd", weights, place[near]) / np.maximum(total, 1e-9)[:, None]
        now[rows] = total > 0
    return filled, now


def new_users(model: NetworkEmbedding, listens: "sparse.csr_array") -> NDArray[np.float32]:
    """Vectors [n, d] of users who were not there at the training, from their listens CSR [n, S]."""
    if model.model == "spectral":
        from audiorec.network.spectral import fold_in

        return fold_in(listens, model.songs, model.scale, float(model.folding["user_damping"][0]))
    # The auto-encoders live beside torch, which the spectral model does without.
    from audiorec.network.autoencoder import AutoencoderEmbedding
    from audiorec.network.graph_autoencoder import GraphEmbedding

    kind = GraphEmbedding if model.model == "gae" else AutoencoderEmbedding
    return kind(model.users, model.songs, model.artists, **model.folding).users_from(listens)


def save(
    folder: Path, model: NetworkEmbedding, config: dict[str, Any], recipe_digest: str, score: dict[str, float]
) -> None:
    """Write a network checkpoint; users stand first among its labels, then artists."""
    labels = [*model.user_names, *model.artist_names]
    known = {"users": len(model.user_names), "model": model.model}
    header = Header(KIND, config | known, "", recipe_digest, labels, score)
    arrays: dict[str, NDArray[Any]] = {
        "users": model.users,
        "songs": model.songs,
        "artists": model.artists,
        "song_ids": model.song_ids,
        "scale": model.scale,
    }
    checkpoint.save(folder, header, arrays | {_FOLDING + name: array for name, array in model.folding.items()})


def settings_of(folder: Path) -> "SpectralSettings":
    """The settings that training chose for a stored spectral network; raises CheckpointError for an earlier one's."""
    from audiorec.network.spectral import SpectralSettings

    config = checkpoint.read_header(folder, KIND).config
    try:
        return SpectralSettings(**{field.name: config[field.name] for field in fields(SpectralSettings)})
    except KeyError as error:
        raise CheckpointError(f"{folder} lacks {error}: run audiorec train-network again") from error


def load(folder: Path) -> NetworkEmbedding:
    """Read a network checkpoint; raises CheckpointError when it is absent, broken or of another kind."""
    header, arrays = checkpoint.load(folder, KIND)
    try:
        count = int(header.config["users"])
        names = (tuple(header.labels[:count]), tuple(header.labels[count:]))
        model = str(header.config["model"])
        folding = {name[len(_FOLDING) :]: array for name, array in arrays.items() if name.startswith(_FOLDING)}
        if model == "spectral" and "user_damping" not in folding:
            raise KeyError("user_damping")
        return NetworkEmbedding(
            names[0],
            arrays["song_ids"],
            names[1],
            arrays["users"],
            arrays["songs"],
            arrays["artists"],
            arrays["scale"],
            model,
            folding,
        )
    except (KeyError, ValueError) as error:
        raise CheckpointError(f"{folder} lacks {error}: run audiorec train-network again") from error


def published_name(model: str) -> str:
    """Under which name a model of MODELS is kept: what the ranker builds on is `network`, the others stand beside it.

    >>> published_name("spectral"), published_name("vae")
    ('network', 'network-vae')
    """
    return KIND if model == "spectral" else f"{KIND}-{model}"


class Embedded(Protocol):
    """Users, songs and artists in one space.

    Shape:
        users: float32 [U, d]; songs: float32 [S, d]; artists: float32 [A, d], the vector of a new song of the artist.
        users @ songs.T ranks; cosines compare; a node that nothing is known of has a zero vector.
    """

    @property
    def users(self) -> NDArray[np.float32]:
        """float32 [U, d]."""

    @property
    def songs(self) -> NDArray[np.float32]:
        """float32 [S, d]."""

    @property
    def artists(self) -> NDArray[np.float32]:
        """float32 [A, d]."""

    def users_from(self, listens: "sparse.csr_array") -> NDArray[np.float32]:
        """Vectors [n, d] of users from their listens CSR [n, S], without training; known rows give known vectors."""
