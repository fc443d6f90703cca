"""Lyrics as pages, subtitle files and players leave them: (circumstance, text, what is sung)."""

import os
import unicodedata
from pathlib import Path

import pytest

from audiorec.features.lyrics.lrc import parse_lrc
from audiorec.features.lyrics.parts import sung_lines
from audiorec.features.lyrics.read import find_lyrics, read_lyrics

SUNG = ["Hello my lamp", "My old chair"]
TTML = '<tt xmlns="t"><body><p begin="00:01.5">Hello <span>my lamp</span></p><p begin="3s">My old chair</p></body></tt>'

SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello my lamp\n\n2\n00:00:05,000 --> 00:00:06,000\n<i>My old chair</i>"
VOICES = "[00:01.00]v1: <00:01.00>Hello <00:01.50>my <00:02.00>lamp\n[bg: <00:03.00>ooh]"


@pytest.mark.parametrize(
    ("circumstance", "text", "expected"),
    [
        ("entities", "[00:01.00]Don&#39;t cry &amp; smile", ["Don't cry & smile"]),
        ("line breaks of a page", "[00:01.00]Hello my lamp<br/>My old chair", SUNG),
        ("page furniture", "3 ContributorsOld Song Lyrics[Verse 1]\nHello my lamp\nMy old chair7Embed", SUNG),
        ("srt", SRT, SUNG),
        ("vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHello my lamp\n\n00:05.000 --> 00:06.000\nMy old chair", SUNG),
        ("ttml", TTML, SUNG),
        ("enhanced lrc with voices", VOICES, ["Hello my lamp", "ooh"]),
        ("yrc", "[1000,900](1000,300,0)Hello (1300,300,0)my (1600,300,0)lamp", SUNG[:1]),
        ("qrc", "[1000,900]Hello(1000,300) my(1300,300) lamp(1600,300)", SUNG[:1]),
    ],
)  # fmt: skip
def test_what_is_sung(circumstance: str, text: str, expected: list[str]) -> None:
    assert sung_lines(text) == expected, circumstance


def test_times_of_subtitles() -> None:
    assert [line.start for line in parse_lrc(TTML).lines] == [1.5, 3.0]


@pytest.mark.parametrize(("song", "words"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_sidecar_in_another_unicode_form_and_case(tmp_path: Path, song: str, words: str) -> None:
    (tmp_path / unicodedata.normalize(words, "ÉTÉ.SRT")).write_text("00:00:01,000 --> 00:00:02,000\nHello my lamp\n")
    audio = tmp_path / unicodedata.normalize(song, "Été.mp3")
    assert "Hello my lamp" in (read_lyrics(os.fsencode(audio), None) or "")


LINES = "I walk alone tonight\nThe moon is over the sea\nYour name is in the wind\nAnd the lights are gone"


@pytest.mark.parametrize(
    "page",
    [
        f"3 ContributorsTranslationsTürkçeEspañolTide Lyrics{LINES}5Embed",
        f"12 ContributorsTide Lyrics“Tide” is a single of Ann. It came out in 2011… Read More [Verse]\n{LINES}",
        f'"Tide" lyrics\n\nAnn Lyrics\n\n{LINES}',
        f"Tide Lyrics\n{LINES}",
        "".join(f"{n}. {line}\n" for n, line in enumerate(LINES.split("\n"), start=1)),
        "".join(f"- {line}\n" for line in LINES.split("\n")),
        f"I write these lyrics\n{LINES}",
    ],
)
def test_heads_of_pages_and_numbers_of_lines(page: str) -> None:
    sung = LINES.split("\n")
    assert sung_lines(page) == (["I write these lyrics", *sung] if page.startswith("I write") else sung)


@pytest.mark.parametrize(
    ("ending", "line"),
    [
        ("qrc", "[{at},900]walk (0,200)alone (200,200)tonight(400,200)"),
        ("yrc", "[{at},900](0,200,0)walk (200,200,0)alone (400,200,0)tonight"),
        ("krc", "[{at},900]<0,200,0>walk <200,200,0>alone <400,200,0>tonight"),
        ("elrc", "[00:0{at}.00]<00:01.00>walk <00:01.20>alone <00:01.40>tonight"),
    ],
)
def test_files_of_words_with_times_lie_beside_their_song(tmp_path: Path, ending: str, line: str) -> None:
    (tmp_path / f"a.{ending}").write_text("".join(line.format(at=at) + "\n" for at in range(1, 5)))
    (tmp_path / "b.krc").write_bytes(b"krc1" + bytes(range(256)) * 4)  # as the player hides them
    found = find_lyrics(bytes(tmp_path / "a.mp3"), None)
    assert found is not None
    assert sung_lines(found.text) == ["walk alone tonight"] * 4
    assert find_lyrics(bytes(tmp_path / "b.mp3"), None) is None
