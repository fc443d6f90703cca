"""From a line of library.toml to a plan: tempo, tonic, intro - A - B - A - outro, and the chords of every half bar.

It does not know which notes the players make of it.
"""

import zlib

import numpy as np

from assets.compose import harmony
from assets.compose.score import Plan, Section, Song

TARGET_SECONDS = 22.5
_HALF_BAR_CHORDS = ("ambient",)


def seed_of(song: Song, what: str = "") -> int:
    """A seed that depends on nothing but the song's path and a word."""
    return zlib.crc32(f"{song.path}|{what}".encode())


def _lengths(total: int) -> list[tuple[str, int]]:
    """Bars of each section for a song of `total` bars."""
    intro = 2 if total >= 10 else 1
    rest = total - intro - 1
    unit = 4 if rest >= 8 else 2
    again = rest - 2 * unit
    outro = 2 if again == 1 else 1
    lengths = [("intro", intro), ("A", unit), ("B", unit), ("A", again if again > 1 else 0), ("outro", outro)]
    return [(name, bars) for name, bars in lengths if bars > 0]


def _chords(
    rng: np.random.Generator, scale: str, bars: int, start: int, end: int | None, slow: bool
) -> tuple[int, ...]:
    """One chord a half bar; slow styles change inside the bar, the others hold a chord for a bar."""
    if slow:
        return tuple(harmony.progression(rng, scale, 2 * bars, start, end))
    return tuple(degree for degree in harmony.progression(rng, scale, bars, start, end) for _ in range(2))


def plan(song: Song) -> Plan:
    """Decide a song. The A section opens on the tonic, the B section elsewhere, the outro rests on the tonic."""
    rng = np.random.default_rng(seed_of(song, "form"))
    voice = song.voice
    tempo = round(float(rng.uniform(*voice.tempo)))
    scale = voice.bright if song.mood == "bright" else voice.dark
    tonic = voice.low + int(rng.integers(0, 6))
    total = max(6, round(TARGET_SECONDS * tempo / (60.0 * voice.beats)))
    lengths = _lengths(total)
    unit = lengths[1][1]
    slow = voice.style in _HALF_BAR_CHORDS
    away = 3 if harmony.is_bright(scale) else 5
    theme = _chords(rng, scale, unit, 0, None, slow)
    other = _chords(rng, scale, unit, away, 4 if harmony.is_bright(scale) else 6, slow)
    sections, bar = [], 0
    for name, bars in lengths:
        source = {"A": theme, "B": other, "intro": theme, "outro": (0, 0)}[name]
        sections.append(Section(name, bar, bars, tuple(np.resize(source, 2 * bars).tolist())))
        bar += bars
    return Plan(song, tempo, tonic, scale, _melody_scale(song, scale), tuple(sections))


def _melody_scale(song: Song, scale: str) -> str:
    """The melody's scale: the artist's pentatonic in the song's mode, or the chords' own scale."""
    if song.voice.melody != "pentatonic":
        return scale
    return "major pentatonic" if harmony.is_bright(scale) else "minor pentatonic"


def chords_of(plan: Plan, section: Section, size: int = 3) -> list[tuple[int, ...]]:
    """The section's chords as MIDI pitches in root position, one a half bar."""
    return [harmony.chord(plan.tonic, plan.scale, degree, size) for degree in section.chords]


def sung_sections(plan: Plan) -> list[Section]:
    """The sections in which the lyrics are sung."""
    return [section for section in plan.sections if section.name in ("A", "B")]
