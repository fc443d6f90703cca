"""The like head: a song embedding x every user at once -> how likely each user is to have the song (task T2).

One pass of a song serves all users. User vectors come from outside (listens of the fit part) and stay fixed; the head
learns how they meet the song. It does not know where either comes from. Task T1 is the same head with one user.
"""

import torch
from torch import nn


class LikeHead(nn.Module):
    """Song projection times user projection plus biases.

    Shape:
        users: float32 [U, f]; rates: float32 [U], share of the fit songs that each user has;
        input: float32 [B, dim] (and int64 [C], columns of users); output: logits float32 [B, U or C].
    `shift` is what weighting the positives added to the logits; `probabilities` takes it off again.
    """

    users: torch.Tensor
    shift: torch.Tensor

    def __init__(self, dim: int, users: torch.Tensor, rates: torch.Tensor, positive_weight: float = 1.0) -> None:
        super().__init__()
        factors = users.shape[1]
        self.register_buffer("users", users.float())
        self.register_buffer("shift", torch.log(torch.tensor(positive_weight)))
        self.song = nn.Linear(dim, factors)
        self.user = nn.Linear(factors, factors, bias=False)
        self.popularity = nn.Linear(dim, 1)
        self.bias = nn.Parameter(torch.logit(rates.float().clamp(1e-4, 1 - 1e-4)) + self.shift)
        nn.init.eye_(self.user.weight)
        nn.init.zeros_(self.popularity.weight)

    def forward(self, songs: torch.Tensor, columns: torch.Tensor | None = None) -> torch.Tensor:
        """Logits of the weighted loss, [B, U] or only the given columns."""
        users = self.users if columns is None else self.users[columns]
        bias = self.bias if columns is None else self.bias[columns]
        meeting = self.song(songs) @ self.user(users).T
        logits: torch.Tensor = meeting.float() + self.popularity(songs).float() + bias
        return logits

    def probabilities(self, songs: torch.Tensor) -> torch.Tensor:
        """Chance that each user has each song, float32 [B, U]."""
        return torch.sigmoid(self(songs) - self.shift)
