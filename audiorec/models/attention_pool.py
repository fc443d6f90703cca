"""Attention over the patches of a song: embeddings of many patches -> one embedding a song.

Ilse et al. 2018, "Attention-based deep multiple instance learning", equation 8. It does not know what a patch is.
"""

import torch
from torch import nn


class AttentionPool(nn.Module):
    """Weighted mean of a song's patches, the weights learned.

    Shape:
        input: float32 [B, K, dim], and bool [B, K] that is true where there is a patch; output: float32 [B, dim].
    """

    def __init__(self, dim: int, hidden: int = 32) -> None:
        super().__init__()
        self.score = nn.Sequential(nn.Linear(dim, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    def weights(self, patches: torch.Tensor, present: torch.Tensor | None = None) -> torch.Tensor:
        """Share of each patch, float32 [B, K]; rows sum to 1, absent patches get 0."""
        scores = self.score(patches).squeeze(2).float()
        if present is not None:
            scores = scores.masked_fill(~present, torch.finfo(scores.dtype).min)
        return torch.softmax(scores, dim=1)

    def forward(self, patches: torch.Tensor, present: torch.Tensor | None = None) -> torch.Tensor:
        """Pool [B, K, dim] to [B, dim]."""
        return torch.einsum("bk,bkd->bd", self.weights(patches, present), patches.float())


def pad_by_owner(values: torch.Tensor, owner: torch.Tensor, songs: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows [P, d] with rising owners [P] -> padded [songs, K, d] and the mask bool [songs, K] of true rows."""
    counts = torch.bincount(owner, minlength=songs)
    starts = torch.cumsum(counts, 0) - counts
    place = torch.arange(len(owner), device=owner.device) - starts[owner]
    most = max(1, int(counts.max())) if songs else 1
    padded = values.new_zeros((songs, most, values.shape[1]))
    padded[owner, place] = values
    present = torch.arange(most, device=owner.device)[None] < counts[:, None]
    return padded, present
