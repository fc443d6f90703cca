"""Supervised training on labels: made songs whose label the sound tells, rare ones too; a seed repeats itself."""

import numpy as np
import torch

from audiorec.content.patches import PatchStore
from audiorec.content.song_encoder import SongEncoder
from audiorec.data.tables import Patches
from audiorec.labels.network_training import LabelRecipe, TrainedLabels, train_labels
from audiorec.learning.loop import quiet

RECIPE = LabelRecipe(dim=16, batch=8, patches_each=1, crop_frames=32, epochs=6, epochs_blind=6, learning_rate=0.005)
# One song in five is of kind 0.
INDEX = (np.arange(60) % 5 > 0).astype(np.int64)


def store() -> PatchStore:
    rng = np.random.default_rng(0)
    values = rng.integers(0, 60, (120, 32, 48))
    for patch in range(120):
        low = 0 if INDEX[patch // 2] == 0 else 16
        values[patch, low : low + 16] += 100
    return PatchStore(Patches(values.astype(np.uint8), np.repeat(np.arange(60), 2)), 60, torch.device("cpu"))


def trained(rows: tuple[np.ndarray, np.ndarray]) -> TrainedLabels:
    torch.manual_seed(1)
    return train_labels(SongEncoder("spectrogram", 32, 16), store(), INDEX, rows, RECIPE, report=quiet)


def test_learns_the_rare_kind_too_with_and_without_songs_to_stop_by() -> None:
    learned, held, new = np.arange(30), np.arange(30, 45), np.arange(45, 60)
    for rows in ((learned, held), (learned, np.zeros(0, np.int64))):
        found = trained(rows).probabilities(store(), new)
        np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-5)
        assert (found.argmax(axis=1) == INDEX[new]).all()


def test_a_seed_repeats_itself() -> None:
    one, other = (trained((np.arange(30), np.arange(30, 45))) for _ in range(2))
    assert [(e.loss, e.metric) for e in one.curve] == [(e.loss, e.metric) for e in other.curve]
