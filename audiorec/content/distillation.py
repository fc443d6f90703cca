"""A small network of the sound, taught by a trained content model: its 2-D network and what its head makes of it all.

The student takes patches of half the bands and frames with half the channels. It learns the songs' embeddings of the
big 2-D network (Romero et al. 2015, "FitNets", the hint) and the like-probabilities of the multimodal head, which knows
descriptors, lyrics and listeners too (Hinton, Vinyals and Dean 2015). The teacher has an opinion of songs that nobody
has played, so that these teach as well.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from audiorec.content.dataset import LikeData
from audiorec.content.encoder_training import CnnRecipe, LikeSteps, TrainedView, Validation
from audiorec.content.multimodal import LikeHead
from audiorec.content.patches import PatchStore
from audiorec.content.song_encoder import SongEncoder
from audiorec.data.tables import Patches
from audiorec.learning.loop import Epoch, fit

# Of the loss: how much being near the teacher's embedding weighs beside its opinions.
_HINT = 1.0


@dataclass(frozen=True)
class Lesson:
    """What the teacher says of every song: embeddings float32 [N, dim] and like-probabilities float32 [N, U]."""

    embeddings: NDArray[np.float32]
    likes: NDArray[np.float32]


@torch.random.fork_rng()
def teach(
    patches: Patches,
    data: LikeData,
    lesson: Lesson,
    recipe: CnnRecipe,
    *,
    device: torch.device,
    report: Callable[[Epoch], None],
) -> TrainedView:
    """Train a student on log-mel patches whose owners are rows of `data`, on songs of the fit part, played or not."""
    rows, held = np.flatnonzero(data.part == "fit").astype(np.int64), data.rows("validation")
    torch.manual_seed(recipe.seed)
    store = PatchStore(patches, len(data.track_ids), device)
    student = SongEncoder("spectrogram", patches.values.shape[1], recipe.dim, recipe.dropout, small=True).to(device)
    student.set_scale(store.all_of(rows[:256])[0])
    head = LikeHead(recipe.dim, torch.from_numpy(data.users), torch.from_numpy(data.rates)).to(device)
    steps = StudentSteps(store, data, rows, recipe, student, head)
    steps.listen_to(lesson)
    mean = steps.mean
    validate = Validation(store, data, held, mean.encoder, mean.head)
    epochs = recipe.epochs if validate.says_something else recipe.epochs_blind
    curve = fit(mean, steps.epoch, validate.auc, epochs=epochs, patience=recipe.patience, report=report)
    return TrainedView(mean.encoder, mean.head, curve)


class StudentSteps(LikeSteps):
    """Steps towards what a teacher says."""

    def listen_to(self, lesson: Lesson) -> None:
        """Learn from this from now on; embeddings count in units of their deviation among the songs that teach."""
        device = self._store.device
        self._taught = torch.from_numpy(lesson.embeddings).to(device)
        self._opinions = torch.from_numpy(lesson.likes).to(device)
        deviation = self._taught[self._rows.to(device)].var(dim=0, correction=0).mean()
        # One song, or songs that the teacher cannot tell apart, have none.
        self._unit = torch.where(deviation > 0.0, deviation, 1.0)

    def _loss(self, batch: torch.Tensor) -> torch.Tensor:
        chosen = batch.to(self._store.device)
        songs = self._embedded(batch)
        hint = nn.functional.mse_loss(songs, self._taught[chosen]) / self._unit
        mixed, opinions = self._mix(songs, self._opinions[chosen])
        return nn.functional.binary_cross_entropy_with_logits(self._head(mixed), opinions) + _HINT * hint
