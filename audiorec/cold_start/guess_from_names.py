"""Where listens would put an artist, guessed from the letters of the name, learned from artists without songs at hand.

Listens name thousands of artists whose songs are not in the library. Their names say little of each (docs/log.md), but
they are many: what they tell is where a map from content begins. Ridge regression (Hoerl and Kennard 1970) on weighted
character groups. It does not know content.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.cold_start.name_vectors import ARTIST_GROUPS
from audiorec.learning.drawn import drawn

Floats = NDArray[np.float64]
# Chosen out of 1, 3, 10 on artists made cold inside training parts (docs/log.md).
_STRENGTH = 10.0
# Fewer names say nothing of others.
_LEAST = 10


@dataclass(frozen=True)
class ArtistNames:
    """The artist of each song with content [I], and of each without [J]; an empty text is not known."""

    songs: Sequence[str]
    elsewhere: Sequence[str]


def guess_from_names(names: ArtistNames, vectors: Floats, most: int, seed: int) -> Floats:
    """Vectors [I, k] of songs with content by their artists' names, learned from vectors [J, k] of those without.

    At most `most` names, drawn with the seed, are learned from; zeros where there are too few.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import Ridge

    guessed = np.zeros((len(names.songs), vectors.shape[1]))
    known, means = _by_name(names.elsewhere, vectors)
    chosen = drawn(np.arange(len(known)), most, seed)
    if len(chosen) < _LEAST:
        return guessed
    read = TfidfVectorizer(analyzer="char_wb", ngram_range=ARTIST_GROUPS, min_df=2, sublinear_tf=True)
    try:
        letters = read.fit_transform([known[place] for place in chosen])
    except ValueError:  # no group of signs stands in two names
        return guessed
    learned = Ridge(alpha=_STRENGTH, solver="sparse_cg", tol=1e-4).fit(letters, means[chosen])
    return np.asarray(learned.predict(read.transform(_plain(names.songs))), dtype=np.float64)


def _by_name(names: Sequence[str], vectors: Floats) -> tuple[list[str], Floats]:
    """Names that differ, and the mean vector of the songs of each."""
    plain = _plain(names)
    known = sorted(set(plain) - {""})
    row = {name: number for number, name in enumerate(known)}
    named = np.flatnonzero([name != "" for name in plain])
    rows = np.array([row[plain[place]] for place in named], dtype=np.int64)
    sums = np.zeros((len(known), vectors.shape[1]))
    np.add.at(sums, rows, vectors[named])
    return known, sums / np.bincount(rows, minlength=len(known))[:, None]


def _plain(names: Sequence[str]) -> list[str]:
    return [name.strip().casefold() for name in names]
