"""The space in which songs or artists are compared by content: standardised blocks of columns, each with its weight.

A block is one modality (sound, words, dates ...); a row of NaN in a block means that the modality is missing, and it
then stands at the mean, so that it neither attracts nor repels. A block of weight 0 is left out. It
does not know what the columns mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.cold_start.ridge import Scaling, fit_scaling

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ContentSpace:
    """Scalings and weights of the blocks; a typical point has a squared length of about one."""

    scalings: tuple[Scaling, ...]
    weights: tuple[float, ...]

    def place(self, blocks: Sequence[NDArray[np.floating]]) -> Floats:
        """Blocks [N, D_b] -> points [N, sum of D_b]; raises ValueError when their number differs from the fit."""
        scaled = [
            scaling.apply(block) * weight
            for scaling, weight, block in zip(self.scalings, self.weights, blocks, strict=True)
            if weight
        ]
        if not scaled:
            return np.zeros((len(blocks[0]), 1))  # nothing counts: all stand together
        points = np.concatenate(scaled, axis=1)
        return np.asarray(points / np.sqrt(points.shape[1]))


def fit_space(blocks: Sequence[NDArray[np.floating]], weights: Sequence[float]) -> ContentSpace:
    """Learn the scalings from the rows at hand; weights: one for each block, 1 = as it stands."""
    return ContentSpace(tuple(fit_scaling(block) for block in blocks), tuple(weights))
