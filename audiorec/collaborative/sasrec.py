"""A self-attentive sequence model: the history in its order, read by causal attention, says which song comes next.

Kang and McAuley 2018 (SASRec), with one vector a song for reading and scoring. It does not know how it is trained;
where listens have no times, the caller decides on an order.
"""

import torch
from torch import nn

from audiorec.collaborative.pair_net import PairNet, rows_of, squared


class SequenceNet(PairNet):
    """The network.

    Args:
        history: int64 [U, L], oldest first, filled with I on the left; songs: I; factors: length d; blocks, heads: of
        the attention.
    """

    history: torch.Tensor

    def __init__(
        self, history: torch.Tensor, songs: int, factors: int, blocks: int, heads: int, dropout: float
    ) -> None:
        super().__init__()
        self.register_buffer("history", history)
        self.pad = songs
        self.songs = nn.Embedding(songs + 1, factors)
        self.bias = nn.Embedding(songs + 1, 1)
        self.places = nn.Parameter(torch.randn(history.shape[1], factors) * 0.02)
        layer = nn.TransformerEncoderLayer(
            factors, heads, 2 * factors, dropout, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, blocks, nn.LayerNorm(factors), enable_nested_tensor=False)
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.songs.weight, std=0.05)
        nn.init.zeros_(self.bias.weight)

    def read(self, history: torch.Tensor) -> torch.Tensor:
        """State after each place of histories int64 [B, L] -> [B, L, d]; a state sees its own and earlier places."""
        length = history.shape[1]
        empty = history == self.pad
        # The first place is always open: attention over nothing would be NaN.
        closed = torch.triu(torch.ones(length, length, dtype=torch.bool, device=history.device), diagonal=1)
        hide = closed.unsqueeze(0) | empty.unsqueeze(1)
        hide = hide & ~torch.eye(length, dtype=torch.bool, device=history.device)
        heads = self.encoder.layers[0].self_attn.num_heads
        value = self.dropout(rows_of(self.songs, history) * self.songs.embedding_dim**0.5 + self.places[-length:])
        states: torch.Tensor = self.encoder(value, mask=hide.repeat_interleave(heads, dim=0))
        return states

    def pairs(self, users: torch.Tensor, songs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [B, n] of songs int64 [B, n] as the next of users int64 [B]; and the squared vectors' sum."""
        state = self.read(self.history[users])[:, -1]
        theirs = rows_of(self.songs, songs)
        logits = torch.bmm(theirs, state.unsqueeze(2)).squeeze(2) + rows_of(self.bias, songs).squeeze(2)
        return logits, squared(theirs)
