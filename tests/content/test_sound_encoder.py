"""Encoders of the shelf in the extraction: their output, and what is refused before a library is encoded."""

from pathlib import Path

import numpy as np
import pytest

from audiorec.content import encoder_shelf, musicnn
from audiorec.content.onnx_writer import Graph
from audiorec.content.sound_encoder import sound_encoder_of
from audiorec.errors import InputError
from audiorec.features.recipe import FeatureRecipe
from tests.content.test_musicnn import random_weights, signals
from tests.tiny_onnx import mean_over_time

WAVEFORM = 'view = "waveform"\nsample_rate = 16000\nsamples = 48128\n'


def shelf(folder: Path, model: bytes, name: str = "musicnn", about: str = WAVEFORM) -> Path:
    (folder / f"{name}.onnx").write_bytes(model)
    (folder / f"{name}.toml").write_text(about, encoding="utf-8")
    return folder


def test_an_ear_hears_mean_and_spread_and_names_the_tags(tmp_path: Path) -> None:
    labels = "\n".join(f"tag {number}" for number in range(musicnn.TAGS))
    encoder, why = sound_encoder_of(
        FeatureRecipe(), shelf(tmp_path, musicnn.build(random_weights(), {"labels": labels}))
    )
    assert encoder is not None
    assert why == ""
    assert (encoder.rate, encoder.samples, len(encoder.by.labels)) == (16_000, musicnn.SAMPLES, musicnn.TAGS)
    patches = np.stack(list(signals().values()))
    together, each = encoder.encode(patches), [encoder.encode(patch[None]) for patch in patches]
    np.testing.assert_allclose(together.mean, np.mean([one.mean for one in each], axis=0), atol=1e-5)
    np.testing.assert_allclose(together.spread, np.std([one.mean for one in each], axis=0), atol=1e-5)
    np.testing.assert_allclose(together.tags, np.mean([one.tags for one in each], axis=0), atol=1e-5)
    other, _ = sound_encoder_of(FeatureRecipe(encoder_patches=5), tmp_path)
    assert other is not None
    assert other.by.digest != encoder.by.digest


def test_without_the_encoder_there_is_a_line_and_no_ear(tmp_path: Path) -> None:
    encoder, why = sound_encoder_of(FeatureRecipe(), tmp_path)
    assert encoder is None
    assert "audiorec encoder add musicnn" in why
    assert sound_encoder_of(FeatureRecipe(encoder=""), tmp_path) == (None, "")


def hostile() -> dict[str, bytes]:
    huge, custom = Graph(), Graph()
    huge.add("Expand", ["sound", huge.whole((2**20, 2**30))], "penultimate")
    custom.add("RunThis", ["sound"], "penultimate")
    ports = ("sound", (0, 48_128)), {"penultimate": (0, 48_128)}
    return {
        "huge": huge.model(*ports, {}),
        "custom": custom.model(*ports, {}),
        "outside": musicnn.build(random_weights(), {}) + b"\x0a\x08location\x12\x0b/etc/passwd",
        "cut": musicnn.build(random_weights(), {})[:100_000],
        "empty": b"",
        "text": b"no model",
    }


@pytest.mark.parametrize("kind", hostile())
def test_broken_and_hostile_files_are_refused_before_a_song_is_encoded(tmp_path: Path, kind: str) -> None:
    place = shelf(tmp_path, hostile()[kind])
    with pytest.raises(InputError, match=r"musicnn\.onnx"):
        sound_encoder_of(FeatureRecipe(), place)


def test_an_encoder_of_spectrograms_cannot_hear(tmp_path: Path) -> None:
    about = 'view = "spectrogram"\nbands = 4\nframes = 6\nmean = -40.0\ndeviation = 20.0\n'
    with pytest.raises(InputError, match="takes spectrograms"):
        sound_encoder_of(FeatureRecipe(encoder="mine"), shelf(tmp_path, mean_over_time(3), "mine", about))


def test_an_encoder_of_the_wrong_shape_is_not_put_on_the_shelf(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    shelf(tmp_path / "mine", mean_over_time(2), "mine")
    with pytest.raises(InputError, match="first output"):
        encoder_shelf.add_file(tmp_path / "shelf", tmp_path / "mine" / "mine.onnx")
    assert not (tmp_path / "shelf").exists()
