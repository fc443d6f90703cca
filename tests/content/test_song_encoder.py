"""Song encoders read stored patches a few at a time: memory must not grow with the library, nor results change."""

import numpy as np
import pytest
import torch

from audiorec.content.song_encoder import SongEncoder, View, embed_songs
from audiorec.content.spectrogram_cnn import halved

SHAPES: dict[View, tuple[int, ...]] = {"spectrogram": (100, 32, 40), "waveform": (100, 2, 4096)}


def stored(view: View) -> torch.Tensor:
    values = np.random.default_rng(0).integers(40, 200, SHAPES[view])
    values[60:] //= 2
    return torch.from_numpy(values.astype(np.uint8))


@pytest.mark.parametrize("view", SHAPES)
def test_the_scale_is_that_of_all_patches_at_once(view: View) -> None:
    encoder, patches = SongEncoder(view, 32, 8), stored(view)
    encoder.set_scale(patches)
    standard = encoder.net.standardise(patches)
    assert float(standard.square().mean()) == pytest.approx(1.0, rel=1e-4)
    if view == "spectrogram":
        np.testing.assert_allclose(standard.mean(dim=(0, 2)).numpy(), 0.0, atol=1e-3)


@pytest.mark.parametrize("view", SHAPES)
def test_few_patches_are_floats_at_a_time_and_songs_are_the_same(view: View) -> None:
    torch.manual_seed(0)
    encoder, patches, owner = SongEncoder(view, 32, 8), stored(view), torch.arange(100) // 2
    sizes: list[int] = []
    encoder.net.register_forward_pre_hook(lambda net, given: sizes.append(len(given[0])))
    songs = embed_songs(encoder, patches, owner, 50)
    assert max(sizes) <= 32
    encoder.eval()
    with torch.no_grad():
        np.testing.assert_allclose(songs.numpy(), encoder(patches, owner, 50).numpy(), rtol=1e-4, atol=1e-5)


def test_halving_is_the_same_for_many_patches_as_for_one() -> None:
    values = np.random.default_rng(0).integers(0, 255, (600, 8, 10)).astype(np.uint8)
    every = halved(values)
    assert every.shape == (600, 4, 5)
    np.testing.assert_array_equal(every[599:], halved(values[599:]))
    assert every[3, 1, 2] == round(float(values[3, 2:4, 4:6].mean()))
