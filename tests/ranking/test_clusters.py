"""Groups: the true number is found, and what cannot be grouped says so."""

from pathlib import Path

import numpy as np
import pytest

from audiorec.errors import InputError
from audiorec.ranking import clusters
from audiorec.ranking.clusters import find_clusters, kept_clusters


def test_the_true_number_of_groups_is_found() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(80) % 8
    vectors = np.eye(10)[truth] * 3 + rng.normal(0, 0.25, (80, 10))
    known = np.ones(80, dtype=bool)
    known[:3] = False
    found = find_clusters(vectors, known, (2, 4, 8, 16, 300))
    assert [judged.count for judged in found.judged] == [2, 4, 8, 16]
    assert found.labels.max() == 7
    assert (found.labels[:3] == -1).all()
    for group in range(8):
        assert len(set(truth[found.labels == group])) == 1
    best = next(judged for judged in found.judged if judged.count == 8)
    assert best.stability == pytest.approx(1)
    assert best.silhouette == max(judged.silhouette for judged in found.judged)
    np.testing.assert_array_equal(found.labels, find_clusters(vectors, known, (2, 4, 8, 16)).labels)


def test_too_few_songs() -> None:
    with pytest.raises(InputError, match="cannot be grouped"):
        find_clusters(np.ones((5, 2)), np.ones(5, dtype=bool), (2, 4))


def test_groups_are_made_anew_when_the_vectors_are_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, known = np.random.default_rng(0).normal(size=(40, 6)), np.ones(40, dtype=bool)
    made = kept_clusters(tmp_path / "groups", "one", vectors, known)
    other = find_clusters(-vectors, known)
    with monkeypatch.context() as without:
        without.setattr(clusters, "find_clusters", None)
        again = kept_clusters(tmp_path / "groups", "one", vectors, known)
    np.testing.assert_array_equal(again.labels, made.labels)
    assert (again.judged, again.centres.tolist()) == (made.judged, made.centres.tolist())
    np.testing.assert_array_equal(kept_clusters(tmp_path / "groups", "two", -vectors, known).labels, other.labels)
    (tmp_path / "groups" / "arrays.bin").write_bytes(b"torn")
    np.testing.assert_array_equal(kept_clusters(tmp_path / "groups", "two", vectors, known).labels, made.labels)
