"""Scales, chords and the grammar that strings chords together.

A chord is named by the scale degree of its root (0 = tonic). It does not know rhythm.
"""

import numpy as np

SCALES: dict[str, tuple[int, ...]] = {
    "ionian": (0, 2, 4, 5, 7, 9, 11),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "aeolian": (0, 2, 3, 5, 7, 8, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
}

# Which degree may follow which, with weights: common practice and pop for major, loops on i, VI, VII for minor.
_BRIGHT = {
    0: {3: 3, 4: 2, 5: 3, 1: 1},
    1: {4: 3, 3: 1},
    2: {5: 2, 3: 2},
    3: {4: 3, 0: 2, 5: 1},
    4: {5: 2, 0: 2, 3: 2},
    5: {3: 3, 1: 2, 4: 2},
    6: {0: 1},
}
_DARK = {
    0: {5: 3, 6: 3, 3: 2},
    1: {6: 1, 0: 1},
    2: {5: 2, 6: 2},
    3: {6: 2, 4: 1, 5: 2},
    4: {5: 2, 0: 2},
    5: {6: 3, 2: 2, 3: 1},
    6: {5: 2, 2: 1, 3: 1, 0: 1},
}
_BRIGHT_SCALES = ("ionian", "lydian", "mixolydian")


def is_bright(scale: str) -> bool:
    """True for the scales with a major third."""
    return scale in _BRIGHT_SCALES or scale == "major pentatonic"


def pitch(tonic: int, scale: str, degree: int) -> int:
    """The MIDI pitch of a scale degree; degrees run on through the octaves in both directions."""
    steps = SCALES[scale]
    octave, index = divmod(degree, len(steps))
    return tonic + 12 * octave + steps[index]


def chord(tonic: int, scale: str, degree: int, size: int = 3) -> tuple[int, ...]:
    """A chord in root position, built of thirds inside the scale."""
    return tuple(pitch(tonic, scale, degree + 2 * third) for third in range(size))


def near(pitches: tuple[int, ...], centre: int) -> tuple[int, ...]:
    """The same chord with every tone in the octave around `centre`, sorted: smooth voice leading for free."""
    return tuple(sorted(centre - 6 + (tone - centre + 6) % 12 for tone in pitches))


def ladder(tonic: int, scale: str, low: int, high: int) -> list[int]:
    """All pitches of a scale between two MIDI pitches."""
    classes = {(tonic + step) % 12 for step in SCALES[scale]}
    return [tone for tone in range(low, high + 1) if tone % 12 in classes]


def progression(rng: np.random.Generator, scale: str, length: int, start: int, end: int | None) -> list[int]:
    """A walk through the grammar from `start`; the last chord is `end` where one is named."""
    table = _BRIGHT if is_bright(scale) else _DARK
    degrees = [start]
    while len(degrees) < length:
        follow = table[degrees[-1]]
        names = np.array(list(follow))
        weights = np.array(list(follow.values()), dtype=float)
        degrees.append(int(rng.choice(names, p=weights / weights.sum())))
    if end is not None and length > 1:
        degrees[-1] = end
        if degrees[-2] == end:
            degrees[-2] = next(degree for degree in (3, 0, 1) if degree not in (end, *degrees[-3:-2]))
    return degrees
