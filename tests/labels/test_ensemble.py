"""The vote: a good classifier outweighs a bad one, those who know nothing abstain, rare labels get their chance."""

import numpy as np
import pytest

from audiorec.labels.ensemble import fit_vote


def opinions(right: float, index: np.ndarray, seed: int) -> np.ndarray:
    """Scores of a classifier that is right with a chance of about `right`."""
    rng = np.random.default_rng(seed)
    seen = np.where(rng.random(len(index)) < right, index, rng.integers(3, size=len(index)))
    return np.eye(3)[seen] + 0.1 * rng.normal(size=(len(index), 3))


INDEX = np.random.default_rng(9).integers(3, size=600)


def test_who_is_right_more_often_weighs_more_and_two_know_more_than_one() -> None:
    good, poor, noise = opinions(0.7, INDEX, 0), opinions(0.4, INDEX, 1), opinions(0.0, INDEX, 2)
    vote = fit_vote([good, poor, noise], INDEX)
    assert vote.power[0] > vote.power[1] > vote.power[2]
    new = np.random.default_rng(3).integers(3, size=2000)
    three = fit_vote([opinions(0.6, INDEX, seed) for seed in (7, 8, 10)], INDEX)
    scores = [opinions(0.6, new, seed) for seed in (4, 5, 6)]
    together = (three.probabilities(scores).argmax(axis=1) == new).mean()
    assert together > max((one.argmax(axis=1) == new).mean() for one in scores) + 0.02
    np.testing.assert_allclose(vote.probabilities(scores).sum(axis=1), 1.0)


def test_one_who_knows_nothing_of_a_song_abstains() -> None:
    good, poor = opinions(0.8, INDEX, 0), opinions(0.5, INDEX, 1)
    vote = fit_vote([good, poor], INDEX)
    silent = np.full_like(poor, np.nan)
    found = vote.probabilities([good, silent])
    assert np.isfinite(found).all()
    assert (found.argmax(axis=1) == INDEX).mean() == pytest.approx((good.argmax(axis=1) == INDEX).mean(), abs=0.03)


def test_rare_labels_are_given_too() -> None:
    rng = np.random.default_rng(0)
    index = np.where(rng.random(800) < 0.05, 1, 0)
    scores = np.stack([1.0 - 0.3 * index, 0.3 * index], axis=1) + 0.1 * rng.normal(size=(800, 2))
    found = fit_vote([scores], index).probabilities([scores]).argmax(axis=1)
    assert (scores.argmax(axis=1)[index == 1] == 1).mean() < 0.1 < 0.7 < (found[index == 1] == 1).mean()
