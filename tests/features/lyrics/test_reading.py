"""What a classifier of song texts is given: words by line, and only numbers that somebody knows."""

import numpy as np

from audiorec.features.lyrics import LYRICS_NAMES
from audiorec.features.lyrics.reading import same_blocks, text_blocks
from audiorec.features.lyrics.wording import PACE_NAMES, pace, song_words

TIMED = "[00:10.00]one two\n[00:20.00]three\n[00:40.00]four five six"
PLAIN = "I love the morning\nI cry alone"


def test_words_come_line_by_line_in_simplified_script() -> None:
    assert song_words("[00:01.00]作詞：某人\n[00:02.00]我們很快樂\n[00:03.00]Hello again") == [
        ["我们", "很", "快乐"],
        ["hello", "again"],
    ]
    assert song_words("[Instrumental]") == [["instrumental"]]  # nothing is sung, so the text itself is read


def test_pace_of_a_song_by_hand() -> None:
    found = dict(zip(PACE_NAMES, pace(TIMED), strict=True))
    assert found["log_seconds"] == np.log(40.0)
    assert found["lines_per_minute"] == 6.0
    assert found["letters_per_second"] == (7 + 5 + 13) / 30
    assert found["longest_gap_share"] == 20 / 30
    assert np.isnan(pace(PLAIN)).all()


def test_a_block_that_no_text_knows_is_left_out_and_asked_for_it_is_unknown() -> None:
    assert set(text_blocks([PLAIN, "la la"])) == {"feeling"}
    blocks = text_blocks([PLAIN, TIMED, ""])
    assert set(blocks) == {"feeling", "pace"}
    assert blocks["feeling"].shape == (3, LYRICS_NAMES.index("timed"))
    assert np.isnan(blocks["pace"]).all(axis=1).tolist() == [True, False, True]
    assert np.isnan(blocks["feeling"]).all(axis=1).tolist() == [False, False, True]
    feeling, unknown = same_blocks([PLAIN], ["feeling", "pace"])
    np.testing.assert_array_equal(feeling, blocks["feeling"][:1])
    assert unknown.shape == (1, len(PACE_NAMES))
    assert np.isnan(unknown).all()
