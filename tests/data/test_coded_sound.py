"""Sound comes back with noise that stays below it in every band, in less room, and of both channels."""

import zlib

import numpy as np
import pytest
from numpy.typing import NDArray

from audiorec.data.coded_sound import HOP, coded, mu_law, shape_of, sound_of
from audiorec.data.plane_filter import differences

RATE, SAMPLES = 11_025, 64 * HOP
Float = NDArray[np.float32]


def noise(slope: float, seed: int = 0) -> Float:
    """Noise [SAMPLES] whose spectrum falls by a power of the frequency above 60 Hz, at -20 dB."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(SAMPLES))
    hertz = np.fft.rfftfreq(SAMPLES, 1 / RATE)
    sound = np.fft.irfft(spectrum / np.maximum(hertz, 60) ** slope)
    return (0.1 * sound / sound.std()).astype(np.float32)


def stereo(left: Float, right: Float) -> Float:
    return np.stack([left, right])[None]


def below(sound: Float, found: Float, low: float, high: float) -> float:
    """How many dB the noise lies below the sound between two frequencies."""
    bins = slice(*(round(hertz * SAMPLES / RATE) for hertz in (low, high)))
    power = [np.square(np.abs(np.fft.rfft(part)[bins])).sum() for part in (sound, found - sound)]
    return float(10.0 * np.log10(power[0] / power[1]))


@pytest.mark.parametrize(("low", "high", "least"), [(50, 500, 22), (500, 1500, 20), (1500, 3000, 18), (3000, 5400, 16)])
def test_noise_follows_the_level_of_each_band(low: float, high: float, least: float) -> None:
    sound = noise(slope=1.0)  # 39 dB from 60 Hz to the highest band
    found = sound_of(coded(stereo(sound, sound), RATE), RATE)[0, 0]
    assert least < below(sound, found, low, high) < least + 8


def test_two_channels_come_back_as_two() -> None:
    left, right = noise(0.5, seed=1), noise(0.5, seed=2)
    found = sound_of(coded(stereo(left, right), RATE), RATE)[0]
    assert min(below(left, found[0], 50, 5400), below(right, found[1], 50, 5400)) > 8


@pytest.mark.parametrize("rate", [4_000, 11_025, 48_000])
@pytest.mark.parametrize("place", [0.002, 0.02, 0.2, 0.251, 0.3, 0.499])
def test_channels_in_opposition_come_back_at_any_pitch(rate: int, place: float) -> None:
    # A lone tone is what lies furthest above the level of its band.
    tone = (0.9 * np.sin(2 * np.pi * place * np.arange(SAMPLES))).astype(np.float32)
    found = sound_of(coded(stereo(tone, -tone), rate), rate)[0]
    whole = slice(HOP, -HOP)  # the first and the last frame hold the tone's ends
    np.testing.assert_array_equal(found[0], -found[1])
    assert np.square(found[0] - tone)[whole].mean() < 0.3 * np.square(tone).mean()


def test_one_sound_on_both_channels_is_kept_once() -> None:
    sound, other = noise(0.5), noise(0.5, seed=1)
    once, twice = coded(stereo(sound, sound), RATE), coded(stereo(sound, other), RATE)
    assert once.shape[1] + HOP // 2 == twice.shape[1]
    found = sound_of(once, RATE)
    np.testing.assert_array_equal(found[:, 0], found[:, 1])


def test_takes_less_room_than_mu_law() -> None:
    sound = stereo(noise(0.5), noise(0.5))
    before = len(zlib.compress(differences(mu_law(sound)).tobytes(), 1))
    assert len(zlib.compress(coded(sound, RATE).tobytes(), 1)) < 0.7 * before


def test_silence_stays_silence() -> None:
    found = sound_of(coded(np.zeros((2, 2, SAMPLES), np.float32), RATE), RATE)
    assert not found.any()
    assert (mu_law(found) == 128).all()


@pytest.mark.parametrize("samples", [1, HOP, HOP + 1, SAMPLES])
def test_any_length_is_filled_up_to_whole_frames(samples: int) -> None:
    kept = coded(0.1 * np.ones((3, 2, samples), np.float32), RATE)
    found = sound_of(kept, RATE)
    assert list(found.shape) == shape_of(list(kept.shape)) == [3, 2, -(-samples // HOP) * HOP]


def test_no_stretches_and_too_loud_ones() -> None:
    assert sound_of(coded(np.zeros((0, 2, SAMPLES), np.float32), RATE), RATE).shape == (0, 2, SAMPLES)
    loud, clipped = (coded(stereo(sound, sound), RATE) for sound in (50 * noise(0.0), np.clip(50 * noise(0.0), -1, 1)))
    np.testing.assert_array_equal(loud, clipped)
