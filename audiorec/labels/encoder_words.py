"""Words for an encoder's tags: the likeliest, its several spellings of one thing as one word.

The words are the tagger's guesses, not facts; an encoder without named tags gives none.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audiorec.data.encoder_outputs import EncodedSongs

# Tags of MagnaTagATune and the Million Song Dataset that say the same.
_SAME = {
    "female vocal": ("female", "woman", "female vocals", "female voice", "female vocalist", "female vocalists"),
    "male vocal": ("man", "male", "male voice", "male vocals"),
    "vocal": ("vocals", "voice", "singing"),
    "no vocal": ("no vocals", "no voice"),
    "classical": ("classic",),
    "hip hop": ("Hip-Hop",),
    "electronic": ("electronica",),
    "beat": ("beats",),
}
_WORD = {spelling: word for word, spellings in _SAME.items() for spelling in spellings}
# What is less likely is not said; musicnn's best tags of a song lie between .2 and .9.
_LEAST = 0.1


def word_chances(encoded: EncodedSongs) -> dict[str, NDArray[np.float32]]:
    """The chance of each word in every song, float32 [N], NaN where a song was not encoded."""
    found: dict[str, NDArray[np.float32]] = {}
    for place, tag in enumerate(encoded.by.labels):
        word = _WORD.get(tag, tag.lower())
        found[word] = np.maximum(found[word], encoded.tags[:, place]) if word in found else encoded.tags[:, place]
    return found


def best_words(encoded: EncodedSongs, most: int = 5) -> tuple[tuple[str, ...], NDArray[np.int16]]:
    """All words, and the places of the likeliest ones of each song, best first: int16 [N, most], -1 for none."""
    chances = word_chances(encoded)
    if not chances:
        return (), np.full((len(encoded.mean), most), -1, dtype=np.int16)
    table = np.nan_to_num(np.stack(list(chances.values()), axis=1))
    order = np.argsort(-table, axis=1, kind="stable")[:, :most]
    kept = np.take_along_axis(table, order, axis=1) >= _LEAST
    found = np.full((len(table), most), -1, dtype=np.int16)
    found[:, : order.shape[1]] = np.where(kept, order, -1)
    return tuple(chances), found


def said(words: Sequence[str], places: NDArray[np.integer]) -> list[str]:
    """The words of one song, best first."""
    return [words[place] for place in places.tolist() if place >= 0]
