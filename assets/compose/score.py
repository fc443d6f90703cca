"""What a piece of music is before it sounds: notes, parts, sections and the plan of a song.

Times are in beats, pitches are MIDI numbers. It does not know how anything sounds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

RATE = 44_100
"""Samples a second while sounds are made; the mix is halved to 22,050 at the very end."""

Instrument = Callable[[float, float, float, np.random.Generator], np.ndarray]
"""(frequency in Hz, seconds held, velocity 0..1, rng) -> float64 [samples], release included."""


@dataclass(frozen=True)
class Note:
    """One note: start and length in beats, pitch as a MIDI number, velocity from 0 to 1."""

    start: float
    length: float
    pitch: int
    velocity: float = 0.8


@dataclass(frozen=True)
class Part:
    """One player: an instrument, its notes and its place in the mix (pan -1..1, send to the reverb 0..1)."""

    instrument: Instrument
    notes: tuple[Note, ...]
    gain: float = 0.5
    pan: float = 0.0
    send: float = 0.1
    drive: float = 0.0
    duck: float = 0.0


@dataclass(frozen=True)
class Section:
    """A stretch of whole bars: its name (intro, A, B, outro), first bar, and one chord (scale degree) a half bar."""

    name: str
    first_bar: int
    bars: int
    chords: tuple[int, ...]


@dataclass(frozen=True)
class Voice:
    """What makes an artist recognisable: tempo range, metre, scales for bright and dark songs, instruments."""

    style: str
    tempo: tuple[float, float]
    beats: int
    bright: str
    dark: str
    melody: str
    low: int
    lead: str
    harmony: str
    bass: str
    groove: str


@dataclass(frozen=True)
class Song:
    """One song of the library as it is written in library.toml."""

    artist: str
    album: str
    year: int
    genre: str
    number: int
    title: str
    mood: str
    voice: Voice
    folder: str = field(default="")

    @property
    def path(self) -> str:
        """The file's path under the library folder."""
        return f"{self.artist}/{self.album}/{self.number:02d} {self.title}.mp3"


@dataclass(frozen=True)
class Plan:
    """A song decided but not yet played: tempo (beats a minute), tonic, scales and the sections in order."""

    song: Song
    tempo: float
    tonic: int
    scale: str
    melody_scale: str
    sections: tuple[Section, ...]

    @property
    def beats(self) -> int:
        """Beats in a bar."""
        return self.song.voice.beats

    @property
    def total_beats(self) -> float:
        """Length of the whole song in beats."""
        return float(sum(section.bars for section in self.sections) * self.beats)

    def seconds(self, beat: float) -> float:
        """The time of a beat."""
        return beat * 60.0 / self.tempo
