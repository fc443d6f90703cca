"""Inner products with very many vectors: 8-bit codes of all of them, and the vectors themselves where it matters.

A list's time over a large library is the bytes that its products read. Codes are a quarter of them, and their products
are off by a hundredth of the deviation of the exact ones; the best are computed exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Fewer vectors are multiplied as they are: less than a millisecond.
FROM = 10_000
# How many of the best are exact, at most a tenth of all; a signal brings two hundred to a list.
EXACT = 1000
_SAMPLE = 8192  # products that tell where the best begin
_LARGEST = 127

Floats32 = NDArray[np.float32]


@dataclass(frozen=True)
class CodedVectors:
    """Vectors float32 [I, d], their codes int8 [I, d], and what a step of them is worth: of rows [I], of columns [d].

    A vector is about codes * row step * column step.
    """

    vectors: Floats32
    codes: NDArray[np.int8]
    rows: Floats32
    columns: Floats32

    def products(self, query: NDArray[np.floating]) -> Floats32:
        """With one vector [d]: float32 [I], the `EXACT` best of them exact, the others by their codes."""
        from simsimd import cdist

        asked, step = _coded(np.asarray(query * self.columns, dtype=np.float32)[None])
        found = np.asarray(cdist(asked, self.codes, metric="dot", out_dtype="float32"))[0]
        found *= self.rows
        found *= step[0]
        sample = found[:: max(1, len(found) // _SAMPLE)]
        few = min(EXACT, len(found) // 10) * len(sample) // max(len(found), 1)
        if few:
            best = np.flatnonzero(found > np.partition(sample, -few)[-few])
            # Not by BLAS: its threads, called from several, wait for each other in circles.
            found[best] = np.einsum("nd,d->n", self.vectors[best], np.asarray(query, dtype=np.float32))
        return np.asarray(found)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """What lies beside the vectors."""
        return {"codes": self.codes, "rows": self.rows, "columns": self.columns}


Vectors = NDArray[np.floating] | CodedVectors


def plain(vectors: Vectors) -> NDArray[np.floating]:
    """The vectors themselves, [I, d]."""
    return vectors.vectors if isinstance(vectors, CodedVectors) else vectors


def inner_products(queries: NDArray[np.floating], vectors: Vectors) -> NDArray[np.floating]:
    """Queries [B, d] with all vectors, float32 [B, I]; see `CodedVectors.products` where they are coded."""
    if isinstance(vectors, CodedVectors):
        return stacked([vectors.products(query) for query in queries])
    return np.asarray(queries.astype(vectors.dtype, copy=False) @ vectors.T)


def stacked(rows: Sequence[Floats32]) -> Floats32:
    """Rows [I] as [B, I]; a single one is not copied."""
    return rows[0][None] if len(rows) == 1 else np.stack(rows)


def code(vectors: Floats32, columns: Floats32 | None = None) -> CodedVectors:
    """Vectors [I, d] with codes of them; columns [d] are divided by these first, where their scales differ."""
    steps = np.ones(vectors.shape[1], dtype=np.float32) if columns is None else columns
    codes, rows = _coded(vectors / steps)
    return CodedVectors(vectors, codes, rows, steps)


def _coded(vectors: Floats32) -> tuple[NDArray[np.int8], Floats32]:
    """Codes of each row in steps of its own, [N, d] and [N]."""
    largest = np.abs(vectors).max(axis=1, initial=0.0)
    steps = np.where(largest > 0.0, largest / _LARGEST, 1.0).astype(np.float32)
    return np.rint(vectors / steps[:, None]).astype(np.int8), steps
