"""LRC in its dialects: what is sung when, and what becomes of stamps that are wrong."""

import pytest

from audiorec.features.lyrics.lrc import TimedLine, parse_lrc


def times(text: str) -> list[tuple[float | None, str]]:
    return [(line.start, line.text) for line in parse_lrc(text).lines]


def test_a_line_with_several_stamps_is_sung_at_each_of_them() -> None:
    text = "[00:10.00][00:30.50][01:00.00]la la\n[00:20.00]between\n"
    assert times(text) == [(10.0, "la la"), (20.0, "between"), (30.5, "la la"), (60.0, "la la")]


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ("[00:01]", 1.0),
        ("[00:01.5]", 1.5),
        ("[00:01.50]", 1.5),
        ("[00:01.500]", 1.5),
        ("[00:01:50]", 1.5),
        ("[0:1.05]", 1.05),
        ("[100:00.00]", 6000.0),
        ("[01:00:00.00]", 3600.0),
        ("[ 00 : 01.50 ]", 1.5),
    ],
)
def test_stamp_forms(stamp: str, seconds: float) -> None:
    ((start, text),) = times(f"{stamp}word\n")
    assert start == pytest.approx(seconds)
    assert text == "word"


@pytest.mark.parametrize(
    ("offset", "start"), [("500", 9.5), ("-500", 10.5), ("+500", 9.5), ("20000", 0.0), ("x", 10.0)]
)
def test_a_positive_offset_makes_lines_earlier_and_never_negative(offset: str, start: float) -> None:
    assert times(f"[offset:{offset}]\n[00:10.00]word") == [(start, "word")]


def test_word_level_stamps_vanish_in_every_dialect() -> None:
    assert times("[00:01.00]<00:01.00>happy <00:01.50>world") == [(1.0, "happy world")]
    assert times("[00:01.00]hap[00:01.40]py [00:01.90]world[00:02.40]") == [(1.0, "happy world")]
    assert times("[1000,2000](1000,500,0)hap(1500,500,0)py") == [(1.0, "happy")]
    assert times("[1000,2000]<0,500>hap<500,500>py") == [(1.0, "happy")]
    assert times('{"t":1000,"c":[{"tx":"hap"},{"tx":"py"}]}') == [(1.0, "happy")]


def test_distant_stamps_inside_a_line_were_line_breaks() -> None:
    assert times("[00:01.00]first line[00:05.00]second line") == [(1.0, "first line"), (5.0, "second line")]


def test_tags_are_kept_apart_from_lines() -> None:
    lyrics = parse_lrc("[ti:Song]\n[ar:Someone]\n[by:me]\n[00:01.00]word\n")
    assert lyrics.tags == {"ti": "Song", "ar": "Someone", "by": "me"}
    assert lyrics.lines == (TimedLine(1.0, "word"),)
    assert lyrics.timed


def test_plain_text_has_no_times_and_keeps_its_order_and_empty_lines() -> None:
    lyrics = parse_lrc("b\n\na")
    assert not lyrics.timed
    assert [line.text for line in lyrics.lines] == ["b", "", "a"]


def test_lines_out_of_order_are_sorted_and_equal_times_keep_their_order() -> None:
    assert times("[00:09.00]c\n[00:01.00]a\n[00:01.00]b") == [(1.0, "a"), (1.0, "b"), (9.0, "c")]


@pytest.mark.parametrize(
    "text", ["[", "[00:", "[00:0x.00]word", "[]", "[:]", "{", '{"t":', '{"t":"x","c":3}', "[1,2", "<>"]
)
def test_broken_stamps_never_raise(text: str) -> None:
    assert all(isinstance(line.text, str) for line in parse_lrc(text).lines)
