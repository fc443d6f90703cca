"""Pre-training without labels: its loss on known points, that patches of one song come together, and repeatability."""

import math

import numpy as np
import pytest
import torch

from audiorec.content.encoder_training import CnnRecipe
from audiorec.content.patches import PatchStore, halved
from audiorec.content.pretraining import agreement_loss, pretrain
from audiorec.content.song_encoder import SongEncoder
from audiorec.data.tables import Patches
from audiorec.learning.loop import quiet

CPU = torch.device("cpu")
RECIPE = CnnRecipe(dim=16, crop_frames=32, crop_samples=4096, pretrain_epochs=8, pretrain_batch=12, learning_rate=0.005)


def songs(count: int = 24) -> Patches:
    """Three patches a song; each song has its own few loud bands."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, 60, (3 * count, 32, 48))
    for patch in range(3 * count):
        values[patch, patch // 3 % 24 : patch // 3 % 24 + 8] += 120
    return Patches(values.astype(np.uint8), np.repeat(np.arange(count), 3))


def test_loss_of_known_points() -> None:
    same = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    # Partner at likeness 1, two others at 0: -log(e / (e + 2)); length does not matter.
    known = -math.log(math.e / (math.e + 2.0))
    assert agreement_loss(torch.cat([same, 5 * same]), 1.0).item() == pytest.approx(known, abs=1e-6)
    assert agreement_loss(torch.cat([same, same.flip(0)]), 1.0).item() > known


def test_patches_of_one_song_come_together_and_a_seed_repeats_itself() -> None:
    patches = songs()
    store = PatchStore(patches, 24, CPU)
    states = []
    for _ in range(2):
        torch.manual_seed(0)
        encoder = SongEncoder("spectrogram", 32, 16)
        curve = pretrain(encoder, store, RECIPE, quiet)
        states.append(encoder.state_dict())
    assert curve[-1].loss < curve[0].loss
    assert all(torch.equal(one, other) for one, other in zip(*(state.values() for state in states), strict=True))
    with torch.no_grad():
        found = torch.nn.functional.normalize(encoder.net(store.values), dim=1)
    likeness = found @ found.T
    likeness.fill_diagonal_(-1.0)
    right = (likeness.argmax(dim=1) // 3 == torch.arange(72) // 3).float().mean().item()
    assert right > 0.5  # by chance 2 of 71


def test_two_places_of_a_song_are_different_ones_where_there_are_several() -> None:
    values = np.arange(5, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 2), np.uint8)
    store = PatchStore(Patches(values, np.array([0, 0, 0, 0, 1])), 2, CPU)
    rng = torch.Generator().manual_seed(0)
    for _ in range(20):
        first, second = store.draw_apart(torch.tensor([0, 1]), rng)
        assert first[0, 0, 0] != second[0, 0, 0]
        assert first[1, 0, 0] == second[1, 0, 0] == 4


def test_halved_patches_are_means_of_four() -> None:
    values = np.array([[[0, 4, 8, 8], [4, 8, 8, 8]]], dtype=np.uint8)
    assert halved(Patches(values, np.zeros(1, np.int64))).values.tolist() == [[[4, 8]]]
