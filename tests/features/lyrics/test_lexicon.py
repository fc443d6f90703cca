"""The lexicon: one entry a word, in range, in simplified script, of every emotion; and its reader's complaints."""

from collections import Counter
from pathlib import Path

import pytest

from audiorec.errors import AudiorecError
from audiorec.features.lyrics.lexicon import (
    EMOTIONS,
    Entry,
    chinese_lexicon,
    english_emotions,
    lexicon_folder,
    music_words,
    read_entries,
)
from audiorec.features.lyrics.sentiment import DEGREES, NEGATIONS
from audiorec.features.lyrics.simplify import simplified

CHINESE = [entry for path in sorted(lexicon_folder().glob("zh-*.tsv")) for entry in read_entries(path)]
ENGLISH = read_entries(lexicon_folder() / "en.tsv")


def test_at_least_three_thousand_chinese_entries_and_no_word_twice() -> None:
    twice = [word for word, count in Counter(entry.word for entry in CHINESE).items() if count > 1]
    assert twice == []
    assert len(CHINESE) == len(chinese_lexicon()) >= 3_000
    assert len(ENGLISH) == len(english_emotions())


@pytest.mark.parametrize("entries", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_values_are_in_range_and_polarity_never_exceeds_intensity_much(entries: list[Entry]) -> None:
    for entry in entries:
        assert -1.0 <= entry.polarity <= 1.0, entry
        assert 0.0 < entry.intensity <= 1.0, entry
        assert abs(entry.polarity) <= entry.intensity + 0.25, entry
        assert entry.emotion in range(len(EMOTIONS)), entry


def test_emotions_have_their_sign() -> None:
    for entry in CHINESE:
        if EMOTIONS[entry.emotion] in ("joy", "love"):
            assert entry.polarity > 0, entry
        if EMOTIONS[entry.emotion] in ("anger", "fear", "disgust"):
            assert entry.polarity < 0, entry


def test_every_emotion_has_at_least_a_hundred_chinese_words() -> None:
    counts = Counter(EMOTIONS[entry.emotion] for entry in CHINESE)
    assert set(counts) == set(EMOTIONS)
    assert min(counts.values()) >= 100


def test_words_are_simplified_and_have_no_space() -> None:
    for entry in CHINESE:
        assert simplified(entry.word) == entry.word
        assert all("\u3400" <= letter <= "\u9fff" for letter in entry.word), entry
    assert all(count > 0 for count in music_words().values())


def test_bare_negations_and_degree_words_carry_hardly_any_feeling_by_themselves() -> None:
    lexicon = chinese_lexicon()
    assert not [word for word in ("不", "没", "没有", "很", "非常", "太", "更") if word in lexicon]
    assert NEGATIONS & DEGREES.keys() <= {"不太", "不怎么"}


@pytest.mark.parametrize(
    "row", ["词", "词\t1\t1\tjoy", "词\tx\t1\tjoy\ta", "词\t1\t1\thunger\ta", "词\t1\t1\tjoy\ta\tb"]
)
def test_a_wrong_row_is_named_by_its_line(row: str, tmp_path: Path) -> None:
    path = tmp_path / "zh-x.tsv"
    path.write_text(f"# comment\n\n{row}\n", encoding="utf-8")
    with pytest.raises(AudiorecError, match=r"zh-x\.tsv line 3"):
        read_entries(path)
