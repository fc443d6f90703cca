"""The multimodal network: whatever is known of a song -> one song embedding, and how likely each user is to have it.

Parts (audio, descriptors, lyrics, network) are standardised, projected and averaged over those that are present; an
absent part counts as absent, never as a zero that looks like a neutral song. Dropping whole parts in training keeps a
missing one from hurting. The head takes one pass of a song for all users (task T2); with one user it is task T1. User
vectors come from outside and stay fixed.
"""

from collections.abc import Mapping

import torch
from torch import nn


class Multimodal(nn.Module):
    """Parts of a song -> song embedding.

    Shape:
        sizes: name -> width d of each part; input: name -> float32 [B, d], a row of NaN where the part is absent (a
        name may be left out altogether); output: float32 [B, dim].
    `mean_NAME` and `std_NAME` [d] standardise; `drop` is the chance that training hides a part of a song.
    """

    def __init__(self, sizes: Mapping[str, int], dim: int = 64, dropout: float = 0.3, drop: float = 0.2) -> None:
        super().__init__()
        self.sizes, self.dim, self.drop = dict(sizes), dim, drop
        for name, size in self.sizes.items():
            self.register_buffer(f"mean_{name}", torch.zeros(size))
            self.register_buffer(f"std_{name}", torch.ones(size))
        self.project = nn.ModuleDict({name: nn.Linear(size, dim) for name, size in self.sizes.items()})
        self.absent = nn.ParameterDict({name: nn.Parameter(torch.zeros(dim)) for name in self.sizes})
        self.dropout = nn.Dropout(dropout)
        self.mix = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Dropout(dropout), nn.Linear(dim, dim))

    def set_scale(self, name: str, values: torch.Tensor) -> None:
        """Standardise a part by the mean and deviation of these rows [N, d] (rows of NaN are skipped)."""
        known = values[~values.isnan().any(dim=1)]
        if len(known):
            self.get_buffer(f"mean_{name}").copy_(known.mean(0))
            std = known.std(0, unbiased=False)
            self.get_buffer(f"std_{name}").copy_(torch.where(std > 1e-6, std, torch.ones_like(std)))

    def _masks(self, parts: Mapping[str, torch.Tensor], songs: int, device: torch.device) -> torch.Tensor:
        """Which parts count, bool [parts, B]: those present, less those that training hides (never the last one)."""
        absent = torch.zeros(songs, dtype=torch.bool, device=device)
        present = torch.stack([~parts[n].isnan().any(1) if n in parts else absent for n in self.sizes])
        if not self.training or self.drop == 0.0:
            return present
        kept = present & (torch.rand(present.shape, device=device) >= self.drop)
        return torch.where(kept.any(0), kept, present)

    def forward(self, parts: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Embed songs: name -> [B, d] to [B, dim]."""
        first = next(iter(parts.values()))
        masks = self._masks(parts, len(first), first.device)
        total = first.new_zeros((len(first), self.dim))
        for name, mask in zip(self.sizes, masks, strict=True):
            if name in parts:
                # Standard scores beyond 5 are errors of measurement more often than music.
                scores = (parts[name] - self.get_buffer(f"mean_{name}")) / self.get_buffer(f"std_{name}")
                known = self.project[name](self.dropout(scores.nan_to_num().clamp(-5.0, 5.0)))
                total = total + torch.where(mask[:, None], known, self.absent[name])
            else:
                total = total + self.absent[name]
        # A song with fewer parts would otherwise have a shorter vector, and look like a less certain one.
        total = total / masks.sum(0).clamp(min=1).sqrt()[:, None]
        mixed: torch.Tensor = total + self.mix(torch.relu(total))
        return mixed


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
