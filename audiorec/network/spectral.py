"""Spectral embedding of users, songs and artists: the leading singular vectors of their normalised network.

Songs stand on one side of the network, users and artists on the other, so with B the edges between the sides, divided
by the square roots of both degrees, the truncated SVD B = P s Q^T is the spectral embedding of the whole graph. It
knows no order of listening and no content; a node without edges gets a zero vector.

Degrees are damped: without that, a playlist of songs that nobody else has would be a component of its own with the
largest singular value there is, and thousands of such corners would crowd out the music that people share.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_DENSE = 1_000_000  # entries up to which an exact decomposition is quicker than a sampled one


@dataclass(frozen=True)
class SpectralSettings:
    """dims: longest vector; artist_weight: an artist's edge against one listen; song_damping: listens added to every
    song's degree; friend_weight: a friend's listens against one's own; seed: of the sampled SVD; user_damping: added to
    the degrees of users and artists; diffusion: power of the singular values in a song's vector."""

    dims: int = 256
    artist_weight: float = 0.3
    song_damping: float = 3.0
    friend_weight: float = 0.1
    seed: int = 0
    user_damping: float = 10.0
    diffusion: float = 0.75


@dataclass(frozen=True)
class SpectralEmbedding:
    """Vectors of all nodes, best dimension first, so that the first columns are the shorter embedding.

    Shape:
        users: float32 [U, d]; songs: float32 [S, d]; artists: float32 [A, d], the vector of a new song of the artist;
        scale: float32 [S], degree normaliser of a song; users @ songs.T scores, cosines compare; user_damping: of the
        settings.
    """

    users: NDArray[np.float32]
    songs: NDArray[np.float32]
    artists: NDArray[np.float32]
    scale: NDArray[np.float32]
    user_damping: float

    def cut(self, dims: int) -> "SpectralEmbedding":
        """The embedding of fewer dimensions: that of a fit with these dims, up to rounding."""
        return replace(self, users=self.users[:, :dims], songs=self.songs[:, :dims], artists=self.artists[:, :dims])

    def users_from(self, listens: sparse.csr_array) -> NDArray[np.float32]:
        """Vectors [n, d] of users who were not there, from their listens CSR [n, S]; known rows give known vectors."""
        return fold_in(listens, self.songs, self.scale, self.user_damping)


def fold_in(
    listens: sparse.csr_array, songs: NDArray[np.float32], scale: NDArray[np.float32], user_damping: float
) -> NDArray[np.float32]:
    """User vectors [n, d] as the degree-normalised sum of the vectors of their songs."""
    weights = weigh(listens)
    rows = _scaled(weights, _inverse_root(_sums(weights, 1), user_damping), scale)
    return np.asarray(rows @ songs, dtype=np.float32)


def embed(
    listens: sparse.csr_array, credits: sparse.csr_array, friends: sparse.csr_array, settings: SpectralSettings
) -> SpectralEmbedding:
    """Embed a network: listens CSR [U, S] (counts), credits CSR [S, A], friends CSR [U, U].

    Deterministic for a seed. Source: normalised spectral embedding of a bipartite graph (Dhillon 2001) with damped
    degrees (Chaudhuri, Chung, Tsiatas 2012) and the singular values as diffusion weights.
    """
    own = weigh(listens)
    tastes = own + _friends_share(own, friends, settings.friend_weight)
    known = _known_credits(own, credits)
    edges = sparse.csr_array(sparse.vstack([tastes, settings.artist_weight * known.T]))
    left = _inverse_root(_sums(edges, 1), settings.user_damping)
    right = _inverse_root(_sums(edges, 0), settings.song_damping)
    normalised = _scaled(edges, left, right)
    p, s, q = _decompose(normalised, settings.dims, settings.seed)
    # Nodes without edges come out as rounding noise, which a cosine would take for a direction.
    p, q = p * (left > 0)[:, None], q * (right > 0)[:, None]
    songs = (q * s**settings.diffusion).astype(np.float32)
    rows = len(tastes.indptr) - 1
    # A new song with this one artist has the one edge w and the degree w.
    weight = settings.artist_weight
    edge = left[rows:, None] * (weight / max(weight + settings.song_damping, 1e-9) ** 0.5)
    artists = p[rows:] * s ** (settings.diffusion - 1.0) * edge
    users = np.asarray(_scaled(tastes, left[:rows], right) @ songs, dtype=np.float32)
    return SpectralEmbedding(users, songs, artists.astype(np.float32), right.astype(np.float32), settings.user_damping)


def weigh(listens: sparse.csr_array) -> sparse.csr_array:
    """Counts to edge weights, log2(1 + n): the tenth listen says less than the first."""
    weights = sparse.csr_array(listens).astype(np.float64)
    weights.data = np.log2(1.0 + weights.data)
    return weights


def _known_credits(own: sparse.csr_array, credits: sparse.csr_array) -> sparse.csr_array:
    """Credits of artists with at least one listen: the others hang on nobody, and the network knows nothing of them."""
    known = (credits.T @ _sums(own, 0)) > 0
    kept = sparse.csr_array(credits @ sparse.diags_array(known.astype(np.float64)))
    kept.eliminate_zeros()
    return kept


def _friends_share(own: sparse.csr_array, friends: sparse.csr_array, weight: float) -> sparse.csr_array:
    if not weight or not friends.nnz:
        return sparse.csr_array(own.shape, dtype=np.float64)
    mean = sparse.diags_array(weight / np.maximum(_sums(friends, 1), 1.0)) @ friends
    return sparse.csr_array(mean @ own)


def _decompose(
    matrix: sparse.csr_array, dims: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Left vectors [n, k], singular values [k] and right vectors [m, k], signs fixed, k at most `dims` and the rank."""
    rows, columns = matrix.shape
    dims = min(dims, rows, columns)
    if rows * columns <= _DENSE:
        p, s, qt = np.linalg.svd(matrix.toarray(), full_matrices=False)
        p, s, q = p[:, :dims], s[:dims], qt[:dims].T
    else:
        from sklearn.utils.extmath import randomized_svd  # a second to import, for large networks alone

        p, s, qt = randomized_svd(matrix.astype(np.float32), dims, n_iter=4, random_state=seed)
        p, s, q = p.astype(np.float64), s.astype(np.float64), qt.T.astype(np.float64)
    kept = int(np.sum(s > 1e-5 * max(float(s[0]), 1e-12))) if len(s) else 0
    p, s, q = p[:, :kept], s[:kept], q[:, :kept]
    largest = np.abs(q).argmax(axis=0)
    signs = np.sign(q[largest, np.arange(kept)])
    return p * signs, s, q * signs


def _sums(matrix: sparse.csr_array, axis: int) -> NDArray[np.float64]:
    return np.asarray(matrix.sum(axis=axis), dtype=np.float64).reshape(-1)


def _inverse_root(degrees: NDArray[np.float64], damping: float) -> NDArray[np.float64]:
    return np.divide(1.0, np.sqrt(degrees + damping), out=np.zeros_like(degrees), where=degrees > 0)


def _scaled(matrix: sparse.csr_array, left: NDArray[np.floating], right: NDArray[np.floating]) -> sparse.csr_array:
    return sparse.csr_array(sparse.diags_array(left) @ matrix @ sparse.diags_array(right))
