"""The patches of a song that an encoder is given, from the stretches that extraction holds anyway: no second decoding.

Patches lie at even distances over the song. A pass that only encodes is given the same stretches.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from audiorec.data.encoder_outputs import EncodedBy, EncodedSong
from audiorec.features.decoding.waveform import fold_to_stereo
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.segments import Candidate, Cutter, Shelf

Float = NDArray[np.float32]


class SoundEncoder(Protocol):
    """An encoder of patches of `samples` at `rate` Hz, at most `patches` of a song; it travels to workers."""

    @property
    def by(self) -> EncodedBy: ...

    @property
    def rate(self) -> int: ...

    @property
    def samples(self) -> int: ...

    @property
    def patches(self) -> int: ...

    def encode(self, patches: Float) -> EncodedSong:
        """The output of the encoder in the patches [P, samples] of one song."""
        ...


def patches_of(stretches: Sequence[Float], rate: int, encoder: SoundEncoder) -> Float:
    """Patches float32 [P, samples] of stretches [n, channels] of a song at `rate`, in the order of time.

    A stretch gives as many patches as it is long, the last one ending where it ends; one that is shorter than a patch
    is repeated.
    """
    length = encoder.samples * rate / encoder.rate
    slots = [
        (place, start)
        for place, stretch in enumerate(stretches)
        if len(stretch)
        for start in _starts(
            round(len(stretch) * encoder.rate / rate), encoder.samples, max(1, round(len(stretch) / length))
        )
    ]
    count = min(encoder.patches, len(slots))
    chosen = np.linspace(0, len(slots) - 1, count + 2)[1:-1] if count < 3 else np.linspace(0, len(slots) - 1, count)
    found, held = list[Float](), dict[int, Float]()
    for place, start in (slots[round(slot)] for slot in chosen):
        if place not in held:
            mono = stretches[place].mean(axis=1)
            held = {place: soxr.resample(mono, rate, encoder.rate, "HQ") if rate != encoder.rate else mono}
        patch = held[place][start : start + encoder.samples]
        found.append(np.resize(patch, encoder.samples))
    return np.stack(found) if found else np.zeros((0, encoder.samples), np.float32)


def _starts(length: int, samples: int, count: int) -> list[int]:
    return [int(start) for start in np.linspace(0, max(length - samples, 0), count)]


class StretchCollector:
    """Takes the sound of a song in blocks and holds the stretches that extraction would hold."""

    def __init__(self, recipe: FeatureRecipe, rate: int) -> None:
        self._cutter, self._shelf, self._place = Cutter(recipe.stretch_samples(rate)), Shelf(), 0
        # Stands for the log-mel that extraction holds beside the sound: both thin a long song alike.
        self._logmel = np.broadcast_to(np.float32(0.0), (recipe.segment_frames, recipe.bands))

    def push(self, sound: Float) -> None:
        """Add sound [n, channels]."""
        self._cutter.push(fold_to_stereo(sound))
        while self._cutter.ready:
            self._add(self._cutter.take())

    def finish(self) -> list[Float]:
        """The stretches [n, channels] in the order of time."""
        rest = self._cutter.rest()
        if len(rest) and (not self._place or 2 * len(rest) >= self._cutter.length):
            self._add(rest)
        return [candidate.sound for candidate in self._shelf.candidates]

    def _add(self, sound: Float) -> None:
        self._shelf.add(Candidate(self._place, self._logmel, sound))
        self._place += 1
