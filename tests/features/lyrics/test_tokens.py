"""Words: the Chinese cutter walks jieba's path, and our words stay whole."""

import logging
from pathlib import Path

import pytest

from audiorec.features.lyrics.lexicon import chinese_lexicon
from audiorec.features.lyrics.tokens import ChineseCutter, chinese_counts, chinese_cutter, words_of

RUNS = """
今天我寒夜里看雪飘过
研究生命的起源是一件很有意思的事情
南京市长江大桥的灯火照着江上的人
长春市长春节致辞下雨天留客天留我不留
他从马上下来走进了乒乓球拍卖完了的店
你说的黑是什么黑你说的白是什么白
我们都是追梦人在路上不知不觉走了很远很远
龘龘靐齉爩是没有人认识的字
一二三四五六七八九十
的的的的的是是是了了了
人人都爱听的歌不一定是好听的歌
不得不承认我忘不了你也回不去从前
""".split()


@pytest.fixture(scope="module")
def counts() -> dict[str, int]:
    return chinese_counts()


def test_cut_equals_jieba_without_hidden_markov_model(counts: dict[str, int], tmp_path: Path) -> None:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    ours = {word: count for word, count in counts.items() if word.strip() == word and " " not in word}
    path = tmp_path / "dict.txt"
    path.write_text("".join(f"{word} {count} x\n" for word, count in ours.items()), encoding="utf-8")
    slow = jieba.Tokenizer(str(path))
    slow.tmp_dir, slow.cache_file = str(tmp_path), "jieba.cache"
    cutter = ChineseCutter(ours)
    for run in RUNS:
        assert cutter.cut(run) == list(slow.cut(run, HMM=False)), run


def test_a_cut_loses_no_character() -> None:
    for run in RUNS:
        assert "".join(chinese_cutter().cut(run)) == run


def test_words_of_the_lexicon_stay_whole_when_they_stand_alone() -> None:
    cut = chinese_cutter().cut
    apart = [word for word in chinese_lexicon() if len(cut(word)) > 1]
    assert apart == []


def test_negation_and_degree_stand_apart_from_felt_words() -> None:
    assert words_of("我不快乐好孤单", "zh") == ["我", "不", "快乐", "好", "孤单"]


@pytest.mark.parametrize(
    ("line", "language", "words"),
    [
        ("Don’t STOP, baby!", "en", ["don't", "stop", "baby"]),
        ("我爱 New York 的夜", "zh", ["我", "爱", "new", "york", "的", "夜"]),
        ("夜の空に", "ja", ["夜", "の", "空", "に"]),
        ("사랑해 baby", "ko", ["사랑해", "baby"]),
        ("où es-tu", "other", ["où", "es", "tu"]),
        ("", "zh", []),
        ("…！？", "zh", []),
    ],
)
def test_words(line: str, language: str, words: list[str]) -> None:
    assert words_of(line, language) == words
