"""A song encoder: the patches of a song -> one embedding, for either view of the sound.

The view's network embeds each patch, attention pools them (Ilse et al. 2018, "Attention-based deep multiple instance
learning", equation 8). It does not know what the embedding is for.
"""

from typing import Generic, Literal, TypeVar

import torch
from torch import nn

from audiorec.content.spectrogram_cnn import SpectrogramCnn
from audiorec.content.waveform_cnn import WaveformCnn


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


View = Literal["spectrogram", "waveform"]
Head = TypeVar("Head", bound=nn.Module)
VIEWS: tuple[View, ...] = ("spectrogram", "waveform")
WIDTH, SMALL_WIDTH = 16, 8
_AT_ONCE = 32  # patches


class SongEncoder(nn.Module):
    """Patches of songs -> song embeddings.

    Shape:
        patches: uint8 [P, ...] of the view; owner: int64 [P], rising, the song of each patch; output: float32
        [songs, dim]. A song without a patch gets zeros. `small` is the 2-D network of half the width on half the
        bands and frames: a fifteenth of the work, a quarter of the weights (see `distillation.py`).
    """

    def __init__(
        self, view: View, bands: int = 128, dim: int = 64, dropout: float = 0.2, *, small: bool = False
    ) -> None:
        super().__init__()
        self.view, self.dim, self.bands, self.small = view, dim, bands, small
        self.net: SpectrogramCnn | WaveformCnn = (
            SpectrogramCnn(bands, SMALL_WIDTH if small else WIDTH, dim, dropout, halve=small)
            if view == "spectrogram"
            else WaveformCnn(dim=dim, dropout=dropout)
        )
        self.pool = AttentionPool(dim)

    def set_scale(self, patches: torch.Tensor) -> None:
        """Take mean and deviation from patches of the fit part."""
        if isinstance(self.net, SpectrogramCnn):
            levels = map(self.net.levels, _few(patches))
            moments = [(part.mean((0, 2)), part.square().mean((0, 2))) for part in levels]
            mean, square = (_mean_over(patches, [pair[side] for pair in moments]) for side in (0, 1))
            self.net.band_mean.copy_(mean)
            self.net.band_std.copy_((square - mean.square()).clamp(min=1.0).sqrt())
        else:
            scale = self.net.scale
            squares = [(self.net.standardise(part) * scale).square().mean() for part in _few(patches)]
            scale.copy_(_mean_over(patches, squares).sqrt().clamp(min=1e-3))

    def pooled(self, embedded: torch.Tensor, owner: torch.Tensor, songs: int) -> torch.Tensor:
        """Patch embeddings [P, dim] -> song embeddings [songs, dim]."""
        padded, present = pad_by_owner(embedded.float(), owner, songs)
        out: torch.Tensor = self.pool(padded, present)
        return out

    def forward(self, patches: torch.Tensor, owner: torch.Tensor, songs: int) -> torch.Tensor:
        """Embed songs from stored patches."""
        return self.pooled(self.net(patches), owner, songs)


class WithHead(nn.Module, Generic[Head]):
    """An encoder and the head that reads its embeddings, to be trained and averaged as one."""

    def __init__(self, encoder: SongEncoder, head: Head) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head


@torch.no_grad()
def embed_songs(encoder: SongEncoder, patches: torch.Tensor, owner: torch.Tensor, songs: int) -> torch.Tensor:
    """Embeddings float32 [songs, dim] of any number of songs, a few patches at a time; keeps the mode."""
    was_training = encoder.training
    encoder.eval()
    device = next(encoder.parameters()).device
    parts = [encoder.net(part.to(device)) for part in _few(patches)]
    embedded = torch.cat(parts) if parts else torch.zeros((0, encoder.dim), device=device)
    out = encoder.pooled(embedded, owner.to(device), songs)
    encoder.train(was_training)
    return out


def _few(patches: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Patches in parts: of 512 waveforms of six seconds at once, the first floats alone would take a gigabyte."""
    return patches.split(_AT_ONCE) if len(patches) else ()


def _mean_over(patches: torch.Tensor, values: list[torch.Tensor]) -> torch.Tensor:
    """Mean over patches from the means over the parts of `_few`, in double precision."""
    sizes = torch.tensor([len(part) for part in _few(patches)], dtype=torch.float64, device=patches.device)
    stacked = torch.stack([value.double() for value in values])
    return torch.einsum("p,p...->...", sizes, stacked) / len(patches)
