"""Where listens would put an artist, guessed from the letters of the name, learned from artists without songs at hand.

Listens name thousands of artists whose songs are not in the library. Their names say little of each (docs/log.md), but
they are many: what they tell is where a map from content begins. Ridge regression (Hoerl and Kennard 1970) on weighted
character groups. It does not know content.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.cold_start.name_vectors import distinct, plain, reader_of_letters
from audiorec.learning.drawn import drawn

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ArtistNames:
    """The artist of each song with content [I], and of each without [J]; an empty text is not known."""

    songs: Sequence[str]
    elsewhere: Sequence[str]


def guess_from_names(
    names: ArtistNames,
    vectors: Floats,
    *,
    signs: tuple[int, int],
    strength: float,
    between: tuple[int, int],
    seed: int,
) -> Floats:
    """Vectors [I, k] of songs with content by their artists' names, learned from vectors [J, k] of those without.

    signs: shortest and longest group of letters; strength: of the ridge; between: fewest names that are learned from
    (zeros where there are fewer), and most, which are drawn with the seed.
    """
    from sklearn.linear_model import Ridge

    guessed = np.zeros((len(names.songs), vectors.shape[1]))
    known, means = _by_name(names.elsewhere, vectors)
    chosen = drawn(np.arange(len(known)), between[1], seed)
    if len(chosen) < between[0]:
        return guessed
    read = reader_of_letters(signs)
    try:
        letters = read.fit_transform([known[place] for place in chosen])
    except ValueError:
        return guessed
    learned = Ridge(alpha=strength, solver="sparse_cg", tol=1e-4).fit(letters, means[chosen])
    return np.asarray(learned.predict(read.transform(map(plain, names.songs))), dtype=np.float64)


def _by_name(names: Sequence[str], vectors: Floats) -> tuple[list[str], Floats]:
    """Names that differ, and the mean vector of the songs of each."""
    known, places = distinct(names)
    rows = places[places >= 0]
    sums = np.zeros((len(known), vectors.shape[1]))
    np.add.at(sums, rows, vectors[places >= 0])
    return known, sums / np.bincount(rows, minlength=len(known))[:, None]
