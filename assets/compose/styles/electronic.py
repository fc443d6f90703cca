"""Dance music: four on the floor, basses off the beat, arpeggios, a lead in A and B."""

import numpy as np

from assets.compose import drums, form, harmony
from assets.compose.instruments import INSTRUMENTS
from assets.compose.melody import Range, phrase
from assets.compose.score import Note, Part, Plan

_RHYTHMS = {
    "chip": ((0.5, 0.5, 0.5, 0.5, 1, 0.5, 0.5), (0.75, 0.75, 0.5, 0.5, 0.5, 1), (0.5, 1, 0.5, 0.5, 0.5, 0.5, 0.5)),
    "house": ((-0.5, 1, 0.5, -0.5, 1.5), (0.75, 0.75, 1.5, -1), (1.5, 0.5, 1, 1), (-1, 0.5, 0.5, 1, 1)),
    "trance": ((1.5, 1.5, 1), (0.75, 0.75, 0.5, 2), (1, 1, 0.5, 0.5, 1), (2, 1.5, 0.5)),
}


def _drums(plan: Plan) -> tuple[Part, ...]:
    """Kick on every beat, clap on two and four, hats between; the intro has only the kick, the outro only hats."""
    kicks, claps, hats = [], [], []
    for section in plan.sections:
        for beat in range(section.first_bar * 4, (section.first_bar + section.bars) * 4):
            if section.name != "outro" or beat % 4 == 0:
                kicks.append(Note(beat, 0.25, 36, 0.95))
            if section.name in ("A", "B") and beat % 2 == 1:
                claps.append(Note(beat, 0.25, 40, 0.8))
            if section.name != "intro" or beat % 8 >= 4:
                hats.append(Note(beat + 0.5, 0.25, 60, 0.8))
                if section.name == "B":
                    hats += [Note(beat + 0.25, 0.25, 60, 0.4), Note(beat + 0.75, 0.25, 60, 0.5)]
    chip = plan.song.voice.groove == "chip"
    return (
        Part(drums.kick, tuple(kicks), 0.5, 0.0, 0.0, duck=-1.0),
        Part(drums.chip_snare if chip else drums.clap, tuple(claps), 0.85, 0.05, 0.1),
        Part(
            drums.chip_hat if chip else drums.hat if plan.song.voice.groove == "trance" else drums.open_hat,
            tuple(hats),
            0.4,
            -0.2,
            0.03,
        ),
    )


def _bass(plan: Plan, root: int, beat: float) -> list[Note]:
    """Half a bar of bass: octaves for chips, off-beats for house, rolling sixteenths for trance."""
    low = 33 + (root - 33) % 12
    if plan.song.voice.groove == "chip":
        return [Note(beat + 0.5 * i, 0.42, low + 12 * (i % 2), 0.8) for i in range(4)]
    if plan.song.voice.groove == "house":
        return [
            Note(beat + 0.5, 0.45, low, 0.9),
            Note(beat + 1.5, 0.3, low, 0.8),
            Note(beat + 1.75, 0.2, low + 12, 0.6),
        ]
    return [Note(beat + 0.25 * i, 0.22, low, 0.7 + 0.1 * (i % 2)) for i in range(8) if i % 4]


def _arpeggio(tones: tuple[int, ...], beat: float, centre: int) -> list[Note]:
    """Half a bar of sixteenths up and down a chord."""
    up = [*harmony.near(tones, centre), harmony.near(tones, centre)[0] + 12]
    order = (0, 1, 2, 3, 2, 1, 2, 3)
    return [Note(beat + 0.25 * i, 0.2, up[order[i]], 0.75 if i % 4 == 0 else 0.55) for i in range(8)]


def arrange(plan: Plan, rng: np.random.Generator) -> tuple[Part, ...]:
    """All parts of a dance track."""
    voice = plan.song.voice
    bass, arp, pad, lead = [], [], [], []
    ladder = tuple(harmony.ladder(plan.tonic, plan.melody_scale, plan.tonic + 19, plan.tonic + 38))
    for section in plan.sections:
        chords, first = form.chords_of(plan, section), section.first_bar * 4.0
        for half, tones in enumerate(chords):
            beat = first + 2 * half
            if section.name != "intro":
                bass += _bass(plan, tones[0], beat)
            if section.name != "outro":
                arp += _arpeggio(tones, beat, plan.tonic + 24)
            stab = (0.5, 1.5) if voice.groove == "house" else (0.0,)
            for at in stab:
                pad += [Note(beat + at, 0.4 if len(stab) > 1 else 1.9, tone, 0.7) for tone in harmony.near(tones, 60)]
        if section.name in ("A", "B"):
            seed = form.seed_of(plan.song, section.name)
            span = Range(ladder, 2.0 if section.name == "A" else 4.0)
            lead += phrase(np.random.default_rng(seed), chords, _RHYTHMS[voice.groove], span, first)
    lead.append(Note(plan.total_beats - 4, 3.0, ladder[len(ladder) // 2] // 12 * 12 + plan.tonic % 12, 0.8))
    return (
        *_drums(plan),
        Part(INSTRUMENTS[voice.bass], tuple(bass), 0.32 if voice.groove == "chip" else 0.85, 0.0, 0.0, duck=0.6),
        Part(INSTRUMENTS["chip arp"], tuple(arp), 0.32, 0.35, 0.15, duck=0.3),
        Part(INSTRUMENTS[voice.harmony], tuple(pad), 0.34, -0.3, 0.25, duck=0.8),
        Part(INSTRUMENTS[voice.lead], tuple(lead), 0.3 if voice.groove == "trance" else 0.45, 0.0, 0.25, duck=0.3),
    )
