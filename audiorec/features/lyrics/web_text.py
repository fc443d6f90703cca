"""Lyrics as web pages and players leave them, turned into LRC or plain text: entities, tags, page furniture, chords.

It knows the furniture of the pages that it has seen, and no other.
"""

from __future__ import annotations

import html
import re

from audiorec.features.lyrics.player_files import unwrapped

_TAG = re.compile(r"</?(?:i|b|u|em|strong|span|p|div|font|a|c|v|ruby|rt|lang)(?:[ .][^<>\n]*)?/?>", re.IGNORECASE)
_BOARD_TAG = re.compile(r"\[/?(?:b|i|u|s|center|quote|color|size|font|url)(?:=[^\]\n]{0,60})?\]")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_HEADER = re.compile(
    # What a page says of the song ends with "Read More"; without section marks the first line follows at once.
    r"\A\s*\d+ Contributors?.{0,400}? Lyrics(?:[^\n]{0,2000}?Read More\s*)?(?=\[|\n|$|[^\s\w]*[A-Z\u3040-\uffff])",
    re.DOTALL,
)
# Capitals throughout: "I write my lyrics" is sung.
_PAGE_TITLE = re.compile(r"\A(?:\s*(?:\"[^\"\n]{1,80}\" lyrics|(?:[A-Z0-9À-Þ(]\S*[ ]){1,8}Lyrics)[ \t]*(?:\n|\Z)){1,3}")
# Every line begins so: a list of lines, or lines of a dialogue.
_LISTED = re.compile(r"^[ \t]*(?:\d{1,3}[.)]|[-–—•*])[ \t]+(?=\S)", re.MULTILINE)
_FURNITURE = re.compile(
    r"See .{1,80}? Live\s?Get tickets as low as \$?\d+|See [^\n]{1,80}?LiveGet tickets as low as \$?\d+"
    r"|You might also like(?=\[|\n|[A-Z]|$)"
)
_EMBED = re.compile(r"(?:\d[\d.,]*K?)?Embed(?:\s*Share URL\s*Copy\s*Embed\s*Copy)?\s*\Z")
_UNSEEN = re.compile(r"<(script|style)\b(?:(?!<\1).)*?</\1>|<!--(?:(?!<!--).)*?-->", re.DOTALL | re.IGNORECASE)
# ChordPro: {title: ...}, {comment: ...}, {soc}.
_DIRECTIVE = re.compile(r"^\s*\{[a-z_]+(?::[^{}\n]*)?\}\s*$", re.MULTILINE)
_A_CHORD = r"[A-H][#b♯♭]?(?:m|maj|min|dim|aug|sus|add)?\d{0,2}(?:sus\d)?(?:/[A-H][#b]?)?"
_CHORD = re.compile(rf"\[{_A_CHORD}\]")
_CHORD_LINE = re.compile(rf"^[ \t]*{_A_CHORD}(?:[ \t]+{_A_CHORD})+[ \t]*$", re.MULTILINE)


def plain_lyrics(text: str) -> str:
    """LRC or plain text of whatever a page, a subtitle file or a player left; other text comes back as it was."""
    text = unwrapped(text)
    text = _BREAK.sub("\n", _UNSEEN.sub("", text))
    for _ in range(2):  # pages of pages escape twice
        text = html.unescape(text) if "&" in text else text
    text = _FURNITURE.sub("\n", _PAGE_TITLE.sub("", _HEADER.sub("", _TAG.sub("", text))))
    text = _EMBED.sub("", text)
    if "[/" in text:  # of a board
        text = _BOARD_TAG.sub("", text)
    if len(_LISTED.findall(text)) > 3 and all(map(_LISTED.match, filter(str.strip, text.splitlines()))):
        text = _LISTED.sub("", text)
    if "{" in text:
        text = _DIRECTIVE.sub("", text)
    is_sheet = _CHORD.search(text) or sum(1 for _ in _CHORD_LINE.finditer(text)) > 1
    return _CHORD.sub("", _CHORD_LINE.sub("", text)) if is_sheet else text
