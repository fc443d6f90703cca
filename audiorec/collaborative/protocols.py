"""The two ways to measure a ranker: P1, one held-out song among a few drawn ones, and P2, among all songs.

It knows rankers only by their `scores`; the splits come from `data.splits`.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from audiorec import metrics
from audiorec.data.splits import LeaveOneOut, touched

_ROWS = 256


class Ranker(Protocol):
    """Anything that scores all songs for some users."""

    def scores(self, user_rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """int64 [B] -> float32 [B, I]; NaN = no opinion."""
        ...


def candidate_scores(ranker: Ranker, split: LeaveOneOut, *, known_last: bool = False) -> NDArray[np.float32]:
    """Scores [T, C] of the split's candidates, NaN in empty places, with `known_last` for known songs as well."""
    found = np.full(split.candidates.shape, np.nan, dtype=np.float32)
    for start in range(0, len(split.users), _ROWS):
        block = slice(start, start + _ROWS)
        songs = split.candidates[block]
        scores = np.take_along_axis(ranker.scores(split.users[block]), np.maximum(songs, 0), axis=1)
        found[block] = np.where(songs < 0, np.nan, scores)
    if known_last:
        songs = np.maximum(split.candidates, 0)
        found[touched(split.train, np.broadcast_to(split.users[:, None], songs.shape), songs)] = np.nan
    return found


def sampled_ranks(ranker: Ranker, split: LeaveOneOut, *, known_last: bool = False) -> NDArray[np.int64]:
    """P1: place of each held-out song among its candidates, int64 [T], ties against the ranker.

    Published lists may hold songs that the user knows from training. They are ranked like any other, as in the
    published figures, or with `known_last` behind all others, as in a list of recommendations.
    """
    return metrics.first_column_ranks(candidate_scores(ranker, split, known_last=known_last))


def sampled_report(ranker: Ranker, split: LeaveOneOut, ks: Sequence[int] = (1, 5, 10)) -> dict[str, float]:
    """P1's numbers: hr@k and ndcg@k."""
    ranks = sampled_ranks(ranker, split)
    measures = {"hr": metrics.hit_rate, "ndcg": metrics.ndcg_of_one}
    return {f"{name}@{k}": measure(ranks, k) for name, measure in measures.items() for k in ks}


def sampled_ndcg(ranker: Ranker, split: LeaveOneOut, k: int = 10) -> float:
    """Mean NDCG@k under P1."""
    return metrics.ndcg_of_one(sampled_ranks(ranker, split), k)


def full_ranks(ranker: Ranker, split: LeaveOneOut) -> NDArray[np.int64]:
    """P2: place of each held-out song among all songs but the user's training songs, int64 [T], ties against it."""
    found = np.empty(len(split.users), dtype=np.int64)
    for start in range(0, len(split.users), _ROWS):
        block = slice(start, start + _ROWS)
        scores, held = _open_scores(ranker, split, block), split.candidates[block, 0]
        mine = np.take_along_axis(scores, held[:, None], axis=1)
        # The held-out song is not better than itself, so one is taken off.
        found[block] = (scores >= mine).sum(axis=1) - 1
    return found


def full_lists(ranker: Ranker, split: LeaveOneOut, k: int) -> NDArray[np.int64]:
    """The first k songs that each user has not played in training: int64 [T, k], -1 = empty place."""
    found = np.full((len(split.users), k), -1, dtype=np.int64)
    for start in range(0, len(split.users), _ROWS):
        block = slice(start, start + _ROWS)
        scores = _open_scores(ranker, split, block)
        first = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        known = np.isfinite(np.take_along_axis(scores, first, axis=1))
        found[block, : first.shape[1]] = np.where(known, first, -1)
    return found


def full_report(ranker: Ranker, split: LeaveOneOut, ks: Sequence[int] = (10, 20)) -> dict[str, float]:
    """P2's numbers: recall@k, ndcg@k and map@k, and over the lists of the largest k coverage, novelty, diversity, gini.

    Diversity is measured with the songs' listeners as their vectors.
    """
    ranks = full_ranks(ranker, split)
    report = {}
    for k in ks:
        inside = ranks < k
        report[f"recall@{k}"] = metrics.hit_rate(ranks, k)
        report[f"ndcg@{k}"] = metrics.ndcg_of_one(ranks, k)
        report[f"map@{k}"] = float(np.mean(np.where(inside, 1.0 / (ranks + 1.0), 0.0)))
    lists = full_lists(ranker, split, max(ks))
    users, songs = split.train.shape
    listeners = np.bincount(split.train.indices, minlength=songs).astype(np.int64)
    shown = np.bincount(lists[lists >= 0], minlength=songs)
    report["coverage"] = metrics.coverage(lists, songs)
    report["novelty"] = metrics.novelty(lists, listeners, users)
    report["gini"] = metrics.gini(shown)
    report["diversity"] = _list_diversity(lists, split)
    return report


def _list_diversity(lists: NDArray[np.int64], split: LeaveOneOut) -> float:
    """Mean over at most 500 lists; only the vectors of the shown songs are made, never all [I, U]."""
    listeners = split.train.tocsc()
    values = []
    for row in lists[:500]:
        shown = np.unique(row[row >= 0])
        if len(shown) > 1:
            vectors = (listeners[:, shown].toarray() > 0).T.astype(np.float32)
            values.append(metrics.intra_list_diversity(np.arange(len(shown), dtype=np.int64)[None], vectors))
    return float(np.mean(values)) if values else float("nan")


def _open_scores(ranker: Ranker, split: LeaveOneOut, block: slice) -> NDArray[np.float32]:
    """Scores with -inf for what the user played in training and for no opinion."""
    users = split.users[block]
    scores = np.array(ranker.scores(users), dtype=np.float32)
    scores[np.isnan(scores)] = -np.inf
    played = split.train[users].tocoo()
    scores[played.coords[0], played.coords[1]] = -np.inf
    return scores
