"""One list for several users: what their scores of a song say together.

Least misery: a song is worth what it is to whom it is worth least (O'Connor et al. 2001); the mean is what it is worth
to all. `benchmarks/together.py` measures both. It does not know how scores come about.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audiorec.hybrid.weights import Scores

Floats = NDArray[np.float64]


def least_misery(scores: Sequence[NDArray[np.floating]]) -> Floats:
    """The lowest score of each song, [n], of the members' scores [n]; -inf where one of them must not get it."""
    return np.asarray(np.min(scores, axis=0), dtype=np.float64)


def mean(scores: Sequence[NDArray[np.floating]]) -> Floats:
    """The mean score of each song, [n]; -inf where one member must not get it."""
    return np.asarray(np.mean(scores, axis=0), dtype=np.float64)


# The mean is the better list, for the member who fares worst as well: users alike in twos .161 against .147 NDCG@20 of
# that member, in fives .011 against .009, drawn at random in twos .084 against .045 (docs/log.md).
agreed = mean


def mean_scores(members: Sequence[Scores]) -> Scores:
    """Scores and contributions of the members in the mean, so that shares stay exact."""
    if len(members) == 1:
        return members[0]
    parts = {
        name: np.mean([one.contributions.get(name, np.zeros_like(one.total)) for one in members], axis=0)
        for name in sorted({name for one in members for name in one.contributions})
    }
    return Scores(mean([one.total for one in members]), parts)
