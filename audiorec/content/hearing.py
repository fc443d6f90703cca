"""What an encoder that takes sound hears in a file: patches spread over the song, and what they have in common.

It decodes a file once, by itself; `features` does its own decoding. Patches lie at even distances, and a file shorter
than a patch is repeated.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiorec.content.onnx_encoder import OnnxEncoder
from audiorec.errors import DecodeError, InputError
from audiorec.features.decode import open_any
from audiorec.features.sniff import sniff

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """Mean and spread over the patches of a song of the embedding [d], and the mean of the tags' probabilities [t]
    (None where the encoder has no second output)."""

    mean: Floats
    spread: Floats
    tags: Floats | None


def hear(path: Path, encoder: OnnxEncoder, patches: int) -> Heard:
    """Hear so many patches of a file; raises DecodeError when there is no sound, InputError for another encoder."""
    if encoder.view != "waveform":
        raise InputError(f"{encoder.files[0]} takes spectrograms: only an encoder of waveforms can hear a file")
    sound = _sound(path, encoder.about["sample_rate"])
    chosen = spread_patches(sound, encoder.about["samples"], patches)
    name = encoder.session.get_inputs()[0].name
    outputs = [np.asarray(output, dtype=np.float32) for output in encoder.session.run(None, {name: chosen})]
    return Heard(outputs[0].mean(axis=0), outputs[0].std(axis=0), outputs[1].mean(axis=0) if len(outputs) > 1 else None)


def spread_patches(sound: Floats, samples: int, count: int) -> Floats:
    """At most `count` patches [P, samples] that do not overlap, at even distances; a short sound is repeated."""
    if len(sound) < samples:
        return np.tile(sound, -(-samples // len(sound)))[None, :samples]
    count = min(count, len(sound) // samples)
    starts = (
        np.linspace(0, len(sound) - samples, count + 2)[1:-1]
        if count == 1
        else np.linspace(0, len(sound) - samples, count)
    )
    return np.stack([sound[int(start) : int(start) + samples] for start in starts])


def _sound(path: Path, rate: int) -> Floats:
    """A file in mono at a rate, float32 [n]."""
    import soxr

    with open(path, "rb") as file:
        container = sniff(file)
        if container is None:
            raise DecodeError(f"{path} is not sound in a format that is known by its first bytes")
        decoding = open_any(file, container)
        blocks = [block.mean(axis=1) for block in decoding.blocks]
    if not decoding.frames:
        raise DecodeError(f"{path} holds no sound")
    return np.asarray(soxr.resample(np.concatenate(blocks), decoding.rate, rate), dtype=np.float32)
