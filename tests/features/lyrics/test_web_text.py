"""Lyrics as pages, subtitle files and players leave them: (circumstance, text, what is sung)."""

import os
import unicodedata
from pathlib import Path

import pytest

from audiorec.features.lyrics.lrc import parse_lrc
from audiorec.features.lyrics.parts import sung_lines
from audiorec.features.lyrics.read import read_lyrics

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
