"""Titles without what hangs on them: the same song has one key, another song another."""

import pytest

from audiorec.sources.matching.titles import parse_title

SAME = ["Song", "Song - Remastered 2009", "Song (2011 Remaster)", "Song [Explicit]", "Song - Radio Edit",
        "SONG (Mono)...",
        "Song (feat. Ann)", "Song ft. Ann", "Song (Remastered) [feat. Ann]", "Song - 2003 Remaster (feat. Ann)",
        "Ｓｏｎｇ", "Song (Official Music Video)", "Song (Album Version)", "Song - Single Version / 2014 Remaster",
        'Song (From "The Film")', "Song (40th Anniversary Edition)", "Song (with Ann)", "Song!"]  # fmt: skip
LIVE = ["Song - Live", "Song (Live)", "Song – Live at the Hall '86 - Remastered 2009", "Song [Live]", "Song（现场版）",
        "Song - Live from Home", "Song (En vivo)", "Song (MTV Unplugged)"]  # fmt: skip
OTHER = ["Song (Part 2)", "Song (Ann Remix)", "Song - Karaoke Version", "Song (Instrumental)", "Song Two", "Songs",
         "Song (Taylor's Version)", "Another Song", "Song - Reprise", "Song - A Story"]  # fmt: skip


@pytest.mark.parametrize("text", SAME)
def test_the_same_recording(text: str) -> None:
    assert parse_title(text) == ("song", "")


@pytest.mark.parametrize("text", LIVE)
def test_the_same_song_live(text: str) -> None:
    assert parse_title(text) == ("song", "live")


@pytest.mark.parametrize("text", OTHER)
def test_another_song(text: str) -> None:
    assert parse_title(text).key != "song"


@pytest.mark.parametrize(
    "text", ["(Live)", "- - -", "Live and Let Die", "Self - Control", "1979", "Love / Hate", "晴天"]
)
def test_what_only_looks_like_a_suffix(text: str) -> None:
    assert parse_title(text).version == ""
    assert parse_title(text).key
