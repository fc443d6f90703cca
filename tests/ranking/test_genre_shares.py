"""Genres of a list: the divergence is that of the definition, and shares come from plays."""

import numpy as np
import pytest

from audiorec.ranking.genre_shares import divergence_after, shares


def test_divergence_agrees_with_its_definition() -> None:
    wanted, counts = np.array([0.6, 0.3, 0.1, 0.0]), np.array([2.0, 0.0, 1.0, 1.0])
    found = divergence_after(wanted, counts)
    for genre in range(5):
        after = counts + (np.arange(4) == genre)
        mixed = 0.99 * after / (counts.sum() + 1) + 0.01 * wanted
        slow = sum(p * np.log(p / q) for p, q in zip(wanted, mixed, strict=True) if p > 0)
        assert found[genre] == pytest.approx(slow)
    assert found.argmin() == 1  # what the list lacks most


def test_shares_of_plays() -> None:
    found = shares(np.array([0, 1, -1, 1]), np.array([3.0, 1.0, 100.0, 1.0]), 3)
    np.testing.assert_allclose(found, [0.5, 0.5, 0.0])
    assert shares(np.array([-1]), np.array([2.0]), 3) is None
