"""Words that stand there twice or three times over, as whole blocks, stanzas or lines in turn: one of them is sung."""

from collections.abc import Sequence

import pytest

from audiorec.features.lyrics.parts import sung_lines

JA = [
    "雨の朝に窓を開けて",
    "遠い町の歌を聞いた",
    "白い鳥が空を渡り",
    "君の声を思い出した",
    "長い道を歩きながら",
    "小さな花を見つけた",
]
ROMAJI = [
    "ame no asa ni mado o akete", "tooi machi no uta o kiita", "shiroi tori ga sora o watari",
    "kimi no koe o omoidashita", "nagai michi o arukinagara", "chiisana hana o mitsuketa",
]  # fmt: skip
EN = [
    "I opened the window on a morning of rain", "I heard a song of a distant town",
    "A white bird was crossing the sky", "And I thought of your voice again", "While I was walking the long road",
    "I found a very small flower",
]  # fmt: skip
ZH = [
    "早晨我打开窗看见雨",
    "听见远方小城的歌声",
    "白色的鸟儿飞过天空",
    "我又想起了你的声音",
    "走在那条很长的路上",
    "我找到一朵小小的花",
]
PINYIN = [
    "zao chen wo da kai chuang kan jian yu", "ting jian yuan fang xiao cheng de ge sheng",
    "bai se de niao er fei guo tian kong", "wo you xiang qi le ni de sheng yin",
    "zou zai na tiao hen chang de lu shang", "wo zhao dao yi duo xiao xiao de hua",
]  # fmt: skip
KO = [
    "비가 오는 아침 창문을 열고",
    "먼 마을의 노래를 들었네",
    "하얀 새가 하늘을 건너고",
    "너의 목소리를 생각했네",
    "긴 길을 걸어가면서",
    "작은 꽃을 찾았네",
]
SPELLED = [
    "biga oneun achim changmuneul yeolgo", "meon maeurui noraereul deureonne", "hayan saega haneureul geonneogo",
    "neoui moksorireul saenggakaenne", "gin gireul georeogamyeonseo", "jageun kkocheul chajanne",
]  # fmt: skip


def blocks(*parts: Sequence[str]) -> str:
    return "\n\n".join(map("\n".join, parts))


def in_turn(*parts: Sequence[str]) -> str:
    return "\n".join(line for lines in zip(*parts, strict=True) for line in lines)


def stanzas(*parts: Sequence[str], heads: Sequence[str] = ("", "")) -> str:
    pieces = [
        [*filter(None, [head]), *part[at : at + 3]] for at in (0, 3) for head, part in zip(heads, parts, strict=True)
    ]
    return blocks(*pieces)


TWICE = {
    "romaji behind": (blocks(JA, ROMAJI), JA),
    "romaji in front": (blocks(ROMAJI, JA), JA),
    "romaji and English behind": (blocks(JA, ROMAJI, EN), JA),
    "English behind": (blocks(JA, EN), JA),
    "Chinese behind": (blocks(JA, ZH), JA),
    "Chinese behind English": (blocks(EN, ZH), EN),
    "pinyin behind": (blocks(ZH, PINYIN), ZH),
    "pinyin in front": (blocks(PINYIN, ZH), ZH),
    "Korean, spelled": (blocks(KO, SPELLED), KO),
    "romaji and English in turn": (in_turn(JA, ROMAJI, EN), JA),
    "romaji first, and Chinese, in turn": (in_turn(ROMAJI, JA, ZH), JA),
    "pinyin and English in turn": (in_turn(ZH, PINYIN, EN), ZH),
    "Korean, spelled and English in turn": (in_turn(KO, SPELLED, EN), KO),
    "stanzas of romaji in turn": (stanzas(JA, ROMAJI), JA),
    "stanzas of pinyin in turn": (stanzas(ZH, PINYIN), ZH),
    "stanzas of Chinese in turn": (stanzas(EN, ZH), EN),
    "stanzas under headings": (stanzas(JA, EN, heads=("[Verse]", "[Translation]")), JA),
    "headings in brackets": (blocks(["【Japanese】", *JA], ["【Romaji】", *ROMAJI], ["【English】", *EN[:4]]), JA),
    "headings with colons": (blocks(["Romaji:", *ROMAJI], ["Kanji:", *JA], ["English translation:", *EN[:5]]), JA),
    "a heading above the translation alone": (blocks(EN, ["中文翻译", *ZH[:5]]), EN),
}
ONCE = {
    "a verse in English": blocks(KO[:4], EN[:3], KO[4:]),
    "choruses in English": blocks(JA[:3], EN[:3], JA[3:], EN[:3]),
    "lines of two languages": "\n".join([ZH[0], EN[0], ZH[1], EN[1], *ZH[2:]]),
    "a line called Chinese": blocks(EN[:3], ["Chinese"], EN[3:]),
    "a line called English": "\n".join([*EN[:3], "English", *EN[3:]]),
}


@pytest.mark.parametrize("case", TWICE)
def test_what_is_said_again_is_not_sung(case: str) -> None:
    text, sung = TWICE[case]
    assert sung_lines(text) == sung


@pytest.mark.parametrize("case", ONCE)
def test_songs_of_two_languages_stay(case: str) -> None:
    assert sung_lines(ONCE[case]) == [line for line in ONCE[case].splitlines() if line]
