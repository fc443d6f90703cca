"""What one line feels: the record that the Chinese and English scorers fill and the song's course reads.

It holds numbers only; how they come about is in `sentiment` and `english`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FeltWord:
    """A word that carries feeling: its polarity in context (negation and degree applied), its index in EMOTIONS."""

    word: str
    value: float
    intensity: float
    emotion: int


@dataclass(frozen=True)
class Feeling:
    """The feeling of one line.

    polarity: -1..1; intensity: 0..1, the strongest word; words: what it comes from; tokens: all words of the line;
    negations, question, exclamation, first_person, second_person: what else the line shows.
    """

    text: str
    polarity: float
    intensity: float
    words: tuple[FeltWord, ...]
    tokens: tuple[str, ...]
    negations: int = 0
    question: bool = False
    exclamation: bool = False
    first_person: bool = False
    second_person: bool = False

    @property
    def count(self) -> int:
        """Words in the line."""
        return len(self.tokens)

    @property
    def known(self) -> bool:
        """Whether any word of the line is in a lexicon."""
        return bool(self.words)


def squash(total: float, scale: float = 1.0) -> float:
    """Sum of polarities to -1..1: one strong word gives about half, three give most.

    >>> round(squash(0.0), 3), squash(50.0) > 0.99
    (0.0, True)
    """
    return float(total / (total * total + scale) ** 0.5)
