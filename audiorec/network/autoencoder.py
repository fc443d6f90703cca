"""Auto-encoder and variational auto-encoder of the network's adjacency rows: a user's songs in, the same songs out.

What lies between is the user's vector, and the decoder's weights are the songs' vectors, each the sum of the song's own
part and its artists' part, so that a new song of a known artist has one at once. It does not know counts: a song is
there or not. Source: Liang et al. 2018 (multinomial likelihood, annealed KL), with a linear decoder.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import nn
from torch.nn import functional


@dataclass(frozen=True)
class AutoencoderEmbedding:
    """Vectors and the encoder that makes more of them; see `embedded.Embedded`. encoder: float32 [S, d]; bias: [d]."""

    users: NDArray[np.float32]
    songs: NDArray[np.float32]
    artists: NDArray[np.float32]
    encoder: NDArray[np.float32]
    bias: NDArray[np.float32]

    def users_from(self, listens: sparse.csr_array) -> NDArray[np.float32]:
        """Vectors [n, d] of users from their listens CSR [n, S]."""
        return encode_rows(listens, self.encoder, self.bias)


class RowAutoencoder(nn.Module):
    """Rows of listens -> logits over songs.

    Shape:
        input: float32 [B, S], rows of length one; output: logits [B, S] and KL [B] (zeros unless variational).
    """

    def __init__(self, credits: sparse.csr_array, dims: int, dropout: float, variational: bool) -> None:
        """credits: CSR [S, A], who performs what."""
        super().__init__()
        songs, artists = credits.shape
        self.dropout, self.variational = dropout, variational
        self.register_buffer("credits", _mean_of_artists(credits), persistent=False)
        self.encoder = _tables(songs, artists, dims)
        self.decoder = _tables(songs, artists, dims)
        self.bias = nn.Parameter(torch.zeros(dims))
        self.spread = _tables(songs, artists, dims) if variational else None
        self.spread_bias = nn.Parameter(torch.full((dims,), -2.0), requires_grad=variational)

    def items(self, tables: nn.ParameterDict) -> torch.Tensor:
        """Vectors [S, d]: each song's own part and the mean of its artists'."""
        credits: torch.Tensor = self.get_buffer("credits")
        vectors: torch.Tensor = tables["songs"] + torch.sparse.mm(credits, tables["artists"])
        return vectors

    def forward(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """See the class."""
        shown = functional.dropout(rows, self.dropout, self.training)
        mean = torch.tanh(shown @ self.items(self.encoder) + self.bias)
        divergence = torch.zeros(len(rows), device=rows.device)
        if self.spread is not None:
            log_variance = shown @ self.items(self.spread) + self.spread_bias
            divergence = 0.5 * (mean**2 + log_variance.exp() - 1.0 - log_variance).sum(dim=1)
            if self.training:
                mean = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        return mean @ self.items(self.decoder).T, divergence


def extract(model: RowAutoencoder, listens: sparse.csr_array) -> AutoencoderEmbedding:
    """The vectors of a trained network; songs that are neither played nor by a played artist have none."""
    with torch.no_grad():
        songs = model.items(model.decoder).cpu().numpy()
        artists = model.decoder["artists"].cpu().numpy().copy()
        encoder, bias = model.items(model.encoder).cpu().numpy(), model.bias.cpu().numpy().copy()
        played = _played(listens, model.get_buffer("credits"))
    songs, artists = songs * played[0][:, None], artists * played[1][:, None]
    return AutoencoderEmbedding(encode_rows(listens, encoder, bias), songs, artists, encoder, bias)


def encode_rows(
    listens: sparse.csr_array, encoder: NDArray[np.float32], bias: NDArray[np.float32]
) -> NDArray[np.float32]:
    """tanh of the normalised rows through the encoder, float32 [n, d]; users without songs have zeros."""
    rows = unit_patterns(listens)
    vectors = np.tanh(rows @ encoder + bias)
    return np.asarray(vectors * (np.diff(rows.indptr) > 0)[:, None], dtype=np.float32)


def unit_patterns(listens: sparse.csr_array) -> sparse.csr_array:
    """The pattern of CSR [n, S] with rows of length one."""
    rows = sparse.csr_array(listens).astype(np.float32)
    rows.eliminate_zeros()
    sizes = np.diff(rows.indptr)
    rows.data = np.repeat(1.0 / np.sqrt(np.maximum(sizes, 1)), sizes).astype(np.float32)
    return rows


def to_torch(matrix: sparse.csr_array) -> torch.Tensor:
    """A sparse tensor of a SciPy matrix, coordinates and values, float32."""
    whole = sparse.coo_array(matrix)
    places = torch.from_numpy(np.stack(whole.coords).astype(np.int64))
    values = torch.from_numpy(whole.data.astype(np.float32))
    with torch.sparse.check_sparse_tensor_invariants(enable=True):
        return torch.sparse_coo_tensor(places, values, whole.shape).coalesce()


def _mean_of_artists(credits: sparse.csr_array) -> torch.Tensor:
    counts = np.maximum(np.asarray(credits.sum(axis=1)).reshape(-1), 1.0)
    return to_torch(sparse.csr_array(sparse.diags_array(1.0 / counts) @ credits))


def _tables(songs: int, artists: int, dims: int) -> nn.ParameterDict:
    # Small at first, so that all users start alike and only what repeats across users grows.
    scale = 0.1 / dims**0.5
    return nn.ParameterDict({"songs": scale * torch.randn(songs, dims), "artists": scale * torch.randn(artists, dims)})


def _played(listens: sparse.csr_array, credits: torch.Tensor) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    played = np.asarray((listens > 0).sum(axis=0)).reshape(-1) > 0
    songs, artists = credits.indices().cpu().numpy()
    by = np.zeros(credits.shape[1], dtype=bool)
    by[artists[played[songs]]] = True
    known = played.copy()
    known[songs[by[artists]]] = True
    return known, by
