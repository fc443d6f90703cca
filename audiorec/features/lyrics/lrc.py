"""Read timed lyrics: LRC in its many dialects, and plain text as lines without a time.

Several stamps a line, offset tags, word-level stamps in angle or square brackets, and the [ms,ms] dialects of Chinese
players.
It does not know who sings or what a line means; credits and section marks are the business of `parts`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from audiorec.features.lyrics.web_text import plain_lyrics

_STAMP = re.compile(r"\[\s*(?:(\d{1,2}):)?(\d{1,3})\s*:\s*(\d{1,2})(?:[.:,]\s*(\d{1,3}))?\s*\]")
_WORD_STAMP = re.compile(
    r"<\s*(?:\d{1,2}:)?\d{1,3}\s*:\s*\d{1,2}(?:[.:]\d{1,3})?\s*>|<\d+,\d+(?:,\d+)?>|\(\d+,\d+(?:,\d+)?\)"
)
_VOICE = re.compile(r"^(?:v\d|[MFDmfd])\s*:\s*(?=<)|^(?:v\d)\s*:\s*")
_LYS = re.compile(r"^\[\d\](?=.*\((\d+),\d+\))")  # part of the screen, and the time of the first word
_BACKING = re.compile(r"^\s*\[bg:\s*(.*?)\]?\s*$")
_SPAN_STAMP = re.compile(r"^\s*\[(\d+),(\d+)\]")
_ID_TAG = re.compile(
    r"^\s*\[(ti|ar|al|au|by|re|ve|offset|length|la|id|kana|hash|sign|qq|total|language|tool|encoding|lr|t_time)"
    r"\s*[:：]([^\]]*)\]?\s*$",
    re.IGNORECASE,
)
_SYLLABLES_APART = 1.2  # seconds: closer stamps inside a line are word-level, farther ones a lost line break


@dataclass(frozen=True)
class TimedLine:
    """One line of lyrics; start in seconds, None where the source has no times."""

    start: float | None
    text: str


@dataclass(frozen=True)
class TimedLyrics:
    """Lines in singing order and the ID tags (ti, ar, al, by ...) in lower case."""

    lines: tuple[TimedLine, ...]
    tags: dict[str, str]

    @property
    def timed(self) -> bool:
        """Whether any line has a time."""
        return any(line.start is not None for line in self.lines)


def parse_lrc(text: str) -> TimedLyrics:
    """Parse LRC or plain text; malformed stamps stay in the text only where they cannot be told from words.

    A line with several stamps is repeated at each of them; lines come out sorted by time when they have one.
    A positive offset tag (milliseconds) makes lines earlier, as players do. Empty lines are kept in plain text only.
    """
    tags: dict[str, str] = {}
    lines: list[TimedLine] = []
    for raw in plain_lyrics(text).split("\n"):
        tag = _ID_TAG.match(raw)
        if tag:
            tags.setdefault(tag[1].lower(), tag[2].strip())
            continue
        lines.extend(_one_line(raw))
    shifted = _in_order(lines, _offset_seconds(tags.get("offset", "")))
    return TimedLyrics(tuple(shifted), tags)


def _one_line(raw: str) -> list[TimedLine]:
    text = raw.strip().strip("\u200b\ufeff")
    if "[" not in text and not text.startswith("{"):
        return [TimedLine(None, _plain(text))]
    backing = _BACKING.match(text)
    text = backing[1] if backing else text
    if text.startswith('{"t":'):
        return _json_line(text)
    if lys := _LYS.match(text):
        return [TimedLine(int(lys[1]) / 1000.0, _plain(text[lys.end() :]))]
    span = _SPAN_STAMP.match(text)
    if span:
        return [TimedLine(int(span[1]) / 1000.0, _plain(text[span.end() :]))]
    stamps, rest = _leading_stamps(text)
    pieces = _inner_pieces(rest, stamps[-1] if stamps else None)
    first = [TimedLine(start, pieces[0].text) for start in stamps] or [TimedLine(pieces[0].start, pieces[0].text)]
    return first + pieces[1:]


def _leading_stamps(text: str) -> tuple[list[float], str]:
    stamps: list[float] = []
    match = _STAMP.match(text)
    while match:
        stamps.append(_seconds(match))
        text = text[match.end() :].lstrip()
        match = _STAMP.match(text)
    return stamps, text


def _inner_pieces(text: str, start: float | None) -> list[TimedLine]:
    """Split at stamps inside a line: close ones are word-level and vanish, distant ones were line breaks once."""
    pieces = [TimedLine(start, "")]
    position, moment = 0, start
    for match in _STAMP.finditer(text):
        part = text[position : match.start()]
        pieces[-1] = TimedLine(pieces[-1].start, pieces[-1].text + part)
        now = _seconds(match)
        apart = moment is None or now - moment > _SYLLABLES_APART or now < moment
        if apart and len(part.strip()) > 1 and pieces[-1].text.strip():
            pieces.append(TimedLine(now, ""))
        position, moment = match.end(), now
    pieces[-1] = TimedLine(pieces[-1].start, pieces[-1].text + text[position:])
    return [TimedLine(piece.start, _plain(piece.text)) for piece in pieces]


def _plain(text: str) -> str:
    """Without word-level stamps and doubled spaces."""
    return re.sub(r"[ \t\u3000]+", " ", _WORD_STAMP.sub("", _VOICE.sub("", text.strip()))).strip()


def _seconds(match: re.Match[str]) -> float:
    hours, minutes, seconds, fraction = match.groups()
    if hours and fraction is None:  # [mm:ss:cc], as old players wrote it; hours come with a fraction only
        hours, minutes, seconds, fraction = None, hours, minutes, seconds
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + (int(fraction) / 10 ** len(fraction) if fraction else 0.0)


def _json_line(text: str) -> list[TimedLine]:
    """A line of the JSON dialect: {"t": milliseconds, "c": [{"tx": words}, ...]}; anything else is dropped."""
    try:
        data = json.loads(text)
        words = "".join(str(piece.get("tx", "")) for piece in data.get("c", []))
        return [TimedLine(float(data["t"]) / 1000.0, _plain(words))]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _offset_seconds(value: str) -> float:
    match = re.fullmatch(r"\s*([+-]?\d{1,7})\s*", value)
    return int(match[1]) / 1000.0 if match else 0.0


def _in_order(lines: list[TimedLine], offset: float) -> list[TimedLine]:
    """Timed lines by time with the offset taken off (never below 0); untimed lines stay only if nothing is timed."""
    timed = [line for line in lines if line.start is not None]
    if not timed:
        return [TimedLine(None, line.text) for line in lines]
    # Untimed text in a timed file is a continuation or a credit: it keeps the time of the line before it.
    result, last = [], 0.0
    for line in lines:
        last = line.start if line.start is not None else last
        if line.text or line.start is not None:
            result.append(TimedLine(max(0.0, last - offset), line.text))
    return sorted(result, key=lambda line: line.start or 0.0)
