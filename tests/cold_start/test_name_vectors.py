"""Names: like names have like vectors, an absent name is not known, and few names are no trouble."""

import numpy as np

from audiorec.cold_start.name_vectors import name_vectors


def test_names_of_a_kind_are_alike() -> None:
    names = [
        "Greatest Hits",
        "Greatest Hits, Vol. 2",
        "The Greatest Hits Live",
        "Symphonie Nr. 5",
        "Symphonie Nr. 9",
        "",
    ]
    found = name_vectors([*names, "GREATEST HITS "], (2, 4), 80, 0)
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    assert found.shape == (7, 80)
    assert unit[0] @ unit[1] > 0.6 > 0.3 > unit[0] @ unit[3]
    assert np.isnan(found[5]).all()
    np.testing.assert_array_equal(found[0], found[6])


def test_short_groups_see_what_short_names_share() -> None:
    names = ["Dååm", "Bløt", "Måne", "Søvn", "The Harbours", "The Low Tides", "The Gulls", "The Tin Boats"]
    found = name_vectors(names, (1, 3), 80, 0)
    alike = found @ found.T
    assert min(alike[0, 2], alike[1, 3]) > np.median(alike[:4, 4:]) + 0.1
    np.testing.assert_allclose(name_vectors(names, (2, 4), 80, 0)[0], 0.0, atol=1e-9)


def test_too_little_to_compare() -> None:
    assert np.isnan(name_vectors(["Blue", "Blue", ""], (2, 4), 80, 0)).all()
    assert not name_vectors(["ab", "cd", "ef"], (2, 4), 80, 0).any()
