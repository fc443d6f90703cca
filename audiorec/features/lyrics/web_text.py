"""Lyrics as web pages and subtitle files hold them, turned into LRC or plain text: entities, page furniture, cues.

It knows the furniture of the pages that it has seen; TTML is read as lines without times of words.
"""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"</?(?:i|b|u|em|strong|span|p|div|font|a|c|v|ruby|rt|lang)(?:[ .][^<>\n]*)?/?>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_HEADER = re.compile(r"\A\s*\d+ Contributors?.{0,200}? Lyrics(?=\[|\n|$)", re.DOTALL)
_FURNITURE = re.compile(
    r"See .{1,80}? Live\s?Get tickets as low as \$?\d+|See [^\n]{1,80}?LiveGet tickets as low as \$?\d+"
    r"|You might also like(?=\[|\n|[A-Z]|$)"
)
_EMBED = re.compile(r"\d*Embed\s*\Z")
_CUE = re.compile(r"^\s*(?:(\d{1,2}):)?(\d{2}):(\d{2})[.,](\d{3})\s*-->.*$")
_PARAGRAPH = re.compile(r"<p\b([^>]*)>(.*?)</p>", re.DOTALL | re.IGNORECASE)
_BEGIN = re.compile(r'\bbegin="(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)s?"')


def plain_lyrics(text: str) -> str:
    """LRC or plain text of whatever a page, a subtitle file or a player left; other text comes back as it was."""
    if "<tt" in text[:2000] and "</p>" in text:
        text = _ttml(text)
    elif "-->" in text:
        text = _subtitles(text)
    text = _BREAK.sub("\n", text)
    text = _TAG.sub("", html.unescape(text) if "&" in text else text)
    return _EMBED.sub("", _FURNITURE.sub("\n", _HEADER.sub("", text)))


def _subtitles(text: str) -> str:
    """SRT and VTT: each line under a cue gets its time; numbers, notes and styles in between go."""
    lines: list[str] = []
    stamp = ""
    for line in text.split("\n"):
        cue = _CUE.match(line)
        if cue:
            minutes = int(cue[1] or 0) * 60 + int(cue[2])
            stamp = f"[{minutes:02d}:{cue[3]}.{cue[4]}]"
        elif not line.strip():
            stamp = ""
        elif stamp:
            lines.append(stamp + line.strip())
    return "\n".join(lines)


def _ttml(text: str) -> str:
    """The paragraphs of TTML with the times at which they begin."""
    lines = []
    for attributes, body in _PARAGRAPH.findall(text):
        begin = _BEGIN.search(attributes)
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", body)).strip()
        minutes = int(begin[1] or 0) * 60 + int(begin[2] or 0) if begin else 0
        lines.append(f"[{minutes:02d}:{float(begin[3]):06.3f}]{words}" if begin else words)
    return "\n".join(lines)
