"""Directions of tags: what is shared by few counts most, what nobody was given stands nowhere."""

import numpy as np

from audiorec.labels.tag_tfidf import tag_directions


def test_a_rare_common_tag_makes_more_alike_than_a_wide_one() -> None:
    tagged = [{"rock": 1, "shoegaze": 1}, {"rock": 1, "shoegaze": 1, "metal": 1}, {"rock": 1}, {"metal": 2}, {}]
    found = tag_directions([*tagged, {"x": 1}])
    np.testing.assert_allclose(np.linalg.norm(found[:4], axis=1), 1.0)
    # Nothing was given to the fifth, and the sixth's tag is its own alone.
    assert np.isnan(found[4:]).all()
    alike = found[:4] @ found[:4].T
    assert alike[0, 1] > alike[0, 2] > 0.0 == alike[0, 3]
    assert alike[1, 3] > alike[1, 2] > 0.0


def test_without_tags_there_are_no_directions() -> None:
    assert tag_directions([{}, {}]).shape == (2, 0)
    assert tag_directions([{"pop": 1}, {"pop": 3}]).shape == (2, 0)
    assert tag_directions([]).shape == (0, 0)
