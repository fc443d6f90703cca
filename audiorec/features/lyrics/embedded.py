"""Take lyrics out of a file's tags: ID3 USLT and SYLT, Vorbis and APE comments, MP4 atoms, ASF attributes.

It reads tags only; which of sidecar and tags counts is decided in `read`.
"""

from __future__ import annotations

import re
from typing import Any

# Names of such a tag without what stands before them (TXXX, an MP4 owner) and without signs; FFmpeg and others add
# three letters of a language.
_NAME = re.compile(
    r"(?:wm)?(?:un)?(?:sync(?:ed|hroni[sz]ed)?)?lyrics?(?:(?:un)?sync(?:ed|hroni[sz]ed)?)?|lyr|uslt|sylt"
    r"|(?:un)?(?:sync(?:ed|hroni[sz]ed)?)?lyrics(?!url)[a-z]{3}"
)
_OWNER = re.compile(r"^(?:txxx|comm|----:[^:]*):", re.IGNORECASE)


def tag_lyrics(tags: Any) -> str | None:
    """Return the longest lyrics text in a mutagen tag mapping (`mutagen.File(...).tags`), or None.

    Synchronised ID3 frames come out as LRC, so that their times survive.
    """
    texts = [text for text in _texts(tags) if text.strip()]
    return max(texts, key=len) if texts else None


def _texts(tags: Any) -> list[str]:
    if tags is None:
        return []
    found: list[str] = []
    for key in list(tags.keys()):
        name = str(key)
        try:
            value = tags[key]
        except (KeyError, ValueError, TypeError):
            continue
        if name.startswith("USLT"):
            found.append(str(getattr(value, "text", "")))
        elif name.startswith("SYLT"):
            found.append(_from_sylt(value))
        elif _NAME.fullmatch(re.sub(r"[\W_]", "", _OWNER.sub("", name).replace("\xa9", "")).lower()):
            found.append(_joined(value))
    return found


def _from_sylt(frame: Any) -> str:
    """A synchronised frame as LRC; its pieces are syllables, and a leading line feed starts a line."""
    lines: list[str] = []
    milliseconds = getattr(frame, "format", 2) == 2
    for text, moment in getattr(frame, "text", []):
        piece = str(text)
        new_line = not lines or piece.startswith(("\n", "\r")) or lines[-1].endswith("\n")
        if new_line:
            stamp = f"[{moment // 60000:02d}:{moment % 60000 / 1000:05.2f}]" if milliseconds else ""
            lines.append(stamp + piece.lstrip("\r\n"))
        else:
            lines[-1] += piece
    whole = [line for line in lines if line.strip()]
    # Writers that put one line into each piece use no line feeds at all: then every piece is a line.
    if len(whole) == 1 and len(getattr(frame, "text", [])) > 1 and max(len(str(t)) for t, _ in frame.text) > 12:
        return "\n".join(f"[{m // 60000:02d}:{m % 60000 / 1000:05.2f}]{t}" for t, m in frame.text)
    return "\n".join(line.rstrip("\n") for line in whole)


def _joined(value: Any) -> str:
    if isinstance(value, (str, bytes)):
        return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
    pieces = getattr(value, "text", value)
    if isinstance(pieces, (list, tuple)):
        return "\n".join(_joined(piece) if isinstance(piece, bytes) else str(piece) for piece in pieces)
    return str(pieces)
