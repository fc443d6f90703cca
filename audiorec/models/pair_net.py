"""What the training on pairs asks of a network: scores of some songs for each of some users."""

from abc import ABC, abstractmethod

import torch
from torch import nn


class PairNet(nn.Module, ABC):
    """A network that scores pairs of users and songs."""

    @abstractmethod
    def pairs(self, users: torch.Tensor, songs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [B, n] of users int64 [B] with songs int64 [B, n], and the sum of the squared vectors for L2."""
