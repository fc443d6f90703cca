"""Fusion: one matrix from the vectors of several modalities, each standardised, with a mask of what is present.

A missing modality becomes zeros, the mean of those who have it, and its mask says so: no number is ever NaN, and no
absent text looks like a neutral one to a reader of the mask. It does not know what the blocks mean, nor models.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.errors import InputError

# The order in which modalities stand in a fused vector; a name that is not here stands after them.
ORDER = ("audio", "descriptors", "lyrics", "network")


@dataclass(frozen=True)
class Scaling:
    """Mean and spread of every column of every block, learned on some rows and applied to any."""

    mean: dict[str, NDArray[np.float32]]
    spread: dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Fused:
    """Blocks side by side.

    Shape:
        matrix: float32 [N, D], no NaN; slices: the columns of each block; mask: bool [N, blocks], in the order of
        `slices`; scaling: how it was standardised.
    """

    matrix: NDArray[np.float32]
    slices: dict[str, slice]
    mask: NDArray[np.bool_]
    scaling: Scaling

    def with_mask(self) -> NDArray[np.float32]:
        """The matrix with the mask as further columns, float32 [N, D + blocks]."""
        return np.hstack([self.matrix, self.mask.astype(np.float32)])


def fuse(
    blocks: Mapping[str, NDArray[np.floating]],
    rows: NDArray[np.int64] | None = None,
    scaling: Scaling | None = None,
) -> Fused:
    """Put blocks [N, d] side by side; a row with NaN or infinity in a block lacks that modality.

    Standardises on `rows` (default: all), or with the `scaling` of an earlier fusion. A column that is constant there
    becomes 0. Raises InputError when the blocks are not of one length or do not fit the scaling.
    """
    names = [*(name for name in ORDER if name in blocks), *sorted(set(blocks) - set(ORDER))]
    arrays = {name: np.asarray(blocks[name], dtype=np.float32) for name in names}
    if len({len(array) for array in arrays.values()}) != 1:
        raise InputError(f"blocks of different lengths cannot be fused: {[(n, len(a)) for n, a in arrays.items()]}")
    present: dict[str, NDArray[np.bool_]] = {
        name: np.asarray(np.isfinite(array).all(axis=1)) for name, array in arrays.items()
    }
    scaling = scaling or _learn(arrays, present, rows)
    _check(arrays, scaling)
    parts, slices, start = [], {}, 0
    for name, array in arrays.items():
        part = array - scaling.mean[name]
        with np.errstate(invalid="ignore"):  # infinity in a row that lacks the block
            part /= scaling.spread[name]
        part[~present[name]] = 0.0
        parts.append(part)
        slices[name] = slice(start, start + array.shape[1])
        start += array.shape[1]
    return Fused(np.hstack(parts), slices, np.stack([present[name] for name in names], axis=1), scaling)


def as_block(vectors: NDArray[np.floating], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """A block from vectors [N, d] and the mask bool [N] of those that are known: the others become NaN."""
    block = np.array(vectors, dtype=np.float32)
    block[~known] = np.nan
    return block


def _learn(
    arrays: Mapping[str, NDArray[np.float32]],
    present: Mapping[str, NDArray[np.bool_]],
    rows: NDArray[np.int64] | None,
) -> Scaling:
    mean, spread = {}, {}
    for name, array in arrays.items():
        chosen, here = (array, present[name]) if rows is None else (array[rows], present[name][rows])
        known = (chosen if here.all() else chosen[here]).astype(np.float64)
        width = array.shape[1]
        mean[name] = (known.mean(axis=0) if len(known) else np.zeros(width)).astype(np.float32)
        deviation = known.std(axis=0) if len(known) else np.zeros(width)
        # A constant column says nothing; an infinite spread takes also later, other values out of it.
        flat = deviation <= 1e-6 * np.maximum(np.abs(mean[name]), 1e-6)
        spread[name] = np.where(flat, np.inf, deviation).astype(np.float32)
    return Scaling(mean, spread)


def _check(arrays: Mapping[str, NDArray[np.float32]], scaling: Scaling) -> None:
    for name, array in arrays.items():
        if name not in scaling.mean or scaling.mean[name].shape != (array.shape[1],):
            raise InputError(f"block {name!r} does not fit the scaling it should be fused with: train again")
