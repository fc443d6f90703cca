"""AMNN: a song is scored against the user and against the attention-weighted mean of their history.

a_j = tanh(W s_j + b), alpha = softmax_j(a_j . u_w), phi = sum_j alpha_j s_j; one tower on [s; u], one on [s; phi],
merged into ReLU layers. u_w is one for all, comes from the user, or from the target song; `none` weighs all songs the
same, which is the DNN without attention. With `products` the score also holds s * u and s * phi, as NeuMF's first half
does: layers over concatenated vectors learn a product slowly (Rendle et al. 2020). `start_from` begins at a
factorisation that was solved before, as NeuMF may begin at its halves. It does not know how it is trained.
"""

from itertools import pairwise
from typing import Literal

import torch
from torch import nn

from audiorec.collaborative.history import without_target
from audiorec.collaborative.pair_net import PairNet, QuickDropout, rows_of, squared

Query = Literal["none", "shared", "user", "song"]
# Of a start from a factorisation, whose products are about 0 for no and 1 for yes: how far apart these are as logits,
# how sharply attention begins, how little the tower says at first. Chosen on held-out training listens (docs/log.md).
_APART, _SHARP, _QUIET = 8.0, 3.0, 0.1


class AmnnNet(PairNet):
    """The network.

    Args:
        history: int64 [U, k + 1], see `top_songs` (k places are seen, one more stands in for a hidden target);
        songs: I; query: where u_w comes from; factors: length d of all vectors; hidden: widths of the tower and the
        layers after the merge; products: see above.
    """

    history: torch.Tensor

    def __init__(
        self,
        history: torch.Tensor,
        songs: int,
        query: Query,
        factors: int,
        hidden: tuple[int, ...],
        dropout: float,
        *,
        products: bool,
    ) -> None:
        super().__init__()
        self.register_buffer("history", history)
        self.pad, self.query = songs, query
        self.users = nn.Embedding(len(history), factors)
        self.songs = nn.Embedding(songs + 1, factors)
        self.bias = nn.Embedding(songs + 1, 1)
        self.attend = nn.Linear(factors, factors)
        self.shared = nn.Parameter(torch.randn(factors) * 0.1)
        self.ask = nn.Linear(factors, factors)
        self.song_in = nn.Linear(factors, 2 * hidden[0])
        self.user_in = nn.Linear(factors, hidden[0], bias=False)
        self.past_in = nn.Linear(factors, hidden[0], bias=False)
        widths = [2 * hidden[0], *hidden[1:]]
        self.tower = nn.ModuleList([nn.Linear(a, b) for a, b in pairwise(widths)])
        self.out = nn.Linear(widths[-1], 1)
        self.dropout = QuickDropout(dropout)
        self.products = nn.Parameter(torch.ones(2, factors)) if products else None
        for table in (self.users, self.songs):
            nn.init.normal_(table.weight, std=0.05 if products else factors**-0.5)
        nn.init.zeros_(self.bias.weight)

    @torch.no_grad()
    def start_from(self, users: torch.Tensor, songs: torch.Tensor) -> None:
        """Begin at vectors float32 [U, d] and [I, d] whose product is a user's interest in a song.

        The score is that product, and the likeness to the history, where attention looks at what is like the target.
        """
        self.users.weight.copy_(users * _APART**0.5)
        self.songs.weight[:-1].copy_(songs * _APART**0.5)
        self.songs.weight[-1].zero_()
        self.bias.weight.fill_(-_APART / 2)
        for layer, size in ((self.attend, 1.0), (self.ask, _SHARP)):
            nn.init.eye_(layer.weight)
            layer.weight *= size
            nn.init.zeros_(layer.bias)
        self.out.weight *= _QUIET

    def weights(self, users: torch.Tensor, songs: torch.Tensor) -> torch.Tensor:
        """Attention [B, n, k + 1] over the history of users int64 [B] for targets int64 [B, n]; rows sum to 1 or 0."""
        history = self.history[users]
        visible = without_target(history, songs, self.pad)
        return self._attend(
            visible, rows_of(self.users, users), rows_of(self.songs, history), rows_of(self.songs, songs)
        )

    def pairs(self, users: torch.Tensor, songs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [B, n] for users int64 [B] and songs int64 [B, n], and the squared length of all vectors used."""
        history, mine = self.history[users], rows_of(self.users, users)
        # One look into the table for both: each look costs a whole table of gradients on the way back.
        vectors = rows_of(self.songs, torch.cat((history, songs), dim=1))
        past, theirs = torch.split(vectors, [history.shape[1], songs.shape[1]], dim=1)
        shares = self._attend(without_target(history, songs, self.pad), mine, past, theirs)
        by_user, by_past = self.song_in(theirs).chunk(2, dim=2)
        read = torch.bmm(shares, past)
        first = (by_user + self.user_in(mine).unsqueeze(1), by_past + self.past_in(read))
        value = self.dropout(torch.relu(torch.cat(first, dim=2)))
        for layer in self.tower:
            value = self.dropout(torch.relu(layer(value)))
        logits = self.out(value).squeeze(2) + rows_of(self.bias, songs).squeeze(2)
        if self.products is not None:
            logits = logits + (theirs * (self.products[0] * mine.unsqueeze(1) + self.products[1] * read)).sum(dim=2)
        lengths = (squared(mine) + squared(past) / past.shape[1]) * songs.shape[1] + squared(theirs)
        return logits, lengths

    def _attend(
        self, visible: torch.Tensor, mine: torch.Tensor, past: torch.Tensor, theirs: torch.Tensor
    ) -> torch.Tensor:
        logits = self._attention_logits(mine, past, theirs).masked_fill(~visible, float("-inf"))
        # A user without any other song looks at nothing: zeros, not NaN.
        return torch.softmax(logits, dim=2).nan_to_num(nan=0.0)

    def _attention_logits(self, mine: torch.Tensor, past: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
        if self.query == "none":
            return theirs.new_zeros((*theirs.shape[:2], past.shape[1]))
        keys = torch.tanh(self.attend(past))
        if self.query == "song":
            return torch.bmm(self.ask(theirs), keys.transpose(1, 2))
        asked = self.ask(mine) if self.query == "user" else self.shared.expand(len(mine), -1)
        flat = torch.bmm(keys, asked.unsqueeze(2)).transpose(1, 2)
        return flat.expand(-1, theirs.shape[1], -1)
