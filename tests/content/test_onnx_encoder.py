"""A pre-trained encoder from a file: a tiny ONNX model made here, whose answer is known, and mistakes are named."""

from pathlib import Path

import numpy as np
import pytest

from audiorec.content.onnx_encoder import Stored, load
from audiorec.errors import InputError
from tests.tiny_onnx import mean_over_time

STORED = Stored(0.5, -80.0, 11025)
SPECTROGRAM = 'view = "spectrogram"\nbands = 4\nframes = 6\nmean = -40.0\ndeviation = 20.0\n'


def write(folder: Path, about: str, axes: int = 3) -> Path:
    (folder / "tiny.onnx").write_bytes(mean_over_time(axes))
    (folder / "tiny.toml").write_text(about, encoding="utf-8")
    return folder / "tiny.onnx"


def test_a_spectrogram_encoder_gets_standardised_decibels_and_songs_their_mean(tmp_path: Path) -> None:
    encoder = load(write(tmp_path, SPECTROGRAM))
    patches = np.zeros((3, 4, 5), np.uint8)
    patches[0], patches[1, 2], patches[2] = 80, 160, 120
    found = encoder.embed(patches, np.array([0, 0, 2]), 3, STORED)
    # 80 steps are -40 dB: 0; no step -80 dB: -2; 160 are 0 dB: 2; 120 are -20 dB: 1.
    np.testing.assert_allclose(found[0], [-1.0, -1.0, 1.0, -1.0])
    assert np.isnan(found[1]).all()
    np.testing.assert_allclose(found[2], 1.0)


def test_a_channel_axis_is_added_where_the_model_wants_one(tmp_path: Path) -> None:
    encoder = load(write(tmp_path, SPECTROGRAM, axes=4))
    with pytest.raises(InputError, match="first output"):  # [B, 1, bands] is no embedding, but it did take the patches
        encoder.embed(np.zeros((1, 4, 6), np.uint8), np.array([0]), 1, STORED)


def test_a_waveform_encoder_gets_its_own_rate(tmp_path: Path) -> None:
    encoder = load(write(tmp_path, 'view = "waveform"\nsample_rate = 22050\nsamples = 3000\n', axes=2))
    patches = np.full((1, 2, 11025), 255, np.uint8)
    with pytest.raises(InputError, match="first output"):  # the mean over time alone leaves [B]
        encoder.embed(patches, np.array([0]), 1, STORED)
    prepared = encoder._prepared(patches, STORED)
    assert prepared.shape == (1, 3000)
    np.testing.assert_allclose(prepared[0, 200:], 1.0, atol=0.02)


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ("view =", "not valid TOML"),
        ('view = "sound"', "view must be one of"),
        (SPECTROGRAM + "extra = 1\n", "no others"),
        (SPECTROGRAM.replace("frames = 6", 'frames = "six"'), "frames must be a number"),
        (SPECTROGRAM.replace("deviation = 20.0", "deviation = 0.0"), "above zero"),
    ],
)
def test_a_description_that_makes_no_sense_is_named(tmp_path: Path, about: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load(write(tmp_path, about))


def test_missing_and_broken_files_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, SPECTROGRAM)
    path.write_bytes(b"no model")
    with pytest.raises(InputError, match="cannot be opened"):
        load(path)
    path.unlink()
    with pytest.raises(InputError, match="no file"):
        load(path)


def test_other_numbers_of_bands_are_refused(tmp_path: Path) -> None:
    encoder = load(write(tmp_path, SPECTROGRAM))
    with pytest.raises(InputError, match="takes 4 bands"):
        encoder.embed(np.zeros((1, 8, 6), np.uint8), np.array([0]), 1, STORED)
