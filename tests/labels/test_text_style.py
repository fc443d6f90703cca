"""How a text is written: numbers with known answers."""

import numpy as np

from audiorec.labels.text_style import manner


def test_a_text_without_words_is_all_zeros_of_the_same_length() -> None:
    assert manner("").shape == manner("la la\nla").shape
    assert not manner("...").any()


def test_sizes_rhyme_and_persons() -> None:
    found = manner("I saw the light\nyou fight\n\nI write")
    assert np.isclose(found[0], np.log(8))
    assert np.isclose(found[2], 0.25)  # one blank line of four
    assert np.isclose(found[8], 1 / 3)  # light and fight rhyme: one pair, three lines
    assert np.isclose(found[9], 7 / 8)  # "I" twice
    shouted = manner("I saw the light!\nyou fight!\n\nI write!")
    assert (np.flatnonzero(shouted != found) == [12]).all()
    assert np.isclose(shouted[12], 3 / 8)
