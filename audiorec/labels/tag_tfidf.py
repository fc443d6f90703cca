"""Where songs stand by what they are tagged with: rare tags say more than common ones. Counts in, directions out."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfTransformer

# The tags in widest use: beyond them stand names of single artists and slips of the pen.
_MOST = 1000


def tag_directions(tagged: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
    """Directions [N, tags] of unit length from how often each tag was given to a song; NaN for one without any.

    A tag that one song alone has, or all of them, says nothing of two songs and is left out.
    """
    nowhere = np.full((len(tagged), 0), np.nan)
    if not any(tagged):
        return nowhere
    counts = DictVectorizer(sort=True).fit_transform([dict(one) for one in tagged])
    wide = np.asarray((counts > 0).sum(axis=0)).reshape(-1)
    order = np.argsort(-wide, kind="stable")
    chosen = np.sort(order[(wide[order] > 1) & (wide[order] < len(tagged))][:_MOST])
    if not len(chosen):
        return nowhere
    weighed = TfidfTransformer(sublinear_tf=True).fit_transform(counts[:, chosen]).toarray()
    return np.asarray(np.where(weighed.any(axis=1, keepdims=True), weighed, np.nan), dtype=np.float64)
