"""What a classifier of song texts is given: words by line, and numbers in blocks, as far as they are known.

Pace has a block of its own: among the other numbers it drowns. A block that no text knows is left out.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audiorec.features.lyrics.vector import LYRICS_NAMES, describe_lyrics
from audiorec.features.lyrics.wording import pace

BLOCKS = ("feeling", "pace")
_FEELING = LYRICS_NAMES.index("timed")  # what stands before is not pace


def text_blocks(texts: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Block name -> numbers [N, D] of raw lyrics, stamps included; NaN where a text does not say."""
    described = [describe_lyrics(text) for text in texts]
    unknown = np.full(len(LYRICS_NAMES), np.nan)
    feeling = np.array([one.vector if one else unknown for one in described], dtype=np.float64)[:, :_FEELING]
    blocks = {"feeling": feeling, "pace": np.array([pace(text) for text in texts])}
    return {name: block for name, block in blocks.items() if np.isfinite(block).any()}


def same_blocks(texts: Sequence[str], names: Sequence[str]) -> list[NDArray[np.float64]]:
    """The blocks of these names, as a classifier was trained with; unknown ones are NaN throughout."""
    found = text_blocks(texts)
    widths = {"feeling": _FEELING, "pace": len(pace(""))}
    return [found.get(name, np.full((len(texts), widths[name]), np.nan)) for name in names]
