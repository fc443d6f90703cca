"""Sparse network mathematics against a slow dense twin, and against graphs whose answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from audiorec.network import walks


def made(seed: int = 0, users: int = 30, songs: int = 25) -> sparse.csr_array:
    rng = np.random.default_rng(seed)
    return sparse.csr_array(np.where(rng.random((users, songs)) < 0.3, rng.integers(1, 9, (users, songs)), 0))


def slow_links(listens: NDArray[np.float64], support: int) -> NDArray[np.float64]:
    users_of = [set(np.flatnonzero(column)) for column in listens.T]
    links = np.zeros((len(users_of), len(users_of)))
    for i, mine in enumerate(users_of):
        for j, theirs in enumerate(users_of):
            if i != j and len(mine & theirs) >= support:
                links[i, j] = len(mine & theirs) / len(mine)
    return links


@pytest.mark.parametrize("support", [1, 3])
@pytest.mark.parametrize("bound", [1, 40, 10**9])
def test_links_agree_with_the_definition(monkeypatch: pytest.MonkeyPatch, support: int, bound: int) -> None:
    monkeypatch.setattr(walks, "_PAIRS_IN_HAND", bound)
    listens = made()
    links = walks.song_links(listens, support=support)
    np.testing.assert_allclose(links.toarray(), slow_links(listens.toarray(), support), rtol=1e-6)
    assert links.data.max() <= 1


def test_links_are_directed_and_pruned() -> None:
    listens = sparse.csr_array(np.array([[1, 1, 0], [0, 1, 1], [0, 1, 1]]))
    links = walks.song_links(listens, support=1).toarray()
    assert links[0, 1] == 1
    assert links[1, 0] == pytest.approx(1 / 3)
    pruned = walks.song_links(listens, support=1, top=1).toarray()
    assert (pruned > 0).sum(axis=1).tolist() == [1, 1, 1]
    assert pruned[1, 2] == pytest.approx(2 / 3)
    cosine = walks.song_links(listens, support=1, shrinkage=0.0).toarray()
    assert cosine[0, 1] == cosine[1, 0] == pytest.approx(1 / np.sqrt(3))
    assert walks.song_links(sparse.csr_array((3, 4))).shape == (4, 4)


def test_user_similarity() -> None:
    known = walks.pattern(sparse.csr_array(np.array([[5, 1, 0, 0], [1, 1, 0, 0], [0, 1, 1, 1], [0, 0, 1, 0]])))
    assert walks.common_songs(known, 0).tolist() == [2, 2, 1, 0]
    found = walks.user_similarity(known, 0)
    assert found[[0, 1, 3]].tolist() == [0, 1, 0]
    assert found[2] == pytest.approx(1 / 4 * np.sqrt(2 / 3))
    assert walks.user_cosine(known, 0, shrinkage=0).tolist()[:2] == pytest.approx([0, 1])
    assert walks.user_cosine(known, 0, shrinkage=2)[1] == pytest.approx(0.5)


def test_pagerank_solves_its_equation_and_loses_nothing() -> None:
    edges = sparse.csr_array(made(1, 12, 12))
    start = np.eye(12)[:, :3]
    place = walks.pagerank(edges, start, restart=0.3, steps=200)
    np.testing.assert_allclose(place.sum(axis=0), 1)
    step = edges.toarray() / np.maximum(edges.toarray().sum(axis=1, keepdims=True), 1e-12)
    np.testing.assert_allclose(place, 0.7 * step.T @ place + 0.3 * start, atol=1e-9)


def test_walks_reach_songs_of_the_same_artist() -> None:
    listens = sparse.csr_array(np.array([[1.0, 0, 0]]))
    credits = sparse.csr_array(np.array([[1.0, 0], [1, 0], [0, 1]]))
    place = walks.pagerank(walks.join_edges(listens, credits), np.eye(6)[0])
    assert place[2] > 0
    assert place[3] == 0
