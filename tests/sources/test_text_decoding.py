"""Text in the encodings that it comes in: right, or marked as not sure; never wrong letters without a mark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiorec.sources.formats.text_decoding import decode_text, plain_text

SIMPLIFIED = "我爱你 像风走了八千里\n不问归期 也不问你的消息\n天黑了 我还在等你回来\n"
TRADITIONAL = "我愛你 像風走了八千里\n不問歸期 也不問你的消息\n天黑了 我還在等你回來\n"
JAPANESE = "夜の空に\nあなたの声が聞こえる\nさよならは言わないで\n"
KOREAN = "나는 너를 사랑해\n비가 오는 밤에\n눈물이 흘러\n"
FRENCH = "Où es-tu, mon étoile ?\nJe t’ai cherchée jusqu’à l’été\nça ne s’éteint jamais\n"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "utf-8-sig"),
        (SIMPLIFIED, "utf-16"),
        (SIMPLIFIED, "utf-16-le"),
        (SIMPLIFIED, "utf-16-be"),
        (SIMPLIFIED, "utf-32"),
        (SIMPLIFIED, "gb18030"),
        (SIMPLIFIED, "gbk"),
        (TRADITIONAL, "utf-8"),
        (TRADITIONAL, "utf-16"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "gb18030"),
        (JAPANESE, "cp932"),
        (JAPANESE, "utf-8"),
        (KOREAN, "cp949"),
        (FRENCH, "cp1252"),
        (FRENCH, "utf-8"),
        ("only ascii here\n", "ascii"),
    ],
)
def test_text_comes_back_from_every_encoding(text: str, codec: str) -> None:
    assert plain_text(text.encode(codec)) == text


def test_a_timed_file_in_gb18030_and_big5() -> None:
    for text, codec in ((SIMPLIFIED, "gb18030"), (TRADITIONAL, "big5")):
        timed = "".join(f"[00:{at:02d}.00]{line}\n" for at, line in enumerate(text.splitlines()))
        assert plain_text(timed.encode(codec)) == timed


def test_one_broken_byte_does_not_change_the_verdict() -> None:
    data = SIMPLIFIED.encode("utf-8")
    assert plain_text(data[:-2]).startswith(SIMPLIFIED.splitlines()[0])
    assert plain_text(b"\xff" + SIMPLIFIED.encode("gb18030")).endswith("我还在等你回来\n")


def test_line_ends_marks_and_nuls_go() -> None:
    assert plain_text(b"a\r\nb\rc\x00") == "a\nb\nc"


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\xfe", b"\xff\xfe\x00", b"\x00\x00\x00", bytes(range(256)) * 4])
def test_nothing_raises(data: bytes) -> None:
    assert isinstance(plain_text(data), str)


# Names as they stand in lists, in each code page: a line or a few.
NAMES = {
    "gb18030": ["晴天 - 周杰伦", "夜曲", "陈奕迅 十年\n浮夸\n富士山下"],
    "big5hkscs": ["晴天 - 周杰倫", "鄧麗君 - 月亮代表我的心", "張學友 吻別"],
    "cp932": ["さくら", "宇多田ヒカル - First Love", "椎名林檎 歌舞伎町の女王"],
    "euc_jp": ["さくら", "宇多田ヒカル - First Love", "久石譲 となりのトトロ"],
    "cp949": ["아이유 - 밤편지", "방탄소년단", "소녀시대 다시 만난 세계"],
    "cp1251": ["Кино - Группа крови", "Алла Пугачёва", "Звезда по имени Солнце"],
    "koi8-r": ["Кино - Группа крови", "Алла Пугачёва", "Звезда по имени Солнце"],
    "cp1250": ["Dżem - Whisky", "Kraków łódź żółć", "Maanam - Oddech szczura\nMyslovitz - Długość dźwięku samotności"],
    "cp1252": ["Édith Piaf - Non, je ne regrette rien", "Mötley Crüe", "Sigur Rós - Sæglópur\nCafé Tacvba – Eres"],
    "cp1253": ["Μίκης Θεοδωράκης - Ζορμπάς", "Χαρούλα Αλεξίου"],
    "cp1254": ["Barış Manço - Dönence", "Sezen Aksu - Şarkı söylemek lazım"],
}


@pytest.mark.parametrize(("codec", "text"), [(codec, text) for codec, texts in NAMES.items() for text in texts])
def test_a_short_list_is_right_or_marked(codec: str, text: str) -> None:
    found = decode_text(text.encode(codec))
    assert found.text == text or not found.sure


def test_most_short_lists_are_right_and_longer_ones_all() -> None:
    lists = [(codec, text) for codec, texts in NAMES.items() for text in texts]
    right = sum(decode_text(text.encode(codec)).text == text for codec, text in lists)
    assert right / len(lists) > 0.8
    for codec, texts in NAMES.items():
        together = "\n".join(texts * 2)
        if codec not in ("cp1254", "euc_jp"):  # six lines of these few letters are still like another page's
            assert decode_text(together.encode(codec)).text == together, codec


@given(st.text(), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_text_with_a_mark_or_in_utf_8_comes_back(text: str, codec: str) -> None:
    try:
        data = text.encode(codec)
    except UnicodeEncodeError:
        return
    assert decode_text(data).text == text or "\x00" in text or text.startswith("\ufeff")


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded(data: bytes) -> None:
    found = decode_text(data)
    assert isinstance(found.text, str)
    if "\ufffd" in found.text and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        assert not found.sure or found.encoding.startswith("utf-16")
