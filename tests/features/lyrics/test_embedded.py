"""Lyrics in tags, written by mutagen into files made here."""

from pathlib import Path

import mutagen
import pytest
from mutagen.flac import FLAC
from mutagen.id3 import ID3, SYLT, TIT2, TXXX, USLT
from mutagen.mp4 import MP4
from mutagen.oggvorbis import OggVorbis

from audiorec.features.lyrics import sung_lines, tag_lyrics
from tests import signals

WORDS = "今夜的风很轻\n你在灯下等我"


@pytest.fixture
def mp3(tmp_path: Path) -> Path:
    path = tmp_path / "song.mp3"
    path.write_bytes(signals.mp3(0.5))
    return path


def read(path: Path) -> str | None:
    return tag_lyrics(mutagen.File(path).tags)  # type: ignore[attr-defined, unused-ignore]


def test_uslt_and_the_longest_of_several(mp3: Path) -> None:
    tags = ID3()
    tags.add(TIT2(encoding=3, text="title"))
    tags.add(USLT(encoding=3, lang="eng", desc="short", text="la"))
    tags.add(USLT(encoding=1, lang="chi", desc="", text=WORDS))
    tags.save(mp3)
    assert read(mp3) == WORDS


def test_sylt_becomes_lrc_by_lines(mp3: Path) -> None:
    tags = ID3()
    pieces = [("the first line is here", 1000), ("and the second follows", 5500)]
    tags.add(SYLT(encoding=3, lang="eng", format=2, type=1, text=pieces))
    tags.save(mp3)
    text = read(mp3)
    assert text == "[00:01.00]the first line is here\n[00:05.50]and the second follows"
    assert sung_lines(text) == [words for words, _ in pieces]


def test_sylt_by_syllables_joins_them(mp3: Path) -> None:
    tags = ID3()
    pieces = [("hap", 1000), ("py ", 1200), ("world", 1400), ("\nmor", 65000), ("ning", 65500)]
    tags.add(SYLT(encoding=3, lang="eng", format=2, type=1, text=pieces))
    tags.save(mp3)
    assert read(mp3) == "[00:01.00]happy world\n[01:05.00]morning"


def test_txxx_frames(mp3: Path) -> None:
    tags = ID3()
    tags.add(TXXX(encoding=3, desc="LYRICS", text=WORDS))
    tags.save(mp3)
    assert read(mp3) == WORDS


@pytest.mark.parametrize("key", ["LYRICS", "UNSYNCEDLYRICS", "lyrics"])
def test_vorbis_comments_in_flac_and_ogg(tmp_path: Path, key: str) -> None:
    for name, container, kind in (("a.flac", "FLAC", FLAC), ("a.ogg", "OGG", OggVorbis)):
        path = tmp_path / name
        path.write_bytes(signals.encoded(signals.tone(440, 0.3), signals.RATE, container))
        tags = kind(path)
        tags[key] = [WORDS]
        tags.save()
        assert read(path) == WORDS


def test_mp4_atom(tmp_path: Path) -> None:
    path = signals.m4a(tmp_path / "a.m4a", 0.5)
    tags = MP4(path)
    tags["\xa9lyr"] = [WORDS]
    tags.save()
    assert read(path) == WORDS


def test_no_tags_and_empty_lyrics_are_none(mp3: Path) -> None:
    assert tag_lyrics(None) is None
    tags = ID3()
    tags.add(USLT(encoding=3, lang="eng", desc="", text="  \n"))
    tags.save(mp3)
    assert read(mp3) is None
