"""What is known of songs beside a network's embedding, as classifiers of labels take it. Nothing here learns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Lines = Sequence[Sequence[str]]  # words by line


@dataclass(frozen=True, eq=False)
class SongFacts:
    """Facts of N songs; whoever asks skips what is NaN or None.

    Shape:
        statistics: blocks [N, D_b] of the sound, the first the descriptors; lines: a text of each song, or None;
        feelings: [N, F], NaN without a text; listeners: [N, L], where the song's artist stands among listeners, of unit
        length, NaN where nobody is known; tags: [N, T], the same by what the song or its artist is tagged with; hints:
        [N, H], scores for another kind of label, H = 0 for none.
    """

    statistics: tuple[Floats, ...]
    lines: tuple[Lines | None, ...]
    feelings: Floats
    listeners: Floats
    tags: Floats
    hints: Floats

    @property
    def has_text(self) -> NDArray[np.bool_]:
        """Songs with a text."""
        return np.array([text is not None for text in self.lines], dtype=bool)
