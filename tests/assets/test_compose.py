"""The composer's parts against what theory says: pitches, scales, chords, forms, times."""

from itertools import pairwise

import numpy as np
import pytest

from assets.compose import form, harmony, keys, strings, synths, tones
from assets.compose.library import songs
from assets.compose.lyrics import line_times
from assets.compose.render import parts
from assets.compose.score import RATE, Instrument, Song


def _pitch(sound: np.ndarray, expected: float) -> float:
    """The strongest frequency within a semitone of `expected`, by a long padded transform."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 19))
    places = np.fft.rfftfreq(1 << 19, 1 / RATE)
    near = (places > expected / 1.06) & (places < expected * 1.06)
    return float(places[near][spectrum[near].argmax()])


@pytest.mark.parametrize("instrument", [synths.chip_lead, synths.soft_saw, keys.piano, keys.glass, strings.nylon,
                                        strings.steel, strings.zheng, strings.bass_string])  # fmt: skip
@pytest.mark.parametrize("frequency", [110.0, 440.0])
def test_instruments_are_in_tune(instrument: Instrument, frequency: float) -> None:
    sound = instrument(frequency, 1.5, 0.8, np.random.default_rng(0))
    assert 1200 * abs(np.log2(_pitch(sound, frequency) / frequency)) < 8, "more than eight cents off"


def test_saw_does_not_alias() -> None:
    spectrum = np.abs(np.fft.rfft(tones.saw(1000.0, RATE) * np.hanning(RATE)))
    harmonics = np.zeros(len(spectrum), dtype=bool)
    for k in range(0, 23):
        harmonics[max(0, 1000 * k - 3) : 1000 * k + 4] = True
    assert spectrum[~harmonics][:8000].max() < 0.003 * spectrum.max()


def test_c_major_and_its_chords() -> None:
    assert [harmony.pitch(60, "ionian", degree) for degree in range(8)] == [60, 62, 64, 65, 67, 69, 71, 72]
    assert harmony.chord(60, "ionian", 0) == (60, 64, 67)
    assert harmony.chord(57, "aeolian", 0) == (57, 60, 64)
    assert harmony.near((60, 64, 67), 60) == (55, 60, 64)


def test_progressions_begin_and_end_as_asked_and_never_stand_still() -> None:
    for seed in range(50):
        degrees = harmony.progression(np.random.default_rng(seed), "ionian", 4, 0, 4)
        assert (degrees[0], degrees[-1], len(degrees)) == (0, 4, 4)
        assert all(a != b for a, b in pairwise(degrees))


@pytest.mark.parametrize("song", songs()[::3], ids=lambda song: song.title)
def test_a_song_has_form_changing_chords_and_a_tune_in_its_scale(song: Song) -> None:
    plan = form.plan(song)
    names = [section.name for section in plan.sections]
    assert names[:3] == ["intro", "A", "B"]
    assert names[-1] == "outro"
    assert all(len(set(s.chords)) > 1 for s in plan.sections if s.name == "A")
    lead = max(parts(plan), key=lambda part: np.mean([n.pitch for n in part.notes]) if part.gain > 0.25 and
               part.duck >= 0 and len({n.pitch for n in part.notes}) > 3 else 0)  # fmt: skip
    classes = {(plan.tonic + step) % 12 for step in harmony.SCALES[plan.scale]}
    assert {note.pitch % 12 for note in lead.notes} <= classes
    assert len({note.pitch for note in lead.notes}) >= 4


def test_lyric_lines_come_in_order_inside_the_song() -> None:
    plan = form.plan(songs()[0])
    times = line_times(plan, 8)
    assert np.all(np.diff(times) > 0)
    assert times[0] > 0
    assert times[-1] < plan.seconds(plan.total_beats)
