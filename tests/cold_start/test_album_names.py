"""Album names: like names have like vectors, an absent name is not known, and few names are no trouble."""

import numpy as np

from audiorec.cold_start.album_names import DIMS, album_vectors


def test_names_of_a_kind_are_alike() -> None:
    names = [
        "Greatest Hits",
        "Greatest Hits, Vol. 2",
        "The Greatest Hits Live",
        "Symphonie Nr. 5",
        "Symphonie Nr. 9",
        "",
    ]
    found = album_vectors([*names, "GREATEST HITS "])
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    assert found.shape == (7, DIMS)
    assert unit[0] @ unit[1] > 0.6 > 0.3 > unit[0] @ unit[3]
    assert np.isnan(found[5]).all()
    np.testing.assert_array_equal(found[0], found[6])


def test_too_little_to_compare() -> None:
    assert np.isnan(album_vectors(["Blue", "Blue", ""])).all()
    assert not album_vectors(["ab", "cd", "ef"]).any()
