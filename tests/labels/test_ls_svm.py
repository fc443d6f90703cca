"""The least-squares SVM: its closed form against refitting, that it learns, and how ranks become normal scores."""

import numpy as np

from audiorec.labels.ls_svm import alike, fit_label_ridge, normal_scores


def material() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sixty songs of thirty artists in three kinds that lie apart."""
    rng = np.random.default_rng(0)
    index = np.arange(60) // 2 % 3
    return rng.normal(size=(60, 4)) + 3.0 * index[:, None], index, np.arange(60) // 2


def test_left_out_scores_are_those_of_a_model_without_the_artist() -> None:
    points, index, artists = material()
    gram = alike(points, points)
    model = fit_label_ridge(gram, index, artists, decays=(0.5,))
    rows, rest = np.flatnonzero(artists == 7), np.flatnonzero(artists != 7)
    target = np.eye(3)[index] - model.prior  # the mean is that of all songs in both
    slow = gram[np.ix_(rows, rest)] @ np.linalg.solve(gram[np.ix_(rest, rest)] + 0.5 * np.eye(58), target[rest])
    np.testing.assert_allclose(model.left_out[rows], slow + model.prior, atol=1e-9)


def test_learns_kinds_of_artists_that_it_has_not_seen() -> None:
    points, index, artists = material()
    model = fit_label_ridge(alike(points, points), index, artists)
    assert (model.left_out.argmax(axis=1) == index).mean() > 0.9
    new = np.random.default_rng(1).normal(size=(9, 4)) + 3.0 * np.arange(9)[:, None] % 9
    assert model.scores(alike(new, points)).shape == (9, 3)


def test_normal_scores_know_no_outliers_and_put_new_values_among_the_known() -> None:
    known = np.array([[1.0], [2.0], [3.0], [1e9]])
    scores = normal_scores(np.array([[2.5], [-5.0], [1e12]]), known)[:, 0]
    assert scores[0] == 0.0
    np.testing.assert_allclose(scores[1], -scores[2])
    assert scores[2] < 3.0


def test_every_point_is_wholly_like_itself() -> None:
    points = material()[0]
    np.testing.assert_allclose(np.diag(alike(points, points)), 1.0)
    assert alike(points[:2], points).shape == (2, 60)
