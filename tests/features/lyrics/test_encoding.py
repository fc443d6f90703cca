"""Lyrics in the encodings that lyrics come in, without being told which."""

import pytest

from audiorec.features.lyrics.encoding import decode_text

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
    assert decode_text(text.encode(codec)) == text


def test_a_timed_file_in_gb18030_and_big5() -> None:
    for text, codec in ((SIMPLIFIED, "gb18030"), (TRADITIONAL, "big5")):
        timed = "".join(f"[00:{at:02d}.00]{line}\n" for at, line in enumerate(text.splitlines()))
        assert decode_text(timed.encode(codec)) == timed


def test_one_broken_byte_does_not_change_the_verdict() -> None:
    data = SIMPLIFIED.encode("utf-8")
    assert decode_text(data[:-2]).startswith(SIMPLIFIED.splitlines()[0])
    assert decode_text(b"\xff" + SIMPLIFIED.encode("gb18030")).endswith("我还在等你回来\n")


def test_line_ends_marks_and_nuls_go() -> None:
    assert decode_text(b"a\r\nb\rc\x00") == "a\nb\nc"


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\xfe", b"\xff\xfe\x00", b"\x00\x00\x00", bytes(range(256)) * 4])
def test_nothing_raises(data: bytes) -> None:
    assert isinstance(decode_text(data), str)
