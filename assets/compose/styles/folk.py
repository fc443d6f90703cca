"""Plucked music in three or six: bass on the beat, picked chords, a pentatonic tune, hands on a drum."""

import numpy as np

from assets.compose import drums, form, harmony
from assets.compose.instruments import INSTRUMENTS
from assets.compose.melody import Range, phrase
from assets.compose.score import Note, Part, Plan

# Rhythms fill a bar of three beats (a waltz) or of six (eighths of a 6/8 bar).
_RHYTHMS = {
    "waltz": ((1, 0.5, 0.5, 1), (2, 1), (1, 1, 0.5, 0.5), (1.5, 0.5, 1)),
    "lilt": ((2, 1, 3), (3, 2, 1), (1, 1, 1, 2, 1), (2, 1, 2, 1)),
    "jig": ((1, 1, 1, 1, 1, 1), (2, 1, 1, 1, 1), (2, 1, 2, 1), (1, 1, 1, 3)),
}


def _picking(plan: Plan, tones: tuple[int, ...], beat: float) -> list[Note]:
    """A bar of picked chord tones: um-pah-pah for the waltz, rolling eighths for six."""
    upper = harmony.near(tones, 60)
    if plan.beats == 3:
        up = [Note(beat + at, 0.9, tone, 0.5) for at in (1.0, 2.0) for tone in upper[1:]]
        return [
            *up,
            Note(beat + 0.5, 0.5, upper[0], 0.4),
            Note(beat + 1.5, 0.5, upper[0], 0.4),
            Note(beat + 2.5, 0.5, upper[0], 0.4),
        ]
    order = (0, 1, 2, 1, 2, 1) if plan.song.voice.groove == "lilt" else (0, 2, 1, 0, 2, 1)
    return [Note(beat + i, 1.6, upper[k], 0.6 if i % 3 == 0 else 0.45) for i, k in enumerate(order)]


def _percussion(plan: Plan) -> tuple[Part, ...]:
    """A frame drum on the strong beats and a shaker between, from the first A on; none for the waltz but soft taps."""
    drum, seeds = [], []
    for section in plan.sections[1:-1]:
        for bar in range(section.first_bar, section.first_bar + section.bars):
            beat = float(bar * plan.beats)
            if plan.beats == 3:
                drum.append(Note(beat, 1.0, 40, 0.5))
                continue
            drum += [Note(beat, 1.0, 40, 0.8), Note(beat + 3, 1.0, 40, 0.55), Note(beat + 5, 1.0, 40, 0.35)]
            if plan.song.voice.groove == "jig" or section.name == "B":
                seeds += [Note(beat + i, 0.5, 60, 0.6 if i % 3 == 0 else 0.35) for i in range(6)]
    return (
        Part(drums.frame_drum, tuple(drum), 0.24, -0.1, 0.15),
        Part(drums.shaker, tuple(seeds), 0.4, 0.35, 0.1),
    )


def arrange(plan: Plan, rng: np.random.Generator) -> tuple[Part, ...]:
    """All parts of a folk tune."""
    voice, beats = plan.song.voice, plan.beats
    bass, picked, lead, second = [], [], [], []
    ladder = tuple(harmony.ladder(plan.tonic, plan.melody_scale, plan.tonic + 17, plan.tonic + 36))
    for section in plan.sections:
        chords, first = form.chords_of(plan, section), float(section.first_bar * beats)
        for bar, tones in enumerate(chords[::2]):
            low = 36 + (tones[0] - 36) % 12
            beat = first + bar * beats
            bass.append(Note(beat, beats / 2, low, 0.75))
            if section.name != "intro" and beats == 6:
                bass.append(Note(beat + 3, 2.5, low + 7, 0.6))
            if section.name != "outro":
                picked += _picking(plan, tones, beat)
        if section.name in ("A", "B"):
            seed = form.seed_of(plan.song, section.name)
            span = Range(ladder, 2.0 if section.name == "A" else 4.0)
            tune = phrase(np.random.default_rng(seed), chords, _RHYTHMS[voice.groove], span, first)
            lead += tune
            if section.name == "B":
                second += [Note(n.start, n.length, ladder[max(0, ladder.index(n.pitch) - 2)], 0.5) for n in tune]
    end = plan.total_beats - beats
    last = harmony.near(form.chords_of(plan, plan.sections[-1])[0], 60)
    picked += [Note(end + 0.12 * i, beats, tone, 0.6) for i, tone in enumerate(last)]
    lead.append(Note(end, float(beats), plan.tonic + 24, 0.8))
    return (
        Part(INSTRUMENTS[voice.bass], tuple(bass), 0.42, 0.0, 0.08),
        Part(INSTRUMENTS[voice.harmony], tuple(picked), 0.5, -0.35, 0.15),
        Part(INSTRUMENTS[voice.lead], tuple(lead), 0.8, 0.25, 0.2),
        Part(INSTRUMENTS["sung" if voice.groove != "jig" else "nylon"], tuple(second), 0.4, 0.0, 0.35),
        *_percussion(plan),
    )
