"""What the name of an album says of its songs: hits or live or a reissue, a language, a habit of a genre.

Names become weighted character groups, reduced to their main directions over the library (latent semantic analysis,
Deerwester et al. 1990). It does not know sound; a song without an album gets NaN.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Directions kept; chosen on artists made cold inside training parts (docs/log.md).
DIMS = 80
# Below so many names there are no directions to speak of.
_LEAST = 3


def album_vectors(albums: Sequence[str], dims: int = DIMS) -> NDArray[np.float64]:
    """Vectors [N, dims] of album names; rows of NaN for empty names, and all NaN where fewer than three differ."""
    plain = [album.strip().casefold() for album in albums]
    names = sorted(set(plain) - {""})
    found = np.full((len(albums), dims), np.nan)
    if len(names) < _LEAST:
        return found
    vectors = _directions(names, dims)
    row = {name: number for number, name in enumerate(names)}
    named = [place for place, name in enumerate(plain) if name]
    found[named] = vectors[[row[plain[place]] for place in named]]
    return found


def _directions(names: Sequence[str], dims: int) -> NDArray[np.float64]:
    """[names, dims]; columns beyond what the names can fill are zero."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    found = np.zeros((len(names), dims))
    try:
        grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True).fit_transform(
            names
        )
    except ValueError:  # no group of signs stands in two names
        return found
    size = min(dims, min(grams.shape) - 1)
    if size > 0:
        found[:, :size] = TruncatedSVD(size, random_state=0).fit_transform(grams)
    return found
