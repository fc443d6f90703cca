"""NNrec: the user and their top songs side by side through one hidden layer, which is compared with every song.

After Wan et al. 2015 as AMNN's paper uses it; trained here with cross-entropy on drawn pairs. The target is taken out
of its own history. It does not know how it is trained.
"""

import torch
from torch import nn

from audiorec.collaborative.history import without_target
from audiorec.collaborative.pair_net import PairNet, rows_of, squared


class NnrecNet(PairNet):
    """The network; history: int64 [U, k + 1], songs: I, factors: length of all vectors, hidden: width of the layer."""

    history: torch.Tensor

    def __init__(self, history: torch.Tensor, songs: int, factors: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("history", history)
        self.pad = songs
        self.users = nn.Embedding(len(history), factors)
        self.songs = nn.Embedding(songs + 1, factors, padding_idx=songs)
        self.user_in = nn.Linear(factors, hidden)
        self.past_in = nn.Linear((history.shape[1] - 1) * factors, hidden, bias=False)
        self.targets = nn.Embedding(songs + 1, hidden)
        self.bias = nn.Embedding(songs + 1, 1)
        self.dropout = nn.Dropout(dropout)
        for table in (self.users, self.songs, self.targets):
            nn.init.normal_(table.weight, std=0.05)
        nn.init.zeros_(self.bias.weight)
        nn.init.zeros_(self.songs.weight[songs])

    def pairs(self, users: torch.Tensor, songs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [B, n] for users int64 [B] and songs int64 [B, n], and the squared length of all vectors used."""
        history = self.history[users]
        # A negative is never in the history, so only two histories a user exist: with and without the first target.
        inside = (history.unsqueeze(1) == songs.unsqueeze(2)).any(dim=2)
        plain = self._state(users, history, history[:, :0])
        states = plain.unsqueeze(1).expand(-1, songs.shape[1], -1)
        if bool(inside.any()):
            row, column = torch.nonzero(inside, as_tuple=True)
            states = states.clone()
            states[row, column] = self._state(users[row], history[row], songs[row, column].unsqueeze(1))
        theirs = rows_of(self.targets, songs)
        logits = (states * theirs).sum(dim=2) + rows_of(self.bias, songs).squeeze(2)
        return logits, squared(rows_of(self.users, users)) * songs.shape[1] + squared(theirs)

    def _state(self, users: torch.Tensor, history: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Hidden layer [B, h]; the target (int64 [B, 1] or [B, 0]) is left out and the places behind it move up."""
        hide = target if target.shape[1] else torch.full((len(users), 1), -1, device=users.device)
        visible = without_target(history, hide, self.pad)[:, 0]
        order = torch.argsort((~visible).to(torch.int8), dim=1, stable=True)[:, : history.shape[1] - 1]
        chosen = torch.where(visible.gather(1, order), history.gather(1, order), self.pad)
        past = self.dropout(rows_of(self.songs, chosen)).flatten(1)
        state: torch.Tensor = self.dropout(torch.relu(self.user_in(rows_of(self.users, users)) + self.past_in(past)))
        return state
