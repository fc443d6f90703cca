"""Heavy music: two distorted guitars with the same riff, bass under them, fast drums, a lead over the B section."""

import numpy as np

from assets.compose import drums, form, harmony
from assets.compose.instruments import INSTRUMENTS
from assets.compose.melody import Range, phrase
from assets.compose.score import Note, Part, Plan

# A riff's half bar (two beats): (start, length, open); open strikes ring as power chords, others are palm-muted.
_RIFFS = {
    "gallop": ((0, 0.5, 1), (0.5, 0.25, 0), (0.75, 0.25, 0), (1, 0.5, 0), (1.5, 0.25, 0), (1.75, 0.25, 0)),
    "blast": tuple((0.25 * i, 0.25, i in (0, 3)) for i in range(8)),
    "heavy": ((0, 0.75, 1), (0.75, 0.25, 0), (1, 0.5, 0), (1.5, 0.5, 1)),
}
_TUNES = {
    "gallop": ((0.5, 0.5, 1, 0.5, 0.5, 1), (1, 0.5, 0.5, 2), (0.5,) * 8),
    "blast": ((2, 2), (1, 1, 1, 1), (1.5, 0.5, 2)),
    "heavy": ((1.5, 0.5, 1, 1), (1, 1, 2), (2, 1, 0.5, 0.5)),
}


def _kit(plan: Plan) -> tuple[Part, ...]:
    """Double kick or blast beat, snare, hats or cymbals, a crash at each section."""
    groove = plan.song.voice.groove
    kicks, snares, hats, crashes = [], [], [], []
    for section in plan.sections:
        begin, end = section.first_bar * 4, (section.first_bar + section.bars) * 4
        if section.name != "intro":
            crashes.append(Note(begin, 2.0, 60, 0.8))
        if section.name == "outro":
            kicks.append(Note(begin, 0.25, 36, 0.9))
            continue
        for beat in range(begin, end):
            if section.name == "intro":
                hats.append(Note(beat, 0.25, 60, 0.6))
                continue
            fast = groove == "blast" or (groove == "gallop" and section.name == "B")
            step = 0.25 if fast else 0.5
            kicks += [Note(beat + step * i, 0.2, 36, 0.85) for i in range(round(1 / step))]
            if groove == "blast":
                snares.append(Note(beat + 0.5, 0.2, 40, 0.75))
            elif (beat % 4 == 2) if groove == "heavy" else (beat % 2 == 1):
                snares.append(Note(beat, 0.2, 40, 0.95))
            hats += [Note(beat + 0.5 * i, 0.2, 60, 0.7 if i == 0 else 0.5) for i in range(2)]
        snares += [Note(end - 1 + 0.25 * i, 0.2, 40, 0.6 + 0.1 * i) for i in range(4)]
    return (
        Part(drums.metal_kick, tuple(kicks), 0.55, 0.0, 0.02),
        Part(drums.snare, tuple(snares), 0.75, 0.0, 0.15),
        Part(drums.hat, tuple(hats), 0.5, -0.3, 0.05),
        Part(drums.crash, tuple(crashes), 0.3, 0.3, 0.2),
    )


def _riff(plan: Plan, root: int, beat: float, name: str) -> list[Note]:
    """Half a bar of riff on a root: muted strokes on the low string, open power chords."""
    low = 35 + (root - 35) % 12
    pedal = 35 + (plan.tonic - 35) % 12
    notes = []
    for start, length, loud in _RIFFS[plan.song.voice.groove] if name != "outro" else ((0, 2.0, 1),):
        if loud:
            notes += [Note(beat + start, 0.95 * length, low + step, 0.9) for step in (0, 7, 12)]
        else:
            notes.append(Note(beat + start, 0.8 * length, pedal if name == "A" else low, 0.5))
    return notes


def arrange(plan: Plan, rng: np.random.Generator) -> tuple[Part, ...]:
    """All parts of a heavy song."""
    voice = plan.song.voice
    riff, bass, lead = [], [], []
    ladder = tuple(harmony.ladder(plan.tonic, plan.melody_scale, plan.tonic + 22, plan.tonic + 40))
    for section in plan.sections:
        chords, first = form.chords_of(plan, section), section.first_bar * 4.0
        for half, tones in enumerate(chords):
            beat = first + 2 * half
            riff += _riff(plan, tones[0], beat, section.name)
            if section.name != "intro":
                low = 28 + (tones[0] - 28) % 12
                bass += [Note(beat + 0.5 * i, 0.45, low, 0.8) for i in range(4)]
        if section.name in ("A", "B"):
            seed = form.seed_of(plan.song, section.name)
            span = Range(ladder, 2.0 if section.name == "A" else 5.0)
            lead += phrase(np.random.default_rng(seed), chords, _TUNES[voice.groove], span, first)
    twin = tuple(Note(n.start, n.length, ladder[min(len(ladder) - 1, ladder.index(n.pitch) + 2)], 0.7) for n in lead)
    return (
        Part(INSTRUMENTS["guitar"], tuple(riff), 0.36, -0.4, 0.06, drive=14.0),
        Part(INSTRUMENTS["guitar"], tuple(riff), 0.36, 0.4, 0.06, drive=12.0),
        Part(INSTRUMENTS[voice.bass], tuple(bass), 0.8, 0.0, 0.0),
        Part(INSTRUMENTS[voice.lead], tuple(lead), 0.38, 0.1, 0.25, drive=5.0),
        *((Part(INSTRUMENTS[voice.harmony], twin, 0.18, -0.2, 0.25, drive=5.0),) if voice.groove != "blast" else ()),
        *_kit(plan),
    )
