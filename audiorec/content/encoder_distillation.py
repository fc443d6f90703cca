"""A network of ours learns the output of a pre-trained encoder for the same songs; no label is needed.

Distillation of an embedding (Romero et al. 2015, "FitNets") and of soft labels (Hinton, Vinyals and Dean 2015): a
linear layer on the embedding of a song, thrown away afterwards, predicts the other encoder's output for it. It does not
know what the embeddings will be used for.
"""

from collections.abc import Callable
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from audiorec.content.augmentation import altered
from audiorec.content.encoder_training import KEPT, CnnRecipe
from audiorec.content.patches import PatchStore
from audiorec.content.song_encoder import SongEncoder
from audiorec.data import encoder_outputs
from audiorec.data.encoder_outputs import EncodedSongs
from audiorec.data.open_folder import OpenFolder
from audiorec.learning.averaging import mean_of_steps
from audiorec.learning.loop import Epoch, fit

Floats = NDArray[np.float32]
# Tags that are all but sure or impossible tell songs apart no better than at these odds.
_SUREST = 1e-4


def lesson_of(encoded: EncodedSongs) -> Floats:
    """What is to be predicted of each song, float32 [N, d + t]: the embedding and the log-odds of the tags, in units of
    their deviation in the library; rows of NaN: not encoded."""
    tags = np.clip(encoded.tags.astype(np.float64), _SUREST, 1.0 - _SUREST)
    targets = np.concatenate([encoded.mean, np.log(tags / (1.0 - tags))], axis=1)
    known = targets[encoded.known]
    spread = known.std(axis=0)
    return np.asarray((targets - known.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0), dtype=np.float32)


def lesson_in(space: OpenFolder, track_ids: NDArray[np.int64], recipe: CnnRecipe) -> Floats | None:
    """The lesson of songs of a workspace; None where it has no encoder's output, or the recipe has no use for it."""
    encoded = encoder_outputs.read(space, track_ids) if recipe.encoder_epochs else None
    return None if encoded is None else lesson_of(encoded)


def distil_encoder(
    encoder: SongEncoder, store: PatchStore, lesson: Floats, recipe: CnnRecipe, report: Callable[[Epoch], None]
) -> tuple[SongEncoder, list[Epoch]]:
    """Teach a fresh encoder on all songs of the store, for `recipe.encoder_epochs`; nothing is validated.

    Every row of the lesson [N, t] is known. Returns the mean of the encoder over the last steps, and the curve.
    """
    rng = torch.Generator().manual_seed(recipe.seed)
    encoder.set_scale(store.values[torch.randperm(len(store.values), generator=rng)[:512].to(store.device)])
    tell = nn.Linear(recipe.dim, lesson.shape[1])
    both = nn.ModuleList([encoder, tell]).to(store.device)
    averaged = mean_of_steps(both, KEPT)
    optimizer = torch.optim.AdamW(both.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    targets = torch.from_numpy(lesson).to(store.device)

    def loss_of(batch: torch.Tensor) -> torch.Tensor:
        values, owner = store.draw(batch, recipe.patches_each, rng)
        with torch.autocast(store.device.type, torch.bfloat16, enabled=store.device.type == "cuda"):
            seen = altered(encoder.net, values, recipe.crop_frames, recipe.crop_samples, rng)
            embedded = encoder.net.encode(seen)
        songs = encoder.pooled(embedded, owner, len(batch))
        return nn.functional.mse_loss(tell(songs), targets[batch.to(store.device)])

    def epoch() -> float:
        both.train()
        losses = []
        for batch in torch.randperm(store.songs, generator=rng).split(recipe.batch):
            if len(batch) < 2:
                continue
            loss = loss_of(batch)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            averaged.update_parameters(both)
            losses.append(loss.detach())
        return float(torch.stack(losses).mean()) if losses else float("nan")

    epochs = recipe.encoder_epochs
    curve = fit(both, epoch, lambda: float("nan"), epochs=epochs, patience=epochs, report=report)
    return cast(SongEncoder, cast(nn.ModuleList, averaged.module)[0]), curve
