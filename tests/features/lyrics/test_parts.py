"""What is sung and what is only written: credits, sections, singers, translations, instrumentals."""

import pytest

from audiorec.features.lyrics.parts import is_credit, is_section, sung_lines
from audiorec.features.lyrics.translations import is_romanised

SUNG = ["今夜的风很轻", "你在灯下等我", "路很长也不怕", "一直走到天亮"]


@pytest.mark.parametrize(
    "line",
    [
        "作词：某人",
        "作詞 : 某人",
        "词/曲：某人",
        "编曲 某人",
        "制作人：某人",
        "混音师：某人",
        "吉他：某人",
        "Lyrics by: Someone",
        "Written by Someone",
        "Composed by Someone",
        "Music: Someone",
        "OP：Some Publishing",
        "https://example.org/song",
        "作詞：某",
        "작사: 누구",
        "© 2020 Somebody",
    ],
)
def test_credits(line: str) -> None:
    assert is_credit(line)
    assert sung_lines("\n".join([line, *SUNG])) == SUNG


@pytest.mark.parametrize(
    "line", ["曲终人散的夜", "词不达意的我", "music is my life", "written in the stars", "我在编一个梦"]
)
def test_lines_that_only_look_like_credits(line: str) -> None:
    assert not is_credit(line)


@pytest.mark.parametrize(
    "line", ["[Chorus]", "(Verse 2)", "Chorus:", "【副歌】", "[Bridge x2]", "间奏", "（前奏）", "[Guitar Solo]"]
)
def test_sections(line: str) -> None:
    assert is_section(line)
    assert sung_lines("\n".join([*SUNG[:2], line, *SUNG[2:]])) == SUNG


@pytest.mark.parametrize("line", ["hook me up tonight", "we cross the bridge again", "一段间奏响起来"])
def test_lines_that_only_name_a_section(line: str) -> None:
    assert not is_section(line)


def test_singers_marks_and_repeat_marks_go_and_repeated_lines_stay() -> None:
    assert sung_lines("男：今夜的风很轻\n女：你在灯下等我\n(合)路很长也不怕 x2\n路很长也不怕") == [*SUNG[:3], SUNG[2]]


def test_the_title_line_goes() -> None:
    assert sung_lines("\n".join(["夜行 - 某某", *SUNG])) == SUNG


def test_translations_under_the_same_stamp_go() -> None:
    text = (
        "[00:01.00]I walk alone tonight\n[00:01.00]今夜我独自行走\n"
        "[00:05.00]the rain is on my face\n[00:05.00]雨落在我的脸上\n"
    )
    assert sung_lines(text) == ["I walk alone tonight", "the rain is on my face"]


def test_romanisation_goes_and_the_sung_line_stays() -> None:
    text = "[00:01.00]yoru no sora ni\n[00:01.00]夜の空に\n[00:05.00]anata no koe\n[00:05.00]あなたの声\n"
    assert sung_lines(text) == ["夜の空に", "あなたの声"]
    assert is_romanised("anata no koe ga kikoeru")
    assert not is_romanised("the voice that I hear at night")


def test_alternating_translations_in_plain_text_go() -> None:
    pairs = [("I walk alone", "我独自行走"), ("the rain falls", "雨落下"), ("so cold", "好冷"), ("come home", "回家吧")]
    text = "\n".join(line for pair in pairs for line in pair)
    assert sung_lines(text) == [english for english, _ in pairs]


def test_a_bilingual_song_that_is_no_translation_stays_whole() -> None:
    lines = ["我爱你", "你爱我吗", "baby come on", "let me go", "天黑了", "回家吧", "oh my love", "我等你"]
    assert sung_lines("\n".join(lines)) == lines


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "[00:00.00]纯音乐，请欣赏",
        "[00:00.00]此歌曲为没有填词的纯音乐，请您欣赏",
        "Instrumental",
        "[Instrumental]",
        "(instrumental track)",
        "作曲：某人\n[00:01.00]纯音乐，请欣赏",
        "暂无歌词",
        "♪ ♪ ♪",
        "[ti:x]\n[ar:y]",
    ],
)
def test_instrumentals_have_no_lines(text: str) -> None:
    assert sung_lines(text) == []


def test_chinese_lines_are_not_one_word() -> None:
    """Three short lines without spaces are a song, not an instrumental."""
    assert sung_lines("我爱你\n你不爱我\n再见") == ["我爱你", "你不爱我", "再见"]


def test_a_line_that_holds_a_verse_is_cut() -> None:
    assert sung_lines("今夜的风很轻, 你在灯下等我, 路很长也不怕, 一直走到天亮") == SUNG
