"""What the training on pairs asks of a network: scores of some songs for each of some users."""

from abc import ABC, abstractmethod

import torch
from torch import nn


class PairNet(nn.Module, ABC):
    """A network that scores pairs of users and songs."""

    @abstractmethod
    def pairs(self, users: torch.Tensor, songs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [B, n] of users int64 [B] with songs int64 [B, n], and the sum of the squared vectors for L2."""


class QuickDropout(nn.Module):
    """Dropout from uniform numbers: on a CPU six times as fast as PyTorch's own, which draws Bernoulli variables."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Zeros in a share of the places while training, the others larger by as much."""
        if not self.training or not self.share:
            return values
        keep = torch.rand(values.shape, device=values.device) >= self.share
        return values * (keep.to(values.dtype) / (1.0 - self.share))


def rows_of(table: nn.Embedding, rows: torch.Tensor) -> torch.Tensor:
    """Vectors of some rows; where the gradient is dense, by `index_select`, whose backward is three times as fast."""
    if table.sparse:
        vectors: torch.Tensor = table(rows)
        return vectors
    return table.weight.index_select(0, rows.reshape(-1)).view(*rows.shape, -1)


def squared(vectors: torch.Tensor) -> torch.Tensor:
    """The sum of all squares, as one inner product: three times as fast as squares and their sum."""
    flat = vectors.reshape(-1)
    return torch.dot(flat, flat)
