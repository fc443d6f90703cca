"""Supervised training of a song encoder on labels of songs, such as moods or genres, every label counting the same.

It learns from the songs of `fit`, and stops by macro F1 on those of `held`; without any it runs all epochs. Starting
from an encoder that was pre-trained, the encoder learns at a third of the head's rate. It does not know files.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from audiorec import metrics
from audiorec.models.song_encoder import SongEncoder, embed_songs
from audiorec.training.altered import altered
from audiorec.training.like import CnnRecipe
from audiorec.training.loop import Epoch, fit
from audiorec.training.patches import PatchStore

Ints = NDArray[np.int64]
_ENCODER_SHARE = 0.3


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


def train_labels(
    encoder: SongEncoder,
    store: PatchStore,
    index: Ints,
    rows: tuple[Ints, Ints],
    recipe: CnnRecipe,
    *,
    report: Callable[[Epoch], None],
    is_pretrained: bool = False,
) -> TrainedLabels:
    """Train on labels [N] (0..C-1) of the store's songs; `rows` are those of `fit` and of `held` (may be empty)."""
    learned, held = rows
    torch.manual_seed(recipe.seed)
    labels = int(index[learned].max()) + 1
    head = nn.Linear(encoder.dim, labels).to(store.device)
    if not is_pretrained:
        encoder.set_scale(store.all_of(learned[:256])[0])
    share = np.bincount(index[learned], minlength=labels) / len(learned)
    weight = torch.tensor(1.0 / (labels * np.maximum(share, 1e-6)), dtype=torch.float32).to(store.device)
    rate = recipe.learning_rate
    optimizer = torch.optim.AdamW(
        [
            {"params": encoder.parameters(), "lr": rate * (_ENCODER_SHARE if is_pretrained else 1.0)},
            {"params": head.parameters(), "lr": rate},
        ],
        weight_decay=recipe.weight_decay,
    )
    rng = torch.Generator().manual_seed(recipe.seed)
    target = torch.from_numpy(index).to(store.device)
    trained = TrainedLabels(encoder, head, [])

    def epoch() -> float:
        losses = []
        order = torch.from_numpy(learned)[torch.randperm(len(learned), generator=rng)]
        for batch in order.split(recipe.batch):
            if len(batch) < 2:
                continue
            values, owner = store.draw(batch, recipe.patches_each, rng)
            with torch.autocast(store.device.type, torch.bfloat16, enabled=store.device.type == "cuda"):
                seen = altered(encoder.net, values, recipe.crop_frames, recipe.crop_samples, rng)
                embedded = encoder.net.encode(seen)
            logits = head(encoder.pooled(embedded, owner, len(batch)))
            loss = nn.functional.cross_entropy(logits, target[batch.to(store.device)], weight, label_smoothing=0.1)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return float(torch.stack(losses).mean()) if losses else float("nan")

    def validate() -> float:
        if not len(held):
            return float("nan")
        return metrics.macro_f1(index[held], trained.probabilities(store, held).argmax(axis=1))

    epochs = recipe.epochs if len(held) else recipe.epochs_blind
    module = nn.ModuleList([encoder, head])
    trained.curve = fit(module, epoch, validate, epochs=epochs, patience=recipe.patience, report=report)
    return trained
