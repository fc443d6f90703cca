"""Words for the output of an encoder: spellings of one thing are one word, the likeliest first, nothing for silence."""

import numpy as np

from audiorec.data.encoder_outputs import EncodedBy, EncodedSongs
from audiorec.labels.encoder_words import best_words, said, word_chances
from audiorec.ranking.mood_search import build_index, search, word_numbers, words_in
from tests.ranking.test_ways_to_walk import track

LABELS = ("guitar", "female", "female vocals", "no vocals", "slow")


def encoded(tags: list[list[float]], labels: tuple[str, ...] = LABELS) -> EncodedSongs:
    values = np.array(tags, dtype=np.float32)
    blank = np.zeros((len(tags), 1), np.float32)
    return EncodedSongs(EncodedBy("made", "0", labels), blank, blank, values)


SONGS = encoded([[0.6, 0.1, 0.3, 0.0, 0.05], [0.2, 0.0, 0.0, 0.5, 0.9], [np.nan] * 5, [0.0] * 5])


def test_the_likeliest_words_come_first_and_spellings_are_one() -> None:
    words, best = best_words(SONGS)
    assert [said(words, row) for row in best] == [
        ["guitar", "female vocal"],
        ["slow", "no vocal", "guitar"],
        [],
        [],
    ]
    np.testing.assert_array_equal(word_chances(SONGS)["female vocal"][:2], np.float32([0.3, 0.0]))


def test_an_encoder_without_named_tags_gives_no_words() -> None:
    words, best = best_words(encoded([[0.5, 0.9]], ()))
    assert words == ()
    assert said(words, best[0]) == []
    assert word_numbers(None) == {}


def test_search_finds_tags_and_takes_no_for_no() -> None:
    tracks = [track(number, title=f"song {number}") for number in range(4)]
    index = build_index(tracks, word_numbers(SONGS))
    assert search(index, "guitar")[0].row == 0
    assert search(index, "吉他")[0].row == 0
    assert search(index, "slow")[0].row == 1
    assert search(index, "female vocal")[0].row == 0
    assert 1 not in {hit.row for hit in search(index, "vocal")}
    assert words_in(index, 0) == ["female vocal"]
    assert words_in(index, 2) == []
