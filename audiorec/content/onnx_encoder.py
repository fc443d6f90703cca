"""A pre-trained encoder from a local ONNX file, with its preprocessing in a small TOML file of the same name beside it.

    view = "spectrogram"    # what it takes: patches of log-mel [B, bands, frames] or of waveform [B, samples],
    bands = 128             # as they are stored; an input of one more axis gets a channel axis
    frames = 256
    mean = -40.0            # of the levels in dB, taken off
    deviation = 20.0        # and divided by

    view = "waveform"
    sample_rate = 16000     # stored sound is brought to this rate
    samples = 48000

Shorter patches are repeated, longer ones cut. The first output [B, d] is averaged over the patches of a song. Nothing
is downloaded and nothing but arithmetic is run: ONNX files hold no code. It needs the extra `onnx`.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from audiorec.errors import InputError

if TYPE_CHECKING:
    # It brings torch, which a worker that encodes songs does without.
    from audiorec.content.song_encoder import View

Floats = NDArray[np.float32]
NEEDED: "dict[View, dict[str, type]]" = {
    "spectrogram": {"bands": int, "frames": int, "mean": float, "deviation": float},
    "waveform": {"sample_rate": int, "samples": int},
}
_BATCH = 32
# How a tensor names a file of its own: the key `location` as protocol buffers write it. Such a path may lead anywhere.
_OUTSIDE = b"\x0a\x08location\x12"


@dataclass(frozen=True)
class Stored:
    """How stored patches are to be read: dB = offset + scale * value, and the rate of the waveform."""

    scale: float
    offset: float
    rate: int


@dataclass(frozen=True)
class OnnxEncoder:
    """A session that embeds patches of `view`; `about` is what its TOML file says, `files` the two files."""

    session: Any
    view: "View"
    about: dict[str, Any]
    files: tuple[Path, Path]

    @property
    def notes(self) -> dict[str, str]:
        """What the file says of itself: licence, origin, labels."""
        return dict(self.session.get_modelmeta().custom_metadata_map)

    def outputs(self, patches: Floats) -> tuple[Floats, Floats]:
        """Embeddings [P, d] and tags [P, t] (t = 0 without a second output) of prepared patches.

        Raises InputError when the file fails or gives other shapes.
        """
        try:
            found = self.session.run(None, {self.session.get_inputs()[0].name: patches})
        except Exception as error:
            raise InputError(f"{self.files[0]} fails when it is run: {str(error).splitlines()[0]}") from error
        arrays = [np.asarray(each, dtype=np.float32) for each in found]
        if arrays[0].ndim != 2 or len(arrays[0]) != len(patches) or not np.isfinite(arrays[0]).all():
            raise InputError(f"{self.files[0]}: its first output must be finite numbers [patches, d], a row a patch")
        has_tags = len(arrays) > 1 and arrays[1].ndim == 2 and len(arrays[1]) == len(patches)
        return arrays[0], arrays[1] if has_tags else np.zeros((len(patches), 0), np.float32)

    def embed(self, patches: NDArray[np.uint8], owner: NDArray[np.int64], songs: int, stored: Stored) -> Floats:
        """Mean embedding float32 [songs, d] of stored patches; NaN for a song without any."""
        source = self.session.get_inputs()[0]
        parts = []
        for start in range(0, len(patches), _BATCH):
            given = self._prepared(patches[start : start + _BATCH], stored)
            if len(source.shape) == given.ndim + 1:
                given = given[:, None]
            parts.append(np.asarray(self.session.run(None, {source.name: given})[0], dtype=np.float32))
        found = np.concatenate(parts)
        if found.ndim != 2:
            raise InputError(
                f"{self.files[0]} gives arrays of shape {found.shape}: its first output must be [songs, d]"
            )
        total, count = np.zeros((songs, found.shape[1])), np.bincount(owner, minlength=songs)[:, None]
        np.add.at(total, owner, found)
        mean = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
        return mean.astype(np.float32)

    def _prepared(self, patches: NDArray[np.uint8], stored: Stored) -> Floats:
        about = self.about
        if self.view == "spectrogram":
            if patches.shape[1] != about["bands"]:
                raise InputError(
                    f"{self.files[0]} takes {about['bands']} bands, the features have {patches.shape[1]}: extract "
                    f"with a recipe that says bands = {about['bands']}"
                )
            levels = stored.offset + stored.scale * patches.astype(np.float32)
            return _fitted((levels - about["mean"]) / about["deviation"], about["frames"])
        import soxr
        import torch

        from audiorec.content.waveform_cnn import expand_mu_law

        sound = expand_mu_law(torch.from_numpy(patches)).numpy().mean(axis=1)
        if about["sample_rate"] != stored.rate:
            sound = soxr.resample(sound.T, stored.rate, about["sample_rate"]).T
        return _fitted(sound, about["samples"])


def load(path: Path) -> OnnxEncoder:
    """Open FILE.onnx and FILE.toml; raises InputError with what to do when either is missing or makes no sense."""
    description = path.with_suffix(".toml")
    for file in (path, description):
        if not file.is_file():
            raise InputError(
                f"no file {file}: an encoder is an ONNX file with its preprocessing in a TOML file beside it"
            )
    try:
        about = tomllib.loads(description.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{description} is not valid TOML: {error}") from error
    view = _checked(about, description)
    return OnnxEncoder(open_session(path), view, about, (path, description))


def open_session(path: Path) -> Any:
    """An ONNX model ready to run on one thread; raises InputError without onnxruntime, or for what is no such model."""
    try:
        import onnxruntime
    except ImportError as error:
        raise InputError("an ONNX encoder needs onnxruntime: pip install 'audiorec[onnx]'") from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    # One thread: processes are the parallelism, and sums come out the same every time.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = path.read_bytes()
    if _OUTSIDE in model:
        raise InputError(f"{path} keeps its weights in other files: save it as one file")
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        # Its faults are of many kinds and have no parent of their own: custom operators, broken graphs, huge shapes.
        raise InputError(f"{path} cannot be opened as an ONNX model: {str(error).splitlines()[0]}") from error


def _checked(about: dict[str, Any], description: Path) -> "View":
    view = about.get("view")
    if view not in NEEDED:
        raise InputError(f"{description}: view must be one of {', '.join(NEEDED)}")
    needed = NEEDED[view]
    if set(about) != {"view", *needed}:
        raise InputError(f"{description}: a {view} encoder has the keys view, {', '.join(needed)} and no others")
    for key, kind in needed.items():
        if isinstance(about[key], bool) or not isinstance(about[key], (int, float) if kind is float else int):
            raise InputError(f"{description}: {key} must be a number")
        if key != "mean" and about[key] <= 0:
            raise InputError(f"{description}: {key} must be above zero")
    checked: View = view
    return checked


def _fitted(values: Floats, length: int) -> Floats:
    """Repeated or cut along the last axis to a length."""
    repeats = -(-length // values.shape[-1])
    tiled = np.concatenate([values] * repeats, axis=-1) if repeats > 1 else values
    return np.ascontiguousarray(tiled[..., :length], dtype=np.float32)
