"""P1 and P2 on three users and five songs counted by hand, and a constant ranker that must not look good."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score, top_k_accuracy_score

from audiorec.collaborative import protocols
from audiorec.data.splits import LeaveOneOut

TRAIN = sparse.csr_array(np.array([[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0]], dtype=np.float32))
SPLIT = LeaveOneOut(TRAIN, np.array([0, 1, 2]), np.array([[1, 2, 3], [2, 0, -1], [4, 0, 1]]))


class Fixed:
    """Scores as given."""

    def __init__(self, table: list[list[float]]) -> None:
        self.table = np.array(table, dtype=np.float32)

    def scores(self, user_rows: np.ndarray) -> np.ndarray:
        return self.table[user_rows].copy()


#            song 0: played by user 0      held out: user 0 song 1, user 1 song 2, user 2 song 4
RANKER = Fixed([[9, 5, 6, 1, 7], [1, 9, 5, 2, np.nan], [3, 2, 9, 8, 2]])


def test_places_among_the_candidates() -> None:
    assert protocols.sampled_ranks(RANKER, SPLIT).tolist() == [1, 0, 2]


def test_known_songs_stand_last_when_it_is_asked_for() -> None:
    lists = LeaveOneOut(TRAIN, np.array([0, 2]), np.array([[1, 0, 3], [4, 2, 3]]))
    assert protocols.sampled_ranks(RANKER, lists).tolist() == [1, 2]
    assert protocols.sampled_ranks(RANKER, lists, known_last=True).tolist() == [0, 1]


def test_places_among_all_songs_but_the_known_ones() -> None:
    assert protocols.full_ranks(RANKER, SPLIT).tolist() == [2, 0, 3]


def test_lists_leave_out_known_songs_and_songs_without_a_score() -> None:
    lists = protocols.full_lists(RANKER, SPLIT, 4)
    assert lists.tolist() == [[4, 2, 1, 3], [2, 3, 0, -1], [3, 0, 1, 4]]


def test_the_report_is_the_mean_over_users() -> None:
    report = protocols.full_report(RANKER, SPLIT, ks=(1, 3))
    assert report["recall@1"] == pytest.approx(1 / 3)
    assert report["recall@3"] == pytest.approx(2 / 3)
    assert report["map@3"] == pytest.approx((1 + 1 / 3) / 3)
    assert report["ndcg@3"] == pytest.approx((1 + 1 / 2) / 3)
    assert report["coverage"] == 1.0


def test_a_constant_ranker_hits_nothing() -> None:
    constant = Fixed([[1] * 5] * 3)
    # User 1 has one other candidate only, so even the last place is among the first two.
    assert protocols.sampled_ranks(constant, SPLIT).tolist() == [2, 1, 2]
    assert protocols.full_report(constant, SPLIT, ks=(1,))["recall@1"] == 0.0


@pytest.mark.parametrize("k", [1, 5, 10])
def test_both_protocols_agree_with_scikit_learn(k: int) -> None:
    rng = np.random.default_rng(k)
    played = rng.random((40, 60)) < 0.2
    played[:, 0] = True
    held = np.array([rng.choice(np.flatnonzero(~row)) for row in played])
    others = np.array(
        [rng.choice(np.setdiff1d(np.flatnonzero(~row), [song]), 20) for row, song in zip(played, held, strict=True)]
    )
    split = LeaveOneOut(sparse.csr_array(played.astype(np.float32)), np.arange(40), np.column_stack((held, others)))
    table = rng.normal(size=(40, 60)).astype(np.float32)
    table[np.arange(40), held] += 1.0
    ranker = Fixed(table.tolist())
    first = np.zeros((40, 21))
    first[:, 0] = 1.0
    candidates = np.take_along_axis(table, split.candidates, axis=1)
    found = protocols.sampled_report(ranker, split, ks=(k,))
    hits = top_k_accuracy_score(np.zeros(40), candidates, k=k, labels=np.arange(21))
    assert found[f"hr@{k}"] == pytest.approx(hits)
    assert found[f"ndcg@{k}"] == pytest.approx(ndcg_score(first, candidates, k=k))
    # Under P2 what the user has played is out of the question, so it goes to the end.
    relevant, open_scores = np.zeros((40, 60)), np.where(played, -100.0, table)
    relevant[np.arange(40), held] = 1.0
    full = protocols.full_report(ranker, split, ks=(k, 60))
    assert full[f"ndcg@{k}"] == pytest.approx(ndcg_score(relevant, open_scores, k=k))
    assert full["map@60"] == pytest.approx(label_ranking_average_precision_score(relevant, open_scores))
