"""The language of lines and songs."""

import pytest

from audiorec.features.lyrics.language import language_shares, line_language, song_language


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("我在这里等你", "zh"),
        ("我在這裡等你 baby", "zh"),
        ("I will wait for you", "en"),
        ("夜の空に", "ja"),
        ("アイシテル", "ja"),
        ("나는 너를 사랑해", "ko"),
        ("je ne t'aime plus mon amour", "other"),
        ("Я тебя люблю", "other"),
        ("ich liebe dich nicht mehr", "other"),
        ("baby baby oh", "en"),
        ("123 ... !", ""),
        ("", ""),
    ],
)
def test_lines(line: str, language: str) -> None:
    assert line_language(line) == language


def test_songs_take_the_language_of_most_letters() -> None:
    assert song_language(["我在这里等你", "一直等到天亮", "baby come back"]) == "zh"
    assert song_language(["I will wait for you", "until the morning", "我等你"]) == "en"
    assert song_language(["夜空", "あなたの声", "東京", "夢を見ていた"]) == "ja"
    assert song_language([]) == song_language(["..."]) == "other"


def test_shares_sum_to_one_and_lines_without_letters_do_not_count() -> None:
    shares = language_shares(["我等你", "I wait", "I wait", "...", "我"])
    assert shares["zh"] == shares["en"] == 0.5
    assert sum(shares.values()) == 1.0
    assert sum(language_shares([]).values()) == 0.0
