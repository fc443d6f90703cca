"""Like-probabilities as a product of a users' and a songs' side: what a content model says, kept as arrays.

The network's head is such a product. The SVM's decisions are brought to one: their leading directions over a sample of
songs span the users' side, every song is projected onto it. They say nothing of songs that the model was trained on:
it has learned who plays these, would repeat it, and look perfect in a rehearsal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiorec.learning.coded_vectors import Vectors, inner_products, plain
from audiorec.learning.drawn import drawn
from audiorec.learning.silence import silence

Floats32 = NDArray[np.float32]
# Directions kept of the SVM's decisions, and songs that they are taken from. On the clips with Last.fm listens 64 leave
# .2 % of the decisions' variance out.
_DIRECTIONS, _SAMPLE = 64, 512
_BLOCK = 2_000_000  # decisions in hand at once


@dataclass(frozen=True)
class LikesBySides:
    """A model's likes.

    Shape:
        names: U; users: float32 [U, r]; songs: float32 [I, r]; bias: float32 [U]; silent: bool [I], songs that it
        learned from. The logit of a like is users @ songs.T + bias.
    """

    names: tuple[str, ...]
    users: Floats32
    songs: Vectors
    bias: Floats32
    silent: NDArray[np.bool_]

    @cached_property
    def _row(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.names)}

    def __call__(self, users: Sequence[str]) -> Floats32:
        """Probabilities float32 [B, I]; NaN for users whom the model does not know and for songs it learned from."""
        rows = np.array([self._row.get(name, -1) for name in users], dtype=np.int64)
        found = inner_products(-self.users[rows], self.songs)
        # In place: a list asks for every song of the library.
        found -= self.bias[rows, None]
        np.exp(np.clip(found, -60.0, 60.0, out=found), out=found)
        found += 1.0
        np.reciprocal(found, out=found)
        silence(found, self.silent)
        found[rows < 0] = np.nan
        return found

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All but the names, as arrays."""
        return {"users": self.users, "songs": plain(self.songs), "bias": self.bias, "silent": self.silent}

    @classmethod
    def from_arrays(cls, names: Sequence[str], arrays: Mapping[str, NDArray[Any]], songs: Vectors) -> "LikesBySides":
        """The inverse of `to_arrays`, with the songs' side given by itself."""
        return cls(tuple(names), arrays["users"], songs, arrays["bias"], arrays["silent"])


def network_likes(folder: Path, feature_digest: str, songs: Floats32, silent: NDArray[np.bool_]) -> LikesBySides:
    """Likes by the content network in `folder`, from its song embeddings [I, dim]."""
    from audiorec.content import like_model

    model = like_model.load(folder, feature_digest)
    song_side, user_side, bias = model.sides(songs)
    return LikesBySides(model.names, user_side, song_side, bias, silent)


def svm_likes(folder: Path, feature_digest: str, songs: Floats32, silent: NDArray[np.bool_]) -> LikesBySides:
    """Likes by the SVM in `folder`, from fused song vectors [I, D]."""
    from audiorec.content import svm
    from audiorec.learning import checkpoint

    header, arrays = checkpoint.load(folder, "svm", feature_digest)
    model = svm.from_arrays(header.config["kernel"], header.config["gamma"], arrays)
    everybody = np.arange(len(model.users), dtype=np.int64)
    seen = model.decisions(songs[drawn(np.arange(len(songs), dtype=np.int64), _SAMPLE, seed=0)], everybody)
    basis = np.linalg.svd(seen, full_matrices=False)[0][:, :_DIRECTIONS]
    size = max(1, _BLOCK // max(len(everybody), 1))
    blocks = [songs[start : start + size] for start in range(0, len(songs), size)]
    side = np.concatenate([model.decisions(block, everybody).T @ basis for block in blocks])
    slope, offset = model.calibration
    return LikesBySides(
        tuple(header.labels),
        (slope * basis).astype(np.float32),
        side.astype(np.float32),
        np.full(len(everybody), offset, dtype=np.float32),
        silent,
    )
