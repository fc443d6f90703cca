"""The song's lyrics as numbers: their names, their ranges, and the laws they keep."""

import subprocess
import sys

import numpy as np
import pytest

from audiorec.features.lyrics import EMOTIONS, LYRICS_NAMES, LyricsFeatures, describe_lyrics

BRIGHT = "阳光照在你的笑脸\n我们快乐地歌唱\n幸福的日子多美好\n我们快乐地歌唱"
DARK = "眼泪流在孤独的夜\n我的心已经破碎\n绝望的我在哭泣\n我的心已经破碎"


def described(text: str) -> LyricsFeatures:
    features = describe_lyrics(text)
    assert features is not None
    return features


def value(text: str, name: str) -> float:
    return float(described(text).vector[LYRICS_NAMES.index(name)])


@pytest.mark.parametrize(
    "text", [BRIGHT, DARK, "I love the morning", "夜の空に", "사랑해", "je t'aime", "啊", "1 2 3 go"]
)
def test_the_vector_is_as_long_as_its_names_and_finite(text: str) -> None:
    vector = described(text).vector
    assert vector.shape == (len(LYRICS_NAMES),)
    assert vector.dtype == np.float32
    assert np.isfinite(vector).all()


def test_names_are_unique_and_hold_every_emotion() -> None:
    assert len(set(LYRICS_NAMES)) == len(LYRICS_NAMES)
    assert {f"{emotion}_share" for emotion in EMOTIONS} < set(LYRICS_NAMES)


@pytest.mark.parametrize("text", ["", "\n", "[00:00.00]纯音乐，请欣赏", "作词：某人", "[Instrumental]"])
def test_no_lyrics_is_none_and_never_zeros(text: str) -> None:
    assert describe_lyrics(text) is None


def test_light_and_dark() -> None:
    assert value(BRIGHT, "polarity_mean") > 0.3
    assert value(DARK, "polarity_mean") < -0.3
    assert value(BRIGHT, "joy_share") > 0.5 > value(BRIGHT, "sadness_share")
    assert value(DARK, "sadness_share") > 0.5 > value(DARK, "joy_share")
    assert value(BRIGHT, "negative_lines") == 0.0 == value(DARK, "positive_lines")


def test_the_course_rises_falls_and_turns_round_with_the_song() -> None:
    rising, falling = f"{DARK}\n{BRIGHT}", f"{BRIGHT}\n{DARK}"
    assert value(rising, "polarity_slope") > 0.5
    assert value(falling, "polarity_slope") == pytest.approx(-value(rising, "polarity_slope"), abs=0.3)
    assert value(rising, "polarity_ending") > 0 > value(falling, "polarity_ending")
    assert value(rising, "polarity_mean") == pytest.approx(value(falling, "polarity_mean"), abs=1e-6)
    assert value(rising, "polarity_spread") > value(BRIGHT, "polarity_spread")


def test_both_scripts_and_lrc_give_the_same_numbers() -> None:
    traditional = "陽光照在你的笑臉\n我們快樂地歌唱\n幸福的日子多美好\n我們快樂地歌唱"
    timed = "".join(f"[00:{at:02d}.00]{line}\n" for at, line in enumerate(BRIGHT.splitlines()))
    untimed = LYRICS_NAMES.index("timed")
    np.testing.assert_array_equal(described(traditional).vector, described(BRIGHT).vector)
    np.testing.assert_array_equal(described(timed).vector[:untimed], described(BRIGHT).vector[:untimed])


def test_pace_is_that_of_the_stamps_and_says_when_there_are_none() -> None:
    lines = [f"[00:{at:02d}.00]four" for at in range(10, 51, 4)]  # eleven lines in 40 seconds
    timed = "\n".join(lines)
    assert value(timed, "timed") == 1.0
    assert value(timed, "lines_per_minute") == pytest.approx(60 * 11 / 40)
    assert value(timed, "letters_per_second") == pytest.approx(44 / 40)
    assert value(timed, "first_line_at") == pytest.approx(np.log1p(10))
    assert value(timed, "longest_gap_share") == pytest.approx(0.1)
    assert value("four\n" * 11, "timed") == value("[00:10.00]four\n[00:11.00]five", "timed") == 0.0
    assert value("four\n" * 11, "lines_per_minute") == value(DARK, "lines_per_minute") > 0


def test_repetition_and_size() -> None:
    assert value(BRIGHT, "repeated_lines") == pytest.approx(0.25)
    assert value(BRIGHT, "longest_refrain") == pytest.approx(0.5)
    assert value(BRIGHT, "log_lines") == pytest.approx(np.log1p(4))
    assert value("love me\nlove me do", "vocabulary_richness") == pytest.approx(3 / np.sqrt(5))


def test_language_of_the_song_and_shares() -> None:
    features = described("我在这里等你\n一直等到天亮\nbaby come back\n我等你")
    assert features.language == "zh"
    assert value(features.text, "language_zh") == 0.75
    assert value(features.text, "language_en") == 0.25


def test_importing_loads_no_dictionary_and_english_needs_no_chinese() -> None:
    code = (
        "import sys, audiorec.features.lyrics as lyrics\n"
        "heavy = {'jieba', 'opencc', 'vaderSentiment'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "lyrics.describe_lyrics('I love the morning')\n"
        "assert heavy & set(sys.modules) == {'vaderSentiment'}\n"
        "lyrics.describe_lyrics('我等你')\n"
        "assert 'jieba' not in sys.modules and 'pkg_resources' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-W", "error::UserWarning", "-c", code], check=True, timeout=60)
