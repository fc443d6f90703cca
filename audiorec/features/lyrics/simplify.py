"""Unify Chinese script: traditional characters become simplified ones, so that one lexicon serves both.

Character and phrase conversion is OpenCC's; it is loaded on the first Chinese line and kept for the process.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

# OpenCC leaves this one alone, since it is also a word of its own; in songs it is nearly always the aspect particle.
_PARTICLE = re.compile("著(?<![名显原巨论拙土昭卓]著)(?![名作称述书])")


@cache
def _converter() -> Any:
    import opencc  # loads its dictionaries from disk: only when a Chinese song comes by

    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """Return text with traditional characters replaced; everything else, simplified text included, stays as it is.

    >>> simplified("愛與夢，看著你")
    '爱与梦，看着你'
    """
    converted = str(_converter().convert(text))
    return _PARTICLE.sub("着", converted) if "著" in converted else converted
