"""What the letters of a name say of the music behind it.

An album's: hits or live or a reissue, a language, a habit of a genre. An artist's: a language, a scene that names
itself alike, a person or a band. Names become weighted character groups, reduced to their main directions over the
library (latent semantic analysis, Deerwester et al. 1990). It does not know sound or who listens; a song without the
name gets NaN.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

# Fewer names have no directions in common.
_LEAST = 3


def name_vectors(names: Sequence[str], groups: tuple[int, int], dims: int, seed: int) -> NDArray[np.float64]:
    """Vectors [N, dims] of names by their groups of signs, `groups` the shortest and the longest length.

    Rows of NaN for empty names, and all NaN where fewer than three differ.
    """
    known, places = distinct(names)
    found = np.full((len(names), dims), np.nan)
    if len(known) >= _LEAST:
        found[places >= 0] = _directions(known, groups, dims, seed)[places[places >= 0]]
    return found


def plain(name: str) -> str:
    """A name as it is read: without space around it, in one case."""
    return name.strip().casefold()


def distinct(names: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """The names that differ, in order, and the place of each name [N] among them, -1 of empty ones."""
    read = [plain(name) for name in names]
    known = sorted(set(read) - {""})
    row = {name: number for number, name in enumerate(known)}
    return known, np.array([row.get(name, -1) for name in read], dtype=np.int64)


def reader_of_letters(groups: tuple[int, int]) -> "TfidfVectorizer":
    """What weighs the groups of signs that stand in two names or more; its fit raises ValueError where none does."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char_wb", ngram_range=groups, min_df=2, sublinear_tf=True)


def _directions(names: Sequence[str], groups: tuple[int, int], dims: int, seed: int) -> NDArray[np.float64]:
    """[names, dims]; columns beyond what the names can fill are zero."""
    from sklearn.utils.extmath import randomized_svd

    found = np.zeros((len(names), dims))
    try:
        grams = reader_of_letters(groups).fit_transform(names)
    except ValueError:
        return found
    size = min(dims, min(grams.shape) - 1)
    if size > 0:
        left, values, _ = randomized_svd(grams, size, n_iter=5, random_state=seed)
        found[:, :size] = left * values
    return found
