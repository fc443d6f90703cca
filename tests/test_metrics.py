"""Every metric against cases worked out by hand, and against scikit-learn where it has the same thing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, ndcg_score, roc_auc_score

from audiorec import metrics
from audiorec.errors import InputError


def test_constant_and_silent_scorers_hit_nothing() -> None:
    for value in (0.0, 1.0, np.nan, -np.inf):
        ranks = metrics.first_column_ranks(np.full((5, 100), value))
        assert metrics.hit_rate(ranks, 10) == 0.0
        assert metrics.ndcg_of_one(ranks, 10) == 0.0


def test_rank_of_first_column_by_hand() -> None:
    scores = np.array([[3.0, 1.0, 2.0], [2.0, 3.0, 2.0], [np.nan, 0.0, -1.0], [1.0, np.nan, 0.5]])
    assert metrics.first_column_ranks(scores).tolist() == [0, 2, 2, 0]


def test_leave_one_out_by_hand() -> None:
    ranks = np.array([0, 1, 3, 10])
    assert metrics.hit_rate(ranks, 10) == 0.75
    assert metrics.hit_rate(ranks, 1) == 0.25
    wanted = (1.0 + np.log(2) / np.log(3) + np.log(2) / np.log(5)) / 4
    assert metrics.ndcg_of_one(ranks, 10) == pytest.approx(wanted)


def test_one_list_by_hand() -> None:
    scores = np.array([0.9, 0.8, 0.8, 0.1, np.nan])
    relevant = np.array([True, True, False, False, True])
    ranks = metrics.relevant_ranks(scores, relevant)
    assert ranks.tolist() == [0, 2, 4]
    assert metrics.recall(ranks, 2) == 0.5
    assert metrics.recall(ranks, 10) == 1.0
    assert metrics.average_precision(ranks, 3) == pytest.approx((1 + 2 / 3) / 3)
    best = 1 + 1 / np.log2(3) + 1 / 2
    assert metrics.ndcg(ranks, 3) == pytest.approx((1 + 1 / 2) / best)


@given(st.integers(0, 10_000))
def test_ndcg_and_auc_agree_with_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.permutation(30).astype(np.float64)
    relevant = rng.random(30) < 0.3
    relevant[0], relevant[1] = True, False
    ranks = metrics.relevant_ranks(scores, relevant)
    assert metrics.ndcg(ranks, 10) == pytest.approx(ndcg_score([relevant.astype(float)], [scores], k=10))
    tied = np.round(scores / 5)
    assert metrics.auc(tied, relevant) == pytest.approx(roc_auc_score(relevant, tied))


def test_one_relevant_song_makes_both_ndcgs_the_same() -> None:
    scores = np.array([[0.3, 0.9, 0.1, 0.5]])
    ranks = metrics.first_column_ranks(scores)
    relevant = np.array([True, False, False, False])
    assert metrics.ndcg(metrics.relevant_ranks(scores[0], relevant), 10) == pytest.approx(
        metrics.ndcg_of_one(ranks, 10)
    )


def test_labels() -> None:
    truth = np.array(["a", "a", "b", "c"])
    predicted = np.array(["a", "b", "b", "a"])
    assert metrics.accuracy(truth, predicted) == 0.5
    assert metrics.macro_f1(truth, predicted) == pytest.approx(f1_score(truth, predicted, average="macro"))
    with pytest.raises(InputError, match="4 true labels and 1"):
        metrics.accuracy(truth, predicted[:1])


def test_properties_of_lists() -> None:
    lists = np.array([[0, 1], [0, 2], [0, -1]])
    assert metrics.coverage(lists, 6) == 0.5
    listeners = np.array([4, 2, 1, 0, 0, 0])
    assert metrics.novelty(lists, listeners, 4) == pytest.approx((0 + 1 + 0 + 2 + 0) / 5)
    vectors = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [0, 0], [0, 0], [0, 0]])
    assert metrics.intra_list_diversity(lists, vectors) == pytest.approx((1.0 + 0.0) / 2)


def test_gini_of_equal_and_of_one() -> None:
    assert metrics.gini(np.full(10, 3)) == pytest.approx(0.0)
    assert metrics.gini(np.array([0, 0, 0, 8])) == pytest.approx(0.75)


def test_bootstrap_interval_holds_the_mean() -> None:
    values = np.random.default_rng(0).normal(2.0, 1.0, 400)
    low, high = metrics.bootstrap_interval(values, np.random.default_rng(1))
    assert low < 2.0 < high
    assert high - low == pytest.approx(4 / np.sqrt(400), rel=0.2)


def test_nothing_in_is_nan_out() -> None:
    none = np.array([], dtype=np.int64)
    for found in (metrics.hit_rate(none, 1), metrics.recall(none, 1), metrics.ndcg(none, 1), metrics.gini(none)):
        assert np.isnan(found)


def test_calibration_of_probabilities_that_keep_their_word() -> None:
    rng = np.random.default_rng(0)
    said = rng.uniform(0.5, 1.0, 40_000)
    truth = (rng.uniform(size=len(said)) > said).astype(np.int64)
    both = np.column_stack([said, 1.0 - said])
    assert metrics.calibration_error(truth, both) < 0.01
    # Said to be sure where half are right.
    sure = np.tile([1.0, 0.0], (100, 1))
    assert metrics.calibration_error(np.arange(100) % 2, sure) == pytest.approx(0.5)
    assert metrics.reliability(np.arange(100) % 2, sure).tolist() == [[100.0, 1.0, 0.5]]
    assert math.isnan(metrics.calibration_error(np.zeros(0, np.int64), np.zeros((0, 2))))
