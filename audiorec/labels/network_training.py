"""Supervised training of a song encoder on labels of songs, such as moods or genres, every label counting the same.

It learns from the songs of `fit`, and stops by macro F1 on those of `held`; without any it runs all epochs. What is
kept is the running mean of the weights over the last steps, which on 600 clips gives .03 to .04 in macro F1; mixup
keeps it from learning songs by heart. An encoder that was pre-trained learns at a third of the head's rate. It does
not know files.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from audiorec import metrics
from audiorec.content.augmentation import altered
from audiorec.content.encoder_training import KEPT, CnnRecipe, groups
from audiorec.content.patches import PatchStore
from audiorec.content.song_encoder import SongEncoder, WithHead, embed_songs
from audiorec.learning.averaging import mean_of_steps
from audiorec.learning.loop import Epoch, fit

Ints = NDArray[np.int64]


class LabelRecipe(CnnRecipe):
    """How a network learns labels: as it learns likes, with its own defaults."""

    batch: int = 16
    """Songs in a step."""
    crop_frames: int = 112
    """Frames of a log-mel patch that a step uses."""
    crop_samples: int = 16_384
    """Samples of a waveform patch that a step uses."""
    mixup: float = 0.4
    """Strength of mixing two songs; 0: off."""
    epochs_blind: int = 20
    """Epochs where no song is kept aside to validate on."""
    pretrain_epochs: int = 40
    """Epochs over all songs without labels, before the training; 0: none."""
    encoder_epochs: int = 0
    """In the place of these where songs have an encoder's output: epochs in which the network learns it; 0: none."""
    halved: bool = True
    """Learn from log-mel of half the size: a quarter of the work."""


@dataclass
class TrainedLabels:
    """The encoder with its head (embedding -> logits of the labels), and the learning curve."""

    encoder: SongEncoder
    head: nn.Linear
    curve: list[Epoch]

    @torch.no_grad()
    def probabilities(self, store: PatchStore, rows: Ints) -> NDArray[np.float32]:
        """Probabilities [M, C] of some songs of a store."""
        patches, owner = store.all_of(rows)
        logits = self.head(embed_songs(self.encoder, patches, owner, len(rows)))
        return np.asarray(torch.softmax(logits, dim=1).cpu().numpy(), dtype=np.float32)


@torch.random.fork_rng()
def train_labels(
    encoder: SongEncoder,
    store: PatchStore,
    index: Ints,
    rows: tuple[Ints, Ints],
    recipe: LabelRecipe,
    *,
    report: Callable[[Epoch], None],
    is_pretrained: bool = False,
) -> TrainedLabels:
    """Train on labels [N] (0..C-1) of the store's songs; `rows` are those of `fit` and of `held` (may be empty)."""
    learned, held = rows
    torch.manual_seed(recipe.seed)
    if not is_pretrained:
        encoder.set_scale(store.all_of(learned[:256])[0])
    steps = LabelSteps(encoder, store, index, learned, recipe, is_pretrained)
    mean = steps.mean
    trained = TrainedLabels(mean.encoder, mean.head, [])

    def validate() -> float:
        if not len(held):
            return float("nan")
        return metrics.macro_f1(index[held], trained.probabilities(store, held).argmax(axis=1))

    epochs = recipe.epochs if len(held) else recipe.epochs_blind
    trained.curve = fit(mean, steps.epoch, validate, epochs=epochs, patience=recipe.patience, report=report)
    return trained


class LabelSteps:
    """Epochs over the songs that teach; `mean` is the running mean of what they make of the encoder and its head."""

    def __init__(
        self, encoder: SongEncoder, store: PatchStore, index: Ints, learned: Ints, recipe: LabelRecipe, is_taught: bool
    ) -> None:
        labels = int(index[learned].max()) + 1
        self._net = WithHead(encoder, nn.Linear(encoder.dim, labels)).to(store.device)
        self._store, self._recipe = store, recipe
        self._learned = torch.from_numpy(learned)
        self._target = torch.from_numpy(index).to(store.device)
        share = np.bincount(index[learned], minlength=labels) / len(learned)
        weight = torch.tensor(1.0 / (labels * np.maximum(share, 1e-6)), dtype=torch.float32).to(store.device)
        self._loss_of = nn.CrossEntropyLoss(weight, label_smoothing=0.1)
        parameters = groups(encoder, self._net.head, recipe, is_taught=is_taught)
        self._optimizer = torch.optim.AdamW(parameters, weight_decay=recipe.weight_decay)
        self._rng = torch.Generator().manual_seed(recipe.seed)
        self._averaged = mean_of_steps(self._net, KEPT)

    @property
    def mean(self) -> WithHead[nn.Linear]:
        """The mean of the weights, and of what batch norm has counted."""
        return cast(WithHead[nn.Linear], self._averaged.module)

    def epoch(self) -> float:
        """One pass over the songs that teach, in a new order; returns the mean loss."""
        self._net.train()
        losses = []
        for batch in self._learned[torch.randperm(len(self._learned), generator=self._rng)].split(self._recipe.batch):
            if len(batch) < 2:
                continue
            loss = self._loss(batch)
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self._optimizer.step()
            self._averaged.update_parameters(self._net)
            losses.append(loss.detach())
        return float(torch.stack(losses).mean()) if losses else float("nan")

    def _loss(self, batch: torch.Tensor) -> torch.Tensor:
        recipe, encoder, device = self._recipe, self._net.encoder, self._store.device
        values, owner = self._store.draw(batch, recipe.patches_each, self._rng)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            seen = altered(encoder.net, values, recipe.crop_frames, recipe.crop_samples, self._rng)
            embedded = encoder.net.encode(seen)
        songs, target = encoder.pooled(embedded, owner, len(batch)), self._target[batch.to(device)]
        share, other = mixup(len(batch), recipe.mixup, self._rng)
        other = other.to(device)
        logits = self._net.head(torch.lerp(songs, songs[other], share))
        loss: torch.Tensor = (1 - share) * self._loss_of(logits, target) + share * self._loss_of(logits, target[other])
        return loss


def mixup(songs: int, strength: float, rng: torch.Generator) -> tuple[float, torch.Tensor]:
    """How much of another song is mixed into each, at most half, and which (Zhang et al. 2018); 0 mixes nothing."""
    if not strength:
        return 0.0, torch.arange(songs)
    drawn = np.random.default_rng(int(torch.randint(2**31, (), generator=rng))).beta(strength, strength)
    return float(min(drawn, 1.0 - drawn)), torch.randperm(songs, generator=rng)
