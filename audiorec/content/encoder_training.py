"""Training of one view of the sound to say who likes a song: one user (task T1) or all at once (task T2).

A song goes through the network once and is held against every user. Learning is on fit artists, stopping on validation
artists; without any listen there, the recipe's `epochs_blind` epochs are run. What is kept is the running mean of the
weights over the last steps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata
from torch import nn

from audiorec.content.augmentation import altered, uphill
from audiorec.content.dataset import LikeData
from audiorec.content.multimodal import LikeHead
from audiorec.content.patches import PatchStore
from audiorec.content.song_encoder import SongEncoder, View, WithHead, embed_songs
from audiorec.data.tables import Patches
from audiorec.errors import TooLittleError
from audiorec.learning.averaging import mean_of_steps
from audiorec.learning.distributed import add_gradients, added, world
from audiorec.learning.loop import Epoch, fit
from audiorec.learning.snapshots import Parts
from audiorec.recipes import Recipe

_USERS_AT_ONCE = 256
# Of the running mean's past that a step keeps, once there is enough of it.
KEPT = 0.99
# Of the head's rate: an encoder that was taught before would forget it at the whole.
TAUGHT_SHARE = 0.3


class CnnRecipe(Recipe):
    """How the content networks are trained."""

    dim: int = 64
    """Length of an embedding."""
    dropout: float = 0.2
    """Share of inputs that is hidden in training."""
    batch: int = 16
    """Songs in a step."""
    patches_each: int = 2
    """Patches drawn from a song in a step."""
    crop_frames: int = 128
    """Frames of a log-mel patch that a step uses."""
    crop_samples: int = 32_768
    """Samples of a waveform patch that a step uses."""
    learning_rate: float = 0.002
    """Step size of the optimiser."""
    weight_decay: float = 0.01
    """L2 penalty of the weights."""
    mixup: float = 0.2
    """Strength of mixing two songs; 0: off."""
    adversarial: float = 0.0
    """Size of the worst change of the log-mel that half of the learning must bear, in deviations of a band; 0: none."""
    epochs: int = 40
    """Most passes over the data."""
    patience: int = 8
    """Passes without a better validation score before training stops."""
    epochs_blind: int = 10
    """Epochs where no artist is kept aside to validate on."""
    head_steps: int = 800
    """Steps of the multimodal head."""
    network_hidden: float = 0.5
    """Probability that training hides the network from the head."""
    user_dims: int = 16
    """Dimensions of the users' vectors."""
    pretrain_epochs: int = 0
    """Epochs over all songs without listens or labels, before the training; 0: none."""
    encoder_epochs: int = 20
    """Where songs have an encoder's output, in the place of these: epochs in which the 2-D network learns it."""
    pretrain_batch: int = 64
    """Songs in a step of the pre-training."""
    temperature: float = 0.2
    """Divisor of similarities in the pre-training's loss."""


@dataclass
class TrainedView:
    """A trained encoder with its head, and its learning curve."""

    encoder: SongEncoder
    head: LikeHead
    curve: list[Epoch]


@torch.random.fork_rng()
def train_view(
    view: View,
    patches: Patches,
    data: LikeData,
    recipe: CnnRecipe,
    *,
    device: torch.device,
    report: Callable[[Epoch], None],
    start: SongEncoder | None = None,
) -> TrainedView:
    """Train one view, from a pre-trained encoder if there is one; `patches.owner` are rows of `data`.

    Raises TooLittleError when no fit song was ever played.
    """
    fit_rows, held = data.rows("fit"), data.rows("validation")
    if not len(fit_rows):
        raise TooLittleError("no listens to songs of the fit part: import more listens before training on the sound")
    torch.manual_seed(recipe.seed)
    store = PatchStore(patches, len(data.track_ids), device)
    encoder = start or SongEncoder(view, patches.values.shape[1], recipe.dim, recipe.dropout).to(device)
    if start is None:
        encoder.set_scale(store.all_of(fit_rows[:256])[0])
    head = LikeHead(recipe.dim, torch.from_numpy(data.users), torch.from_numpy(data.rates)).to(device)
    steps = LikeSteps(store, data, fit_rows, recipe, encoder, head, is_taught=start is not None)
    mean = steps.mean
    validate = Validation(store, data, held, mean.encoder, mean.head)
    curve = fit(
        mean,
        steps.epoch,
        validate.auc,
        epochs=recipe.epochs if validate.says_something else recipe.epochs_blind,
        patience=recipe.patience,
        report=report,
        parts=steps.parts,
    )
    return TrainedView(mean.encoder, mean.head, curve)


def groups(encoder: SongEncoder, head: nn.Module, recipe: CnnRecipe, *, is_taught: bool) -> list[dict[str, object]]:
    """Parameters and rates for an optimiser: an encoder that was taught before moves slowly."""
    rate = recipe.learning_rate
    return [
        {"params": list(encoder.parameters()), "lr": rate * (TAUGHT_SHARE if is_taught else 1.0)},
        {"params": list(head.parameters()), "lr": rate},
    ]


class LikeSteps:
    """The steps of an epoch: batches of fit songs against all users; `mean` follows what they make of the networks."""

    def __init__(
        self,
        store: PatchStore,
        data: LikeData,
        rows: NDArray[np.int64],
        recipe: CnnRecipe,
        encoder: SongEncoder,
        head: LikeHead,
        *,
        is_taught: bool = False,
    ) -> None:
        self._store, self._recipe, self._encoder, self._head = store, recipe, encoder, head
        self._rows = torch.from_numpy(rows)
        self._likes = torch.from_numpy(data.likes).to(store.device)
        self._is_balanced = data.likes.shape[1] == 1
        # All ranks deal the songs into the same batches; what is drawn inside its share is each one's own.
        self._world = world()
        self._rng = torch.Generator().manual_seed(recipe.seed + self._world.rank)
        self._deal = self._rng if self._world.size == 1 else torch.Generator().manual_seed(recipe.seed)
        self._net = WithHead(encoder, head)
        self._averaged = mean_of_steps(self._net, KEPT)
        self._optimizer = torch.optim.AdamW(
            groups(encoder, head, recipe, is_taught=is_taught), weight_decay=recipe.weight_decay
        )

    @property
    def parts(self) -> Parts:
        """What an epoch changes beside the mean's weights."""
        return Parts((self._net, self._averaged), (self._optimizer,), (self._rng, self._deal))

    @property
    def mean(self) -> WithHead[LikeHead]:
        """The mean of the weights, and of what batch norm has counted."""
        return cast(WithHead[LikeHead], self._averaged.module)

    def epoch(self) -> float:
        """One pass over the fit songs; returns the mean loss."""
        self._net.train()
        total = torch.zeros((), device=self._store.device)
        # Batch norm needs two songs on every rank.
        least = 2 * self._world.size
        batches = [batch for batch in self._order().split(self._recipe.batch) if len(batch) >= least]
        for batch in batches:
            mine = batch[self._world.share(len(batch))]
            loss = self._loss(mine) * (len(mine) / len(batch))
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()
            add_gradients(self._net.parameters())
            nn.utils.clip_grad_norm_(self._net.parameters(), 5.0)
            self._optimizer.step()
            self._averaged.update_parameters(self._net)
            total += loss.detach()
        return float(added(total)) / max(len(batches), 1)

    def _order(self) -> torch.Tensor:
        """All songs in a new order; for a single user (T1) as many of theirs as of the others."""
        if not self._is_balanced:
            return self._rows[torch.randperm(len(self._rows), generator=self._deal)]
        liked = self._likes.cpu()[self._rows, 0]
        sides = [side for side in (self._rows[liked], self._rows[~liked]) if len(side)]
        size = max(len(side) for side in sides)
        drawn = [side[torch.randint(len(side), (size,), generator=self._deal)] for side in sides]
        both = torch.cat(drawn)
        return both[torch.randperm(len(both), generator=self._deal)]

    def _loss(self, batch: torch.Tensor) -> torch.Tensor:
        seen, owner = self._altered(batch)
        if not self._is_adversarial:
            return self._loss_on(seen, owner, batch)
        loss = self._loss_on(seen.requires_grad_(), owner, batch)
        return 0.5 * (loss + self._loss_on(uphill(seen, loss, self._recipe.adversarial), owner, batch))

    def _loss_on(self, seen: torch.Tensor, owner: torch.Tensor, batch: torch.Tensor) -> torch.Tensor:
        target = self._likes[batch.to(self._store.device)].float()
        songs, target = self._mix(self._encoded(seen, owner, len(batch)), target)
        return nn.functional.binary_cross_entropy_with_logits(self._head(songs), target)

    @property
    def _is_adversarial(self) -> bool:
        return self._recipe.adversarial > 0.0 and self._encoder.view == "spectrogram"

    def _embedded(self, batch: torch.Tensor) -> torch.Tensor:
        """Embeddings [B, dim] of some patches of each song, altered."""
        return self._encoded(*self._altered(batch), len(batch))

    def _altered(self, batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Some patches of each song, standardised and altered [P, ...], and their owners [P]."""
        values, owner = self._store.draw(batch, self._recipe.patches_each, self._rng)
        crops = self._recipe.crop_frames, self._recipe.crop_samples
        return altered(self._encoder.net, values, *crops, self._rng), owner

    def _encoded(self, seen: torch.Tensor, owner: torch.Tensor, songs: int) -> torch.Tensor:
        with torch.autocast(self._store.device.type, torch.bfloat16, enabled=self._store.device.type == "cuda"):
            embedded = self._encoder.net.encode(seen)
        return self._encoder.pooled(embedded, owner, songs)

    def _mix(self, songs: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mixup of song embeddings: a song that is nine tenths of one and a tenth of another is liked accordingly."""
        if not self._recipe.mixup:
            return songs, target
        share = torch.rand(len(songs), 1, generator=self._rng).to(songs.device) * self._recipe.mixup
        other = torch.randperm(len(songs), generator=self._rng).to(songs.device)
        return torch.lerp(songs, songs[other], share), torch.lerp(target, target[other], share)


class Validation:
    """Mean AUC over users on songs of validation artists."""

    def __init__(
        self, store: PatchStore, data: LikeData, rows: NDArray[np.int64], encoder: SongEncoder, head: LikeHead
    ) -> None:
        self._patches, self._owner = store.all_of(rows)
        self._count, self._likes = len(rows), data.likes[rows]
        self._encoder, self._head = encoder, head
        some = self._likes.any(axis=0) & ~self._likes.all(axis=0) if len(rows) else np.zeros(0, bool)
        self.says_something = bool(some.any())

    @torch.no_grad()
    def auc(self) -> float:
        """NaN when there is nothing to rank."""
        if not self.says_something:
            return float("nan")
        songs = embed_songs(self._encoder, self._patches, self._owner, self._count)
        return mean_auc(self._head(songs).float().cpu().numpy(), self._likes)


def mean_auc(scores: NDArray[np.floating], likes: NDArray[np.bool_]) -> float:
    """Mean over users of the AUC of their column: scores and likes [N, U]; users without both kinds are left out."""
    can = np.flatnonzero(likes.any(axis=0) & ~likes.all(axis=0))
    if not len(can):
        return float("nan")
    # Many users at once are twenty times as fast as one by one; all at once took 2 GB at 100,000 songs.
    blocks = [can[start : start + _USERS_AT_ONCE] for start in range(0, len(can), _USERS_AT_ONCE)]
    return float(np.mean(np.concatenate([_aucs(scores[:, block], likes[:, block]) for block in blocks])))


def _aucs(scores: NDArray[np.floating], liked: NDArray[np.bool_]) -> NDArray[np.float64]:
    """AUC of every column by Mann and Whitney's count, a tie counting half."""
    count = liked.sum(axis=0)
    above = np.where(liked, rankdata(scores, axis=0), 0.0).sum(axis=0) - count * (count + 1) / 2
    return np.asarray(above / (count * (len(liked) - count)))
