"""Slow music without drums: broken chords or drones, long tones, a sparse melody, a large room."""

import numpy as np

from assets.compose import form, harmony
from assets.compose.instruments import INSTRUMENTS
from assets.compose.melody import Range, phrase
from assets.compose.score import Note, Part, Plan

_RHYTHMS = {
    "broken": ((1.5, 0.5, 2), (2, 1, 1), (1, 1, 2), (-1, 1, 2)),
    "drone": ((3, 1), (-1, 3), (2, 2), (4,)),
    "sparse": ((1.5, 0.5, 1, -1), (3, -1), (-0.5, 0.5, 1, 2), (1, 0.5, 0.5, 2)),
}


def _hands(plan: Plan, tones: tuple[int, ...], beat: float) -> list[Note]:
    """Half a bar of accompaniment: broken chords, nothing but the root, or root and fifth."""
    low = 36 + (tones[0] - 36) % 12
    groove = plan.song.voice.groove
    if groove == "drone":
        return [Note(beat, 2.0, low + 12, 0.5)]
    if groove == "sparse":
        return [Note(beat, 2.0, low, 0.55), Note(beat + 1.0, 1.0, low + 7, 0.4)]
    upper = harmony.near(tones, 57)
    line = (low, upper[0], upper[1], upper[2])
    return [Note(beat + 0.5 * i, 1.4, tone, 0.55 if i == 0 else 0.42) for i, tone in enumerate(line)]


def arrange(plan: Plan, rng: np.random.Generator) -> tuple[Part, ...]:
    """All parts of a slow piece."""
    voice = plan.song.voice
    hands, pad, air, lead = [], [], [], []
    ladder = tuple(harmony.ladder(plan.tonic, plan.melody_scale, plan.tonic + 17, plan.tonic + 36))
    for section in plan.sections:
        chords, first = form.chords_of(plan, section, 4), section.first_bar * 4.0
        for half, tones in enumerate(chords):
            beat = first + 2 * half
            if section.name != "outro":
                hands += _hands(plan, tones, beat)
            pad += [Note(beat, 2.0, tone, 0.6) for tone in harmony.near(tones[:3], 58)]
            if section.name == "B":
                air.append(Note(beat, 1.8, harmony.near(tones, 76)[-1], 0.35))
        if section.name in ("A", "B"):
            seed = form.seed_of(plan.song, section.name)
            span = Range(ladder, 1.5 if section.name == "A" else 3.5)
            lead += phrase(np.random.default_rng(seed), chords, _RHYTHMS[voice.groove], span, first)
    last = plan.total_beats - 4
    hands += [Note(last, 4.0, tone, 0.5) for tone in (plan.tonic, plan.tonic + 7, plan.tonic + 12)]
    return (
        Part(INSTRUMENTS[voice.bass], tuple(hands), 0.42, -0.1, 0.35),
        Part(INSTRUMENTS[voice.harmony], tuple(pad), 0.3, 0.0, 0.6),
        Part(INSTRUMENTS["glass"], tuple(air), 0.5, 0.25, 0.8),
        Part(INSTRUMENTS[voice.lead], tuple(lead), 0.55, 0.12, 0.45),
    )
