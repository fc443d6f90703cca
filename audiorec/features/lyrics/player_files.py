"""Lyrics in files that are no plain text: subtitles, TTML, ASS, UltraStar, QRC, JSON of services; each turned into LRC.

What is none of them comes back as it was. It reads text only: encrypted files of players are no text.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

_CUE = re.compile(
    r"^\s*(?:(\d{1,2}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s*(?:-->.*|,\d{1,2}:\d{2}:\d{2}\.\d{1,3}\s*)$", re.MULTILINE
)
_NOTE = re.compile(r"^[:*FRG] -?\d+ \d+ -?\d+ (.*)$|^-[ \d]*()$", re.MULTILINE)
_PARAGRAPH = re.compile(r"<p\b([^<>]*)>((?:(?!<p\b).)*?)</p>", re.DOTALL | re.IGNORECASE)
_BEGIN = re.compile(r'\bbegin="(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)s?"')
_OTHER_HALF = re.compile(r'<span[^<>]*\brole="x-(?:translation|roman)"[^<>]*>[^<]*</span>', re.DOTALL | re.IGNORECASE)
_BACKING = re.compile(r'(?=<span[^<>]*\brole="x-bg")', re.IGNORECASE)
_QRC = re.compile(r'\bLyricContent="(.*?)"\s*/?>', re.DOTALL)
_DIALOGUE = re.compile(r"^Dialogue:[^,\n]*,\s*(\d+):(\d{2}):(\d{2}\.\d+),(?:[^,\n]*,){7}(.*)$", re.MULTILINE)
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
_TIMED_KEYS = ("syncedLyrics", "lyric", "lrc", "syncLyric", "synced")
_PLAIN_KEYS = ("plainLyrics", "lyrics", "text", "lyrics_body", "content")


def unwrapped(text: str) -> str:
    """The lyrics in such a file, as LRC where it has times."""
    start = text[:2000]
    if "<tt" in start and "</p>" in text:
        return _ttml(text)
    if "LyricContent=" in text and (found := _QRC.search(text)):
        return html.unescape(found[1])
    if "[Events]" in text or "\nDialogue:" in text:
        return _ass(text) or text
    if _CUE.search(text):
        return _subtitles(text)
    if "#BPM:" in start and _NOTE.search(text):
        return _karaoke(text)
    if start.lstrip()[:1] in ("{", "[") and not start.lstrip().startswith('{"t":'):
        return _json(text) or text
    return text


def _stamp(hours: str | None, minutes: str | None, seconds: str | float) -> str:
    return f"[{60 * int(hours or 0) + int(minutes or 0):02d}:{float(seconds):06.3f}]"


def _subtitles(text: str) -> str:
    """SRT and VTT: each line under a cue gets its time; numbers, notes and styles in between go."""
    lines: list[str] = []
    stamp = ""
    for line in text.split("\n"):
        cue = _CUE.match(line)
        if cue:
            stamp = _stamp(cue[1], cue[2], f"{cue[3]}.{cue[4]}")
        elif not line.strip():
            stamp = ""
        elif stamp:
            lines.append(stamp + _OVERRIDE.sub("", line).strip())
    return "\n".join(lines)


def _karaoke(text: str) -> str:
    """UltraStar: a syllable a line with its beat, length and pitch; a dash ends the line."""
    return "".join("\n" if note[1] is None else note[1] for note in _NOTE.finditer(text))


def _ttml(text: str) -> str:
    """The paragraphs of TTML with the times at which they begin."""
    lines = []
    for attributes, body in _PARAGRAPH.findall(text):
        begin = _BEGIN.search(attributes)
        stamp = _stamp(begin[1], begin[2], begin[3]) if begin else ""
        sung = re.sub(r"\s+", " ", _BACKING.sub(" ", _OTHER_HALF.sub("", body)))
        for part in re.split(r"<br\s*/?>", sung, flags=re.IGNORECASE):
            lines.append(stamp + re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", part)).strip())
    return "\n".join(lines)


def _ass(text: str) -> str:
    """The dialogue of SSA and ASS, in nine fields before the words."""
    lines = []
    for hours, minutes, seconds, words in _DIALOGUE.findall(text):
        for part in re.split(r"\\[Nn]", _OVERRIDE.sub("", words)):
            lines.append(_stamp(hours, minutes, seconds) + part.strip())
    return "\n".join(lines)


def _json(text: str) -> str:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return _text_in(found, 0)


def _text_in(found: Any, depth: int) -> str:
    """Lyrics inside a service's answer: timed before plain ones, or a list of lines with times."""
    if depth > 6:
        return ""
    if isinstance(found, str):
        return found
    if isinstance(found, list):
        return "\n".join(line for one in found if (line := _line(one)))
    if isinstance(found, dict):
        for key in (*_TIMED_KEYS, *_PLAIN_KEYS, "lines", "message", "body", "data", "result"):
            if found.get(key) and (text := _text_in(found[key], depth + 1)):
                return text
    return ""


def _line(one: Any) -> str:
    """One line of a list: {"text": words, "time": {"total": seconds}} or {"words": ..., "startTimeMs": ...}."""
    if not isinstance(one, dict):
        return one if isinstance(one, str) else ""
    words = next((one[key] for key in ("text", "words", "line", "x") if isinstance(one.get(key), str)), "")
    at = one.get("time", one.get("startTimeMs"))
    if isinstance(at, dict):
        at = at.get("total")
    elif "startTimeMs" in one:
        at = float(at) / 1000.0 if isinstance(at, int | float) or (isinstance(at, str) and at.isdecimal()) else None
    return (_stamp(None, None, at) if isinstance(at, int | float) and 0 <= at < 36_000 else "") + words
