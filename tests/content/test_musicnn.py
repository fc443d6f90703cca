"""musicnn as ONNX: random weights of the right shapes everywhere; the published weights where there is an index."""

import json
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from audiorec.content import encoder_shelf, musicnn, onnx_encoder
from audiorec.content.checkpoint_bundle import read_bundle
from audiorec.errors import AudiorecError, InputError, UnknownNameError

# By the original program (musicnn 0.1.0, TensorFlow) on the first patch of `signals`; it pads 256 samples of silence.
REFERENCE = Path(__file__).parent.parent / "assets" / "musicnn_reference.json"


def signals() -> dict[str, np.ndarray]:
    t = np.arange(musicnn.SAMPLES) / musicnn.RATE
    notes = sum(np.sin(2 * np.pi * f * t) / (i + 2) for i, f in enumerate((220, 277.18, 329.63, 440)))
    beat = np.exp(-((t * 2) % 1) * 12) * np.sin(2 * np.pi * 60 * t) * 0.6
    hiss = np.exp(-((t * 4) % 1) * 30) * np.sin(1e5 * np.sin(np.arange(len(t)) * 12.9898)) * 0.2
    sweep = 0.3 * np.sin(2 * np.pi * (100 * t + 400 * t**2))
    found = {"chord": notes * (0.6 + 0.4 * np.sin(2 * np.pi * 2 * t)) * 0.3, "beat": beat + hiss, "sweep": sweep}
    return {name: np.pad(0.1 * sound, (256, 0))[: musicnn.SAMPLES].astype(np.float32) for name, sound in found.items()}


def random_weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        name: (rng.random(shape) + 0.5 if name.endswith("variance") else 0.05 * rng.standard_normal(shape)).astype("f4")
        for name, shape in musicnn.shapes().items()
    }


def test_random_weights_make_a_model_that_runs_and_keeps_its_notes(tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(musicnn.build(random_weights(), {"licence": "of nobody"}))
    (tmp_path / "mine.toml").write_text('view = "waveform"\nsample_rate = 16000\nsamples = 48128\n')
    encoder = onnx_encoder.load(tmp_path / "mine.onnx")
    assert encoder.notes == {"licence": "of nobody"}
    sound = np.stack(list(signals().values()))
    together, tags = encoder.session.run(None, {"sound": sound})
    assert (together.shape, tags.shape) == ((3, 200), (3, 50))
    assert ((tags > 0) & (tags < 1)).all()
    alone = encoder.session.run(None, {"sound": sound[1:2]})[0]
    np.testing.assert_allclose(alone[0], together[1], atol=1e-5)


def test_the_loudest_sound_does_not_overflow() -> None:
    session = onnxruntime.InferenceSession(musicnn.build(random_weights(), {}), providers=["CPUExecutionProvider"])
    square = np.sign(np.sin(2 * np.pi * 100 * np.arange(musicnn.SAMPLES) / musicnn.RATE)).astype(np.float32)
    assert all(np.isfinite(told).all() for told in session.run(None, {"sound": square[None]}))


def test_mel_filters_are_those_of_librosa() -> None:
    librosa = pytest.importorskip("librosa")
    theirs = librosa.filters.mel(sr=musicnn.RATE, n_fft=musicnn.FFT, n_mels=musicnn.BANDS)
    np.testing.assert_allclose(musicnn.mel_filters(), theirs, atol=1e-7)


@pytest.mark.parametrize("index", [b"", b"x" * 100, b"\xff" * 40 + bytes.fromhex("57fb808b247547db")])
def test_a_broken_checkpoint_is_named(index: bytes) -> None:
    with pytest.raises(InputError, match="not a checkpoint"):
        read_bundle(index, b"")


def test_a_wheel_of_another_hash_is_not_used(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "musicnn.whl", "w") as archive:
        archive.writestr("musicnn/configuration.py", "raise SystemExit")
    with pytest.raises(InputError, match="it was not used"):
        encoder_shelf.convert(tmp_path / "shelf", tmp_path / "musicnn.whl", encoder_shelf.SHA256)
    assert not (tmp_path / "shelf").exists()


def test_an_encoder_that_is_not_there_says_how_to_add_it(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="audiorec encoder add musicnn"):
        encoder_shelf.remove(tmp_path, "musicnn")


@pytest.mark.slow
def test_the_published_weights_say_what_the_original_program_says(tmp_path: Path) -> None:
    try:
        encoder_shelf.add_musicnn(tmp_path)
    except InputError:
        raise
    except AudiorecError as error:
        pytest.skip(str(error))
    expected = json.loads(REFERENCE.read_text())
    for name, variant in (("musicnn", "MTT"), ("musicnn-msd", "MSD")):
        session = onnxruntime.InferenceSession(str(tmp_path / f"{name}.onnx"), providers=["CPUExecutionProvider"])
        for signal, sound in signals().items():
            embedding, tags = session.run(None, {"sound": sound[None]})
            np.testing.assert_allclose(tags[0], expected[f"{signal}/{variant}/tags"], atol=1e-3)
            np.testing.assert_allclose(embedding[0], expected[f"{signal}/{variant}/penultimate"], atol=2e-4)
