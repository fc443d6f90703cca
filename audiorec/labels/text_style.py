"""How a song text is written, whatever it says: lengths, repetition, rhyme, punctuation, persons and tenses.

English function words carry most of it; other languages are described by what needs no words. All numbers are shares or
logarithms, so that long and short texts compare. Which words feel how is the business of `features/lyrics`.
"""

import math
import re

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]*)?")
# Marks and sounds, counted a word.
_MARKS = (r"in'\b", "!", r"\?", ",", r"[()]", r"\.", '"', r"\b[A-Z]{2,}\b", r"\b(?:ooh|oh|yeah|la|hey|na|whoa|baby)\b")
# Kinds of function words, counted a word.
_KINDS = (
    "i me my mine i'm i'll i've i'd", "you your you're yours you'll", "we us our we're let's",
    "he she him her his they them their", "the a an this that", "and but or so",
    "not no never nothing don't can't won't ain't",
    "was were had did been used", "will i'll you'll gonna shall", "is are am it's there's", "in on at of from with to",
)  # fmt: skip
_KIND_SETS = tuple(frozenset(words.split()) for words in _KINDS)


def manner(text: str) -> NDArray[np.float64]:
    """Numbers of a text, float64 [31]; zeros for one without words."""
    words = _WORD.findall(text)
    if not words:
        return np.zeros(11 + len(_MARKS) + len(_KINDS))
    every = text.splitlines()
    lines = [line for line in every if line.strip()]
    low = [word.lower() for word in words]
    marks = [len(re.findall(mark, text)) / len(words) for mark in _MARKS]
    kinds = [sum(word in kind for word in low) / len(words) for kind in _KIND_SETS]
    return np.array([*_sizes(words, every, lines), *_returns(low, lines), *marks, *kinds])


def _sizes(words: list[str], every: list[str], lines: list[str]) -> list[float]:
    """Log words, log lines, share of blank lines, length of words (mean, spread, long ones) and of lines."""
    of_words = np.array([len(word) for word in words])
    of_lines = np.array([len(line.split()) for line in lines])
    blank = 1.0 - len(lines) / len(every)
    sizes = [math.log(len(words)), math.log1p(len(lines)), blank, of_words.mean(), of_words.std()]
    return [*sizes, (of_words >= 7).mean(), of_lines.mean(), of_lines.std()]


def _returns(low: list[str], lines: list[str]) -> list[float]:
    """Rhyme with the last line or the one before, share of different words, share of different lines."""
    ends = [(_WORD.findall(line.lower()) or [""])[-1][-3:] for line in lines]
    pairs = [*zip(ends, ends[1:], strict=False), *zip(ends, ends[2:], strict=False)]
    rhyme = sum(one == other for one, other in pairs) / max(len(lines), 1)
    return [rhyme, len(set(low)) / len(low), len(set(lines)) / len(lines)]
