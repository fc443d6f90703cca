"""A blend of rankers: their scores, put on one scale, summed with weights that were learned on held-out listens.

The linear item models see every pair of songs that was played together, a neural model what is behind it; they err
differently. The members are trained without one listen of each user (see `HoldOut`), the
weights are found on those listens by maximum likelihood of the held-out song among its candidates (conditional logit,
McFadden 1974), and the members are then trained on everything. It does not know test data.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse, special, stats

from audiorec.collaborative.protocols import Ranker
from audiorec.data.splits import RANDOM, HoldOut, leave_one_out

Trainer = Callable[[sparse.csr_array], Ranker]


@dataclass(frozen=True)
class Blend:
    """members with weights float64 [M], one a member."""

    members: Sequence[Ranker]
    weights: NDArray[np.float64]

    def scores(self, user_rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Scores of all songs: int64 [B] -> float32 [B, I], NaN where a member has no opinion."""
        parts = (
            weight * standard(member.scores(user_rows))
            for member, weight in zip(self.members, self.weights, strict=True)
        )
        return np.asarray(sum(parts), dtype=np.float32)


def train(
    counts: sparse.csr_array,
    trainers: Sequence[Trainer],
    *,
    seed: int,
    how: HoldOut = RANDOM,
    strength: float = 0.01,
    ready: Sequence[Ranker | None] = (),
) -> Blend:
    """Learn the weights on a leave-one-out part of CSR counts [U, I], then train the members on all of it.

    strength: of the pull towards equal weights; ready: members that are trained on all of it already, or None. Without
    any user who has two songs the weights are equal.
    """
    split = leave_one_out(counts, np.random.default_rng(seed), how=how)
    weights = np.full(len(trainers), 1.0 / len(trainers))
    if len(split.users):
        inner = [trainer(split.train) for trainer in trainers]
        found = [_standard_candidates(member, split.users, split.candidates) for member in inner]
        weights = fit_weights(np.stack(found, axis=2), strength)
    given = ready or [None] * len(trainers)
    return Blend([known or trainer(counts) for known, trainer in zip(given, trainers, strict=True)], weights)


def fit_weights(scores: NDArray[np.floating], strength: float) -> NDArray[np.float64]:
    """Weights [M] that make column 0 the most likely of its row; scores [T, C, M], rows without a score left out."""
    known = np.isfinite(scores).all(axis=2)
    rows = known[:, 0]
    values = np.where(known[rows][..., None], scores[rows], 0.0).astype(np.float64)
    closed = np.where(known[rows], 0.0, -np.inf)
    members = scores.shape[2]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = values @ weights + closed
        share = special.softmax(logits, axis=1)
        apart = weights - weights.mean()
        lost = float(np.mean(special.logsumexp(logits, axis=1) - logits[:, 0])) + strength * float(apart @ apart)
        slope = np.mean(np.einsum("tc,tcm->tm", share, values) - values[:, 0], axis=0)
        return lost, slope + 2.0 * strength * apart

    if not len(values):
        return np.full(members, 1.0 / members)
    found = optimize.minimize(
        loss, np.full(members, 1.0 / members), jac=True, method="L-BFGS-B", bounds=[(0, None)] * members
    )
    return np.asarray(found.x, dtype=np.float64)


def standard(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Minus the logarithm of each song's place in its row, from 1, equal scores sharing their mean place; NaN stays.

    Places are on one scale whatever the model's scores look like, and the logarithm keeps the head of the list apart.
    """
    values = np.asarray(scores, dtype=np.float64)
    places = stats.rankdata(-np.where(np.isnan(values), -np.inf, values), axis=1)
    return np.asarray(np.where(np.isnan(values), np.nan, -np.log(places)), dtype=np.float64)


def _standard_candidates(
    member: Ranker, users: NDArray[np.int64], candidates: NDArray[np.int64]
) -> NDArray[np.float64]:
    found = np.empty(candidates.shape)
    for start in range(0, len(users), 256):
        block = slice(start, start + 256)
        songs = candidates[block]
        scores = np.take_along_axis(standard(member.scores(users[block])), np.maximum(songs, 0), axis=1)
        found[block] = np.where(songs < 0, np.nan, scores)
    return found
