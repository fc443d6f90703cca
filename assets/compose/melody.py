"""Melodies from motifs: a rhythm and a contour are stated, repeated over new chords, varied, and brought home.

It does not know instruments.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assets.compose.score import Note

Rhythm = Sequence[float]
"""Lengths in beats that fill one bar; a negative length is a rest."""


@dataclass(frozen=True)
class Range:
    """The pitches a melody may use (rising) and how far its arch rises above the middle, in ladder steps."""

    pitches: tuple[int, ...]
    arch: float = 3.0


def contour(rng: np.random.Generator, length: int) -> list[int]:
    """Ladder steps from note to note: mostly steps, now and then a leap that turns back."""
    moves: list[int] = []
    for _ in range(length):
        if moves and abs(moves[-1]) > 1:
            moves.append(-int(np.sign(moves[-1])))
        else:
            moves.append(int(rng.choice([-3, -2, -1, 0, 1, 2, 3], p=[0.04, 0.1, 0.29, 0.1, 0.31, 0.11, 0.05])))
    return moves


def _snap(index: int, pitches: Sequence[int], classes: set[int]) -> int:
    """The ladder index nearest to `index` whose pitch belongs to the chord."""
    inside = [i for i, tone in enumerate(pitches) if tone % 12 in classes]
    return min(inside, key=lambda i: (abs(i - index), i)) if inside else index


def _pull(index: int, target: float, step: int) -> int:
    """A step that would run away from the arch by more than four ladder steps turns round."""
    return -step if abs(index + step - target) > 4 and abs(index + step - target) > abs(index - target) else step


def phrase(
    rng: np.random.Generator,
    chords: Sequence[tuple[int, ...]],
    rhythms: Sequence[Rhythm],
    span: Range,
    first_beat: float,
) -> list[Note]:
    """A melody of one bar a pair of chords (two chords a bar): motif of two bars, repeats, a long last note."""
    bars = len(chords) // 2
    picks = [rhythms[int(i)] for i in rng.choice(len(rhythms), size=2, replace=len(rhythms) < 2)]
    shapes = [contour(rng, len(rhythm)) for rhythm in picks]
    middle = len(span.pitches) // 2
    notes: list[Note] = []
    index, beat = middle, first_beat
    for bar in range(bars):
        target = middle + span.arch * np.sin(np.pi * (bar + 0.5) / bars)
        rhythm, shape = picks[bar % 2], list(shapes[bar % 2])
        if bar >= 2 and rng.random() < 0.4:
            shape[-1] = -shape[-1]
        length = sum(abs(value) for value in rhythm)
        index = round(0.5 * index + 0.5 * target)
        if bar == bars - 1:
            rhythm, shape = (length / 4, length / 4, length / 2), [1, -1, -1]
        place = 0.0
        for value, step in zip(rhythm, shape, strict=True):
            classes = {tone % 12 for tone in chords[2 * bar + (place >= length / 2)]}
            index = int(np.clip(index + _pull(index, target, step), 0, len(span.pitches) - 1))
            if place % (length / 2) == 0 or value >= length / 2:
                index = _snap(index, span.pitches, classes)
            if value > 0:
                strength = 0.9 if place == 0 else 0.75 + 0.08 * float(rng.random())
                notes.append(Note(beat + place, 0.95 * value, span.pitches[index], round(strength, 2)))
            place += abs(value)
        beat += length
    return notes
