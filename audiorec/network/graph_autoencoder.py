"""Graph auto-encoder of the network: a graph convolution in two layers, decoded by inner products.

Songs and artists carry learned features, users carry none: what a user is follows from their songs alone, so a new user
needs no training. It does not know counts or order. Source: Kipf and Welling 2016 (GAE), with a sampled loss; it
starts from given vectors x as [x, -x], which the rectifier passes on whole, so that training only has to refine them.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import nn

from audiorec.network.autoencoder import to_torch


@dataclass(frozen=True)
class GraphEmbedding:
    """Vectors and what makes more of them; see `embedded.Embedded`.

    features: float32 [S, h], what each song gives a user in the first layer; hidden: [S, h], in the second;
    out: [h, d]; scale: [S], normaliser of each song.
    """

    users: NDArray[np.float32]
    songs: NDArray[np.float32]
    artists: NDArray[np.float32]
    features: NDArray[np.float32]
    hidden: NDArray[np.float32]
    out: NDArray[np.float32]
    scale: NDArray[np.float32]

    def users_from(self, listens: sparse.csr_array) -> NDArray[np.float32]:
        """Vectors [n, d] of users from their listens CSR [n, S]."""
        known = _pattern(listens)
        inverse = 1.0 / np.sqrt(np.diff(known.indptr) + 1.0)
        rows = sparse.csr_array(sparse.diags_array(inverse) @ known @ sparse.diags_array(self.scale))
        own = np.maximum(rows @ self.features, 0.0) * (inverse**2)[:, None]
        vectors = (rows @ self.hidden + own) @ self.out
        return np.asarray(vectors * (np.diff(known.indptr) > 0)[:, None], dtype=np.float32)


class GraphAutoencoder(nn.Module):
    """The whole graph -> vectors of all its nodes, users first, then songs, then artists: float32 [U + S + A, d]."""

    def __init__(self, listens: sparse.csr_array, credits: sparse.csr_array, start: NDArray[np.float32]) -> None:
        """listens: CSR [U, S]; credits: CSR [S, A]; who and what counts, not how often. start: [S + A, d], features."""
        super().__init__()
        self.users, self.songs, self.artists = listens.shape[0], credits.shape[0], credits.shape[1]
        adjacency, self.inverse = _normalised(_pattern(listens), credits)
        self.register_buffer("adjacency", to_torch(adjacency), persistent=False)
        self.features = nn.Parameter(torch.from_numpy(np.hstack([start, -start]).astype(np.float32)))
        eye = torch.eye(start.shape[1])
        self.out = nn.Parameter(torch.cat([eye, -eye]))

    def first_layer(self) -> torch.Tensor:
        """Hidden vectors of all nodes, float32 [U + S + A, hidden]."""
        nobody = torch.zeros(self.users, self.features.shape[1], device=self.features.device)
        return torch.relu(torch.sparse.mm(self.get_buffer("adjacency"), torch.cat([nobody, self.features])))

    def forward(self) -> torch.Tensor:
        """See the class."""
        vectors: torch.Tensor = torch.sparse.mm(self.get_buffer("adjacency"), self.first_layer()) @ self.out
        return vectors


def extract(model: GraphAutoencoder, listens: sparse.csr_array, credits: sparse.csr_array) -> GraphEmbedding:
    """The vectors of a trained network; a node that no listen reaches has none."""
    users, songs = model.users, model.songs
    with torch.no_grad():
        vectors, first = model().cpu().numpy(), model.first_layer().cpu().numpy()
        features, out = model.features.cpu().numpy().copy(), model.out.cpu().numpy().copy()
    played = np.asarray((listens > 0).sum(axis=0)).reshape(-1) > 0
    by = np.asarray(credits.T @ played.astype(np.float64)) > 0
    reached = played | (np.asarray(credits @ by.astype(np.float64)) > 0)
    new = _new_song(model.inverse[users + songs :], features[songs:], first[users + songs :]) @ out
    return GraphEmbedding(
        vectors[:users] * (np.diff(_pattern(listens).indptr) > 0)[:, None],
        vectors[users : users + songs] * reached[:, None],
        (new * by[:, None]).astype(np.float32),
        features[:songs],
        first[users : users + songs],
        out,
        model.inverse[users : users + songs].astype(np.float32),
    )


def _new_song(
    inverse: NDArray[np.float64], features: NDArray[np.float32], first: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Hidden sum of a song that hangs on one artist only and has no features of its own: degree 1 and its own loop."""
    edge = inverse * np.sqrt(0.5)
    own = np.maximum(features * edge[:, None], 0.0)
    return np.asarray(0.5 * own + first * edge[:, None], dtype=np.float64)


def _normalised(known: sparse.csr_array, credits: sparse.csr_array) -> tuple[sparse.csr_array, NDArray[np.float64]]:
    """Symmetric normalisation of the adjacency with loops, and the inverse roots of the degrees."""
    users, songs = known.shape
    nodes = users + songs + credits.shape[1]
    first, second = sparse.coo_array(known), sparse.coo_array(credits)
    heads = np.concatenate([first.coords[0], second.coords[0] + users])
    tails = np.concatenate([first.coords[1] + users, second.coords[1] + users + songs])
    ones = np.ones(len(heads), dtype=np.float64)
    half = sparse.csr_array(sparse.coo_array((ones, (heads, tails)), shape=(nodes, nodes)).tocsr())
    whole = sparse.csr_array(half + half.T + sparse.eye_array(nodes))
    inverse = 1.0 / np.sqrt(np.asarray(whole.sum(axis=1), dtype=np.float64).reshape(-1))
    scaling = sparse.diags_array(inverse)
    return sparse.csr_array(scaling @ whole @ scaling), inverse


def _pattern(listens: sparse.csr_array) -> sparse.csr_array:
    known = sparse.csr_array(listens).astype(np.float32)
    known.eliminate_zeros()
    known.data = np.ones_like(known.data)
    return known
