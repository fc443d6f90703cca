"""The first four losses of every content network on made patches, pinned.

A change of a loss, a start or an order of drawing is noticed here, before it costs an hour of training. After a change
that is meant, print the losses and enter them anew.
"""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from audiorec.content.dataset import LikeData, like_data
from audiorec.content.dcgan import DcganRecipe, train_gan
from audiorec.content.encoder_training import CnnRecipe, train_view
from audiorec.content.multimodal_training import train_parts
from audiorec.content.patches import PatchStore
from audiorec.content.pretraining import pretrain
from audiorec.content.song_encoder import SongEncoder, View
from audiorec.data.interactions import from_triples
from audiorec.data.tables import Patches
from audiorec.data.tracks import Track
from audiorec.labels.network_training import LabelRecipe, train_labels
from audiorec.learning.loop import Epoch, quiet

CPU = torch.device("cpu")
RECIPE = CnnRecipe(
    dim=8, batch=8, epochs=4, patience=4, crop_frames=32, crop_samples=4096, head_steps=80, pretrain_epochs=4,
    pretrain_batch=8,
)  # fmt: skip
LABELS = LabelRecipe(**RECIPE.model_dump())
SONGS = 24


def patches(view: View) -> Patches:
    """Two patches a song."""
    rng = np.random.default_rng(0)
    shape = (2 * SONGS, 32, 40) if view == "spectrogram" else (2 * SONGS, 1, 5000)
    values = rng.integers(60, 120, shape)
    values[::4] += 60
    return Patches(values.astype(np.uint8), np.repeat(np.arange(SONGS), 2))


def listens() -> LikeData:
    """Six users, each fond of other songs to another degree, so that every direction of the network is well defined."""
    tracks = [Track(n + 1, b"", "", (f"artist {n}",), "", None, "", 1.0, "ok", "") for n in range(SONGS)]
    rng = np.random.default_rng(3)
    rows = [(u, n) for u in range(6) for n in range(SONGS) if rng.random() < 0.15 + 0.1 * u]
    users, ids = [f"user {u}" for u, _ in rows], [n + 1 for _, n in rows]
    counts, items = [float(1 + (u + 2 * n) % 5) for u, n in rows], np.arange(1, SONGS + 1, dtype=np.int64)
    interactions = from_triples(users, ids, counts, [None] * len(rows), items)
    return like_data(interactions, tracks, {f"artist {n}": "validation" for n in range(18, SONGS)}, dims=4)


def test_the_fixture_is_well_posed() -> None:
    """Equal singular values leave the basis, and equal largest entries its sign, to the processor's LAPACK."""
    songs = np.sort(np.abs(listens().network.songs), axis=0)
    sizes = np.linalg.norm(songs, axis=0)
    assert (sizes[:-1] / sizes[1:]).min() > 1.05
    assert (songs[-1] / songs[-2]).min() > 1.05


def likes(view: View) -> list[Epoch]:
    return train_view(view, patches(view), listens(), RECIPE, device=CPU, report=quiet).curve


def labels() -> list[Epoch]:
    store, index = PatchStore(patches("spectrogram"), SONGS, CPU), np.arange(SONGS) % 2
    torch.manual_seed(0)
    encoder = SongEncoder("spectrogram", 32, 8)
    return train_labels(encoder, store, index, (np.arange(18), np.arange(18, 24)), LABELS, report=quiet).curve


def alone() -> list[Epoch]:
    torch.manual_seed(0)
    return pretrain(SongEncoder("spectrogram", 32, 8), PatchStore(patches("spectrogram"), SONGS, CPU), RECIPE, quiet)


def parts() -> list[Epoch]:
    data = listens()
    blocks = {
        "descriptors": np.random.default_rng(1).normal(size=(SONGS, 5)).astype(np.float32),
        "network": data.network_block(),
    }
    return train_parts(blocks, data, RECIPE, device=CPU, report=quiet).curve


def gan() -> list[Epoch]:
    real = np.random.default_rng(2).integers(0, 200, (12, 128, 128)).astype(np.uint8)
    recipe = DcganRecipe(steps=20, batch=4, width=4)
    return train_gan(real, recipe, device=CPU, report=quiet).curve


LOSSES: dict[str, tuple[Callable[[], list[Epoch]], list[float]]] = {
    "spectrogram": (lambda: likes("spectrogram"), [0.58125, 0.57507, 0.55055, 0.59123]),
    "waveform": (lambda: likes("waveform"), [0.59014, 0.57522, 0.61017, 0.53894]),
    "multimodal": (parts, [0.66489, 0.63849, 0.62582, 0.60819]),
    "labels": (labels, [0.6799, 0.6059, 0.6446, 0.5649]),
    "pre-training": (alone, [2.8663, 2.7976, 2.7607, 2.7097]),
    "dcgan": (gan, [0.7917, 0.8257, 0.7644, 0.7842]),
}


@pytest.mark.parametrize("name", LOSSES)
def test_first_losses(name: str) -> None:
    train, expected = LOSSES[name]
    # Five code paths of BLAS, MKL and ATen and two thread counts agree to the fifth digit (`make test-portable`).
    assert [epoch.loss for epoch in train()[:4]] == pytest.approx(expected, rel=2e-3)
