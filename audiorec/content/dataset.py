"""What the content models learn from: which songs are fit, validation or test, who likes what, and who the users are.

Only listens to songs of fit artists are seen here: the vectors of users and the network vectors of songs come from
them alone, so that songs of validation and test artists are honestly new. It does not know sound.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.data.interactions import Interactions
from audiorec.data.tracks import Track
from audiorec.learning.drawn import drawn
from audiorec.network.embedding import NetworkEmbedding, song_vectors
from audiorec.network.graph import build_network
from audiorec.network.spectral import SpectralSettings
from audiorec.network.spectral_training import embed_network

# Above this many users a random part is learned from; the head then stands for these users only.
MOST_USERS = 4000


@dataclass(frozen=True)
class LikeData:
    """Songs with their part and their likes.

    Shape:
        track_ids: int64 [N]; part: text [N]; played: bool [N], by anybody; likes: bool [N, U]; users: float32 [U, f];
        names: U; artists: N. `network` embeds the fit part.
    """

    track_ids: NDArray[np.int64]
    part: NDArray[np.str_]
    played: NDArray[np.bool_]
    likes: NDArray[np.bool_]
    users: NDArray[np.float32]
    names: tuple[str, ...]
    artists: tuple[tuple[str, ...], ...]
    network: NetworkEmbedding

    def rows(self, part: str) -> NDArray[np.int64]:
        """Rows of a part that say something: songs that somebody has played, for nothing is known of the rest."""
        return np.flatnonzero((self.part == part) & self.played).astype(np.int64)

    @property
    def rates(self) -> NDArray[np.float32]:
        """Share of the fit songs that each user likes, float32 [U]."""
        fit = self.rows("fit")
        if not len(fit):
            return np.full(self.likes.shape[1], 0.5, dtype=np.float32)
        return np.asarray(self.likes[fit].mean(axis=0, dtype=np.float64), dtype=np.float32)

    def network_block(self) -> NDArray[np.float32]:
        """Network vectors float32 [N, d] as far as the fit part gives them; NaN rows elsewhere."""
        vectors, known = song_vectors(self.network, self.track_ids, self.artists)
        vectors[~known] = np.nan
        return vectors


def like_data(
    interactions: Interactions,
    tracks: Sequence[Track],
    parts: Mapping[str, str],
    *,
    user: str | None = None,
    dims: int = 16,
    seed: int = 0,
) -> LikeData:
    """Gather what the content models learn from; with `user` (task T1) for this user alone, else (T2) for all users.

    Raises UnknownNameError for a user who is not there.
    """
    of = {track.id: track for track in tracks}
    chosen = [of[int(item)] for item in interactions.items]
    part = np.array([parts.get(track.artist_key, "fit") for track in chosen])
    fit = interactions.masked(part == "fit")
    network = build_network(fit, chosen)
    embedding = embed_network(network, SpectralSettings(dims=dims, seed=seed))
    rows = _users(interactions, user, seed)
    likes = (interactions.counts[rows] > 0).toarray().T
    vectors = _unit_rms(embedding.users[rows]) if user is None else np.ones((1, 1), dtype=np.float32)
    names = tuple(interactions.users[row] for row in rows)
    artists = tuple(track.artists for track in chosen)
    played = interactions.plays() > 0
    return LikeData(interactions.items, part, played, np.asarray(likes, dtype=bool), vectors, names, artists, embedding)


def _users(interactions: Interactions, user: str | None, seed: int) -> NDArray[np.int64]:
    if user is not None:
        return np.array([interactions.user_row(user)], dtype=np.int64)
    return drawn(np.arange(len(interactions.users), dtype=np.int64), MOST_USERS, seed)


def _unit_rms(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scaled so that a coordinate is about 1 in size, the order of size of the dimensions kept."""
    size = float(np.sqrt(np.mean(np.square(vectors)))) if vectors.size else 1.0
    return (vectors / max(size, 1e-6)).astype(np.float32)
