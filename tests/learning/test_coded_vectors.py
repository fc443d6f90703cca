"""Products by codes: the best are exact, the others within a hundredth of their deviation."""

import numpy as np
import pytest
from numpy.typing import NDArray

from audiorec.learning.coded_vectors import EXACT, CodedVectors, code, inner_products

SONGS, COLUMNS = 20_000, 64


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float32]:
    """Rows of very different length in falling columns, as factors are, some of them nought."""
    rng = np.random.default_rng(0)
    made = rng.normal(size=(SONGS, COLUMNS)) * rng.lognormal(size=(SONGS, 1)) / np.sqrt(1.0 + np.arange(COLUMNS))
    made[::7] = 0.0
    return made.astype(np.float32)


def test_the_best_are_exact_and_the_others_near(vectors: NDArray[np.float32]) -> None:
    queries = vectors[[1, 2, 3]] / np.linalg.norm(vectors[[1, 2, 3]], axis=1, keepdims=True)
    found, exact = inner_products(queries, code(vectors)), queries @ vectors.T
    assert found.dtype == np.float32
    for mine, true in zip(found, exact, strict=True):
        best = np.argsort(-true)[: EXACT // 2]
        np.testing.assert_allclose(mine[best], true[best], rtol=1e-4)
        assert set(np.argsort(-mine)[: EXACT // 2]) == set(best)
        assert np.sqrt(np.square(mine - true).mean()) < 0.01 * true.std()


def test_columns_of_other_scales_lose_nothing(vectors: NDArray[np.float32]) -> None:
    scales = np.repeat([1.0, 1000.0], COLUMNS // 2).astype(np.float32)
    scaled = vectors * scales
    query = vectors[5] / scales
    exact = scaled @ query
    known, blind = (code(scaled, columns).products(query) for columns in (scales, None))
    assert np.std(known - exact) < 0.01 * exact.std() < np.std(blind - exact)


def test_vectors_come_back_from_their_arrays(vectors: NDArray[np.float32]) -> None:
    coded = code(vectors)
    again = CodedVectors(vectors, **coded.to_arrays())
    np.testing.assert_array_equal(again.products(vectors[1]), coded.products(vectors[1]))


def test_nothing_at_all_scores_nothing() -> None:
    blank = np.zeros((SONGS, COLUMNS), dtype=np.float32)
    assert not inner_products(np.ones((1, COLUMNS)), code(blank)).any()
    assert not inner_products(np.zeros((1, COLUMNS)), code(blank + 1.0)).any()


def test_few_vectors_are_within_their_codes(vectors: NDArray[np.float32]) -> None:
    for size in (1, 9, 300):
        some = vectors[1 : size + 1]
        found, exact = code(some).products(vectors[1]), some @ vectors[1]
        np.testing.assert_allclose(found, exact, atol=0.02 * np.abs(exact).max())
