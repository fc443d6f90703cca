"""What a vote said of every song of a library: probabilities of labels by track id, in a model's folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiorec.learning import checkpoint
from audiorec.learning.checkpoint import Header

KIND = "moods"


@dataclass(frozen=True)
class LabelTable:
    """track_ids: int64 [N], rising; names: C; probabilities: float32 [N, C]; score: what was measured."""

    track_ids: NDArray[np.int64]
    names: tuple[str, ...]
    probabilities: NDArray[np.float32]
    score: dict[str, float]

    def best(self) -> list[tuple[str, float]]:
        """The likeliest label of each song, and how likely it is."""
        columns = self.probabilities.argmax(axis=1)
        return [
            (self.names[column], float(row[column])) for column, row in zip(columns, self.probabilities, strict=True)
        ]


def save(folder: Path, table: LabelTable, digest: str) -> None:
    """Write it into an existing folder; `digest` is that of the features."""
    arrays: dict[str, NDArray[Any]] = {"track_ids": table.track_ids, "probabilities": table.probabilities}
    checkpoint.save(folder, Header(KIND, {}, digest, labels=list(table.names), score=table.score), arrays)


def load(folder: Path, digest: str | None = None) -> LabelTable:
    """Read it; raises CheckpointError when it is of other features."""
    header, arrays = checkpoint.load(folder, KIND, digest)
    return LabelTable(arrays["track_ids"], tuple(header.labels), arrays["probabilities"], header.score)


def counts(table: LabelTable, labels: Sequence[str]) -> list[tuple[str, int, int, float]]:
    """By label: songs to which it was given [N] ("": none), songs for which it was found, share of the given found."""
    best = [name for name, _ in table.best()]
    rows = []
    for name in table.names:
        given = [found == name for found, label in zip(best, labels, strict=True) if label == name]
        rows.append((name, len(given), best.count(name), sum(given) / max(len(given), 1)))
    return rows
