"""An encoder of the shelf as the encoder of an extraction: it travels to the workers and takes patches of every song.

`features` hands over the patches from its own decoding; its output is stored by `data/encoder_outputs.py`.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiorec.content import encoder_shelf
from audiorec.content.onnx_encoder import OnnxEncoder, load
from audiorec.data.encoder_outputs import EncodedBy, EncodedSong
from audiorec.errors import InputError
from audiorec.features.encoder_patches import SoundEncoder
from audiorec.features.recipe import FeatureRecipe

Floats = NDArray[np.float32]
# Raise it when patches are chosen or summed up otherwise: then every library is encoded anew.
VERSION = 1
# Nodes of a cluster need not have the encoder.
NOT_ON_RAY = "the encoder runs on this machine only: run it again without --engine ray"


@dataclass(frozen=True)
class ShelvedEncoder:
    """An encoder by its file, opened once in each process that uses it; see `features.encoder_patches.SoundEncoder`.

    Attributes:
        by: name, digest and tags; rate in Hz; samples: length of a patch; patches: most of them of a song.
    """

    path: Path
    by: EncodedBy
    rate: int
    samples: int
    patches: int

    def encode(self, patches: Floats) -> EncodedSong:
        """What the patches [P, samples] of one song have in common."""
        embedded, tags = _opened(self.path, self.by.digest).outputs(patches)
        return EncodedSong(embedded.mean(axis=0), embedded.std(axis=0), tags.mean(axis=0))


def sound_encoder_of(recipe: FeatureRecipe, shelf: Path | None = None) -> tuple[SoundEncoder | None, str]:
    """The encoder that a feature recipe names, and a line that says why there is none (empty: none is wanted).

    An encoder that is there and cannot be used raises InputError: it would fail at every song.
    """
    place = shelf or encoder_shelf.folder()
    if not recipe.encoder:
        return None, ""
    if recipe.encoder not in {each.name for each in encoder_shelf.shelved(place)}:
        add = f"audiorec encoder add {recipe.encoder}"
        return None, f"the encoder {recipe.encoder} is not here, so no song is encoded: {add} brings it"
    path = encoder_shelf.find(place, recipe.encoder).path
    try:
        import onnxruntime  # noqa: F401 - whether it is there
    except ImportError:
        return None, f"the encoder {recipe.encoder} needs onnxruntime: pip install 'audiorec[onnx]'"
    parts = [path.read_bytes(), path.with_suffix(".toml").read_bytes(), f"{recipe.encoder_patches} {VERSION}".encode()]
    digest = hashlib.sha256(b"\n".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:16]
    encoder = _opened(path, digest)
    if encoder.view != "waveform":
        raise InputError(
            f"{path} takes spectrograms: only an encoder of waveforms can be used on songs (train-cnn --encoder)"
        )
    about = encoder.about
    tags = encoder.outputs(np.zeros((1, about["samples"]), np.float32))[1].shape[1]
    labels = tuple(encoder.notes.get("labels", "").split("\n"))
    by = EncodedBy(recipe.encoder, digest, labels if len(labels) == tags else ())
    return ShelvedEncoder(path, by, about["sample_rate"], about["samples"], recipe.encoder_patches), ""


@lru_cache(maxsize=1)
def _opened(path: Path, digest: str) -> OnnxEncoder:
    return load(path)
