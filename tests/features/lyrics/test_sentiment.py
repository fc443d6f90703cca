"""The feeling of lines: what negation, degree, but, if and questions do; signs of lines written for this test."""

import pytest

from audiorec.features.lyrics.english import english_feeling
from audiorec.features.lyrics.feeling import Feeling
from audiorec.features.lyrics.lexicon import EMOTIONS
from audiorec.features.lyrics.sentiment import chinese_feeling


def zh(line: str) -> float:
    return chinese_feeling(line).polarity


def en(line: str) -> float:
    return english_feeling(line).polarity


@pytest.mark.parametrize("line", ["我不快乐", "我从来没有快乐", "我再也不快乐", "快乐不起来", "我不是很快乐"])
def test_negation_turns_and_weakens(line: str) -> None:
    assert -zh("我快乐") < zh(line) < 0


@pytest.mark.parametrize("line", ["我不是不快乐", "不得不快乐", "我不会不快乐"])
def test_two_negations_are_a_yes(line: str) -> None:
    assert zh(line) > 0


def test_denied_grief_is_light_and_denied_joy_is_sad() -> None:
    assert zh("我不再悲伤") > 0
    feeling = chinese_feeling("我不快乐")
    assert EMOTIONS[feeling.words[0].emotion] == "sadness"
    assert feeling.words[0].intensity < chinese_feeling("我快乐").words[0].intensity


def test_degree_words_order_a_feeling() -> None:
    lines = ["我有点快乐", "我快乐", "我很快乐", "我非常快乐", "我最快乐"]
    values = [zh(line) for line in lines]
    assert values == sorted(values)
    assert len(set(values)) == len(values)
    dark = [zh(line) for line in ("我有点悲伤", "我悲伤", "我非常悲伤")]
    assert dark == sorted(dark, reverse=True)


def test_not_very_is_milder_than_very_un() -> None:
    assert zh("我很不快乐") < zh("我不很快乐") < 0


def test_what_follows_but_counts_more() -> None:
    assert zh("虽然快乐但是我很悲伤") < 0 < zh("虽然悲伤但是我很快乐")
    assert zh("我快乐 可是你悲伤") < zh("我快乐 你悲伤")


def test_questions_and_wishes_are_felt_less() -> None:
    assert 0 < zh("你快乐吗") < zh("你快乐")
    assert 0 < zh("如果我快乐") < zh("我快乐")
    assert chinese_feeling("你快乐吗").question


def test_calls_are_felt_more() -> None:
    assert zh("我快乐！") > zh("我快乐")


def test_a_line_without_felt_words_is_unknown_and_neutral() -> None:
    for feeling in (chinese_feeling("桌子在房间的左边"), english_feeling("the table by the door")):
        assert (feeling.polarity, feeling.intensity, feeling.known) == (0.0, 0.0, False)


def test_english_negation_degree_and_but() -> None:
    assert en("I am not happy") < 0 < en("I am happy") < en("I am very happy")
    assert en("I was happy but now I cry") < 0
    assert EMOTIONS[english_feeling("dance and smile").words[0].emotion] == "joy"


def test_persons() -> None:
    feeling = chinese_feeling("我等你")
    assert (feeling.first_person, feeling.second_person) == (True, True)
    assert not english_feeling("she waits").first_person


LIGHT = """
我们在阳光下奔跑歌唱
有你在身边我好幸福
终于等到你 我的心花怒放
春天来了 花儿都开了
你的笑容温暖了整个冬天
谢谢你一直陪伴着我
勇敢地追逐我的梦想
不再害怕黑夜 不再孤单
今夜让我们举杯庆祝
牵着你的手走到白头
没有什么能让我不快乐
虽然路很苦 但是我们很幸福
你是我最珍贵的宝贝
星光闪烁 多么美丽的夜
The sun is shining and I feel so good
You make me smile every day
We dance together happy and free
I'm not afraid anymore
Thank you for your love
Life is beautiful my friend
"""
DARK = """
你走以后我夜夜流泪
孤独的人在雨中徘徊
我恨你骗了我的心
没有你的日子我不快乐
心碎了一地 再也拼不回
谎言和背叛让我愤怒
黑暗中恐惧将我吞没
曾经的美好都变成了伤痕
再也回不去的从前让人遗憾
我恶心你虚伪的嘴脸
战火烧毁了家园 孩子在哭泣
寂寞的夜里失眠的我
我不想再欺骗自己 我很痛苦
愤怒的火焰在胸口咆哮
I cry alone in the dark
You broke my heart and left me in pain
I hate the lies you told
Nothing but tears and sorrow
I am so tired of this misery
The killers fight and children die
"""


@pytest.mark.parametrize("line", LIGHT.strip().splitlines())
def test_light_lines(line: str) -> None:
    assert felt(line).polarity > 0.05


@pytest.mark.parametrize("line", DARK.strip().splitlines())
def test_dark_lines(line: str) -> None:
    assert felt(line).polarity < -0.05


def felt(line: str) -> Feeling:
    return english_feeling(line) if line.isascii() else chinese_feeling(line)
