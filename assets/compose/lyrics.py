"""The lyrics of the library and how they leave it: .lrc with the music's own times, .txt, or a tag in the mp3.

It does not know sentiment; the words live in lyrics.toml.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assets.compose.form import sung_sections
from assets.compose.score import Plan, Song

LYRICS = Path(__file__).with_name("lyrics.toml")


@dataclass(frozen=True)
class Lyric:
    """One song's words and the form in which they are delivered: lrc, txt or tag."""

    form: str
    lines: tuple[str, ...]


@cache
def lyrics(source: Path = LYRICS) -> dict[str, Lyric]:
    """All lyrics by the song's title."""
    table = tomllib.loads(source.read_text(encoding="utf-8"))
    return {title: Lyric(entry["form"], tuple(entry["lines"])) for title, entry in table.items()}


def line_times(plan: Plan, lines: int) -> np.ndarray:
    """The second at which each line begins: the lines share the A and B sections evenly."""
    sections = sung_sections(plan)
    first = sections[0].first_bar * plan.beats
    last = (sections[-1].first_bar + sections[-1].bars) * plan.beats
    beats = np.linspace(first, last, lines, endpoint=False)
    return np.asarray([plan.seconds(float(round(beat))) for beat in beats])


def to_lrc(song: Song, plan: Plan, lyric: Lyric) -> str:
    """The words as an .lrc file with its head and a credit line, as players know them."""
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in lyric.lines[0])
    credit = f"作词 : {song.artist}" if chinese else f"Lyrics by: {song.artist}"
    head = [f"[ti:{song.title}]", f"[ar:{song.artist}]", f"[al:{song.album}]", f"[00:00.00]{credit}"]
    body = [
        f"[{int(time // 60):02d}:{time % 60:05.2f}]{line}"
        for time, line in zip(line_times(plan, len(lyric.lines)), lyric.lines, strict=True)
    ]
    return "\n".join(head + body) + "\n"


def to_text(lyric: Lyric) -> str:
    """The words alone, one line a line, a blank line in the middle."""
    half = (len(lyric.lines) + 1) // 2
    return "\n".join([*lyric.lines[:half], "", *lyric.lines[half:]]) + "\n"
