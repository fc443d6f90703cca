"""Every descriptor against librosa with the same parameters, and against sounds whose answer is known."""

import librosa
import numpy as np
import pytest

from audiorec.features.descriptors import shape, spectra, timbre, tonal
from audiorec.features.descriptors.frames import Framer
from audiorec.features.descriptors.loudness import LoudnessMeter
from audiorec.features.descriptors.rhythm import describe_rhythm, flux
from tests import signals

RATE, N_FFT, HOP = 22_050, 2048, 512
Float = np.ndarray


def stretches(sound: Float, pieces: int = 1) -> list:
    framer = Framer(N_FFT, HOP, spectra.BLOCK)
    found = [stretch for piece in np.array_split(sound, pieces) for stretch in framer.push(piece)]
    return [*found, *framer.finish()]


def power(sound: Float) -> Float:
    return np.concatenate([spectra.power_spectra(stretch.frames()) for stretch in stretches(sound)])


@pytest.fixture(scope="module")
def sound() -> Float:
    whole = np.concatenate([signals.music(4.0), signals.chirp(100, 8000, 2.0), signals.noise(1.0)])
    # A floor of noise, because librosa clips decibels 80 below the song's peak, which a stream cannot know.
    return whole + np.float32(0.05) * signals.noise(len(whole) / RATE, seed=1)[: len(whole)]


@pytest.fixture(scope="module")
def theirs(sound: Float) -> Float:
    return np.abs(librosa.stft(sound, n_fft=N_FFT, hop_length=HOP, pad_mode="constant"))


def close(ours: Float, reference: Float, tolerance: float = 1e-3) -> None:
    """Relative to the size of the reference: single frames of near-silence have no digits to compare."""
    assert ours.shape == reference.shape
    error = np.abs(ours - reference).max() / np.abs(reference).max()
    assert error < tolerance, f"relative error {error:.2e}"


@pytest.mark.parametrize("pieces", [1, 7, 400])
def test_frames_do_not_depend_on_the_pieces(sound: Float, pieces: int) -> None:
    whole = np.concatenate([stretch.frames() for stretch in stretches(sound)])
    cut = np.concatenate([stretch.frames() for stretch in stretches(sound, pieces)])
    np.testing.assert_array_equal(whole, cut)
    assert len(whole) == 1 + len(sound) // HOP


def test_power_spectra(sound: Float, theirs: Float) -> None:
    close(power(sound), theirs.T**2)


def test_logmel_power(sound: Float, theirs: Float) -> None:
    ours = spectra.mel_bank(RATE, N_FFT, 128).apply(power(sound))
    close(ours, librosa.feature.melspectrogram(S=theirs**2, sr=RATE, n_mels=128).T)


def test_mfcc(sound: Float, theirs: Float) -> None:
    mel = spectra.mel_bank(RATE, N_FFT, 128).apply(power(sound))
    ours = timbre.mfcc(spectra.to_db(mel, -100.0), 20)
    db = librosa.power_to_db(librosa.feature.melspectrogram(S=theirs**2, sr=RATE, n_mels=128), amin=1e-10, top_db=None)
    close(ours, librosa.feature.mfcc(S=db, n_mfcc=20).T)


def test_slopes(sound: Float) -> None:
    values = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    close(timbre.slopes(values), librosa.feature.delta(values.T, width=9).T[4:-4])


def test_chroma(sound: Float, theirs: Float) -> None:
    close(tonal.chroma(power(sound), RATE), librosa.feature.chroma_stft(S=theirs**2, sr=RATE, tuning=0.0).T)


def test_spectral_shape(sound: Float, theirs: Float) -> None:
    magnitude, bank = np.sqrt(power(sound)), shape.shape_bank(RATE, N_FFT)
    centroid, bandwidth = shape.centroid_and_bandwidth(magnitude, bank)
    close(centroid, librosa.feature.spectral_centroid(S=theirs, sr=RATE)[0])
    close(bandwidth, librosa.feature.spectral_bandwidth(S=theirs, sr=RATE)[0])
    close(shape.rolloff(magnitude, bank), librosa.feature.spectral_rolloff(S=theirs, sr=RATE)[0])
    close(shape.flatness(power(sound)), librosa.feature.spectral_flatness(S=theirs)[0])


def test_contrast(sound: Float, theirs: Float) -> None:
    ours = shape.contrast(np.sqrt(power(sound)), shape.shape_bank(RATE, N_FFT))
    close(ours, librosa.feature.spectral_contrast(S=theirs, sr=RATE).T)


def test_rms_and_zero_crossings(sound: Float) -> None:
    ours = stretches(sound)
    rms = librosa.feature.rms(y=sound, frame_length=N_FFT, hop_length=HOP, pad_mode="constant")[0]
    close(np.concatenate([stretch.rms() for stretch in ours]), rms)
    crossings = librosa.feature.zero_crossing_rate(sound, frame_length=N_FFT, hop_length=HOP)[0]
    middle = slice(4, -4)  # librosa repeats the edge sample there, we pad with silence
    close(np.concatenate([stretch.crossings() for stretch in ours])[middle], crossings[middle])


def test_a_tone_is_where_it_is() -> None:
    magnitude, bank = np.sqrt(power(signals.tone(1000, 2.0))), shape.shape_bank(RATE, N_FFT)
    centroid, bandwidth = shape.centroid_and_bandwidth(magnitude[8:-8], bank)
    assert np.median(centroid) == pytest.approx(1000, rel=0.01)
    assert np.median(bandwidth) < 100
    assert np.median(shape.flatness(power(signals.tone(1000, 2.0)))[8:-8]) < 1e-3
    assert np.median(shape.flatness(power(signals.noise(2.0)))) > 0.5


def test_gain_doubles_power_by_four() -> None:
    loud = signals.music(2.0) * np.float32(0.5)
    np.testing.assert_allclose(power(2 * loud), 4 * power(loud), rtol=1e-4)


def flux_of(sound: Float) -> Float:
    mel = spectra.mel_bank(RATE, N_FFT, 128).apply(power(sound))
    return flux(spectra.to_db(mel, -80.0), None)


@pytest.mark.parametrize("bpm", [60, 75, 90, 100, 120, 140, 160, 180, 200])
def test_tempo_of_clicks(bpm: int) -> None:
    found = describe_rhythm(flux_of(signals.clicks(bpm, 20.0)), RATE / HOP)
    nearest = min((0.5, 1.0, 2.0), key=lambda octave: abs(found.tempo / (bpm * octave) - 1))
    assert found.tempo / (bpm * nearest) == pytest.approx(1.0, abs=0.04), f"{found.tempo} for {bpm}"
    assert found.onset_rate == pytest.approx(bpm / 60, rel=0.1)
    assert found.beat_strength > 0.3


def test_silence_has_no_pulse() -> None:
    found = describe_rhythm(flux_of(np.zeros(5 * RATE, np.float32)), RATE / HOP)
    assert (found.tempo, found.onset_rate) == (0.0, 0.0)


@pytest.mark.parametrize("is_minor", [False, True])
@pytest.mark.parametrize("tonic", range(12))
def test_key_of_cadences(tonic: int, is_minor: bool) -> None:
    chroma = tonal.chroma(power(signals.cadence(tonic, is_minor)), RATE).mean(axis=0)
    assert tonal.find_key(chroma).name == f"{tonal.PITCHES[tonic]} {'minor' if is_minor else 'major'}"


def metered(sound: Float, rate: int = 48_000) -> float:
    meter = LoudnessMeter(rate, sound.shape[1])
    for piece in np.array_split(sound, 9):
        meter.push(np.ascontiguousarray(piece.T))
    return meter.measure().integrated


def stereo(decibels: float, seconds: float) -> Float:
    side = signals.tone(1000, seconds, 48_000, 10 ** (decibels / 20))
    return np.stack([side, side], axis=1)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(-23, 20)], -23),
        ([(-33, 20)], -33),
        ([(-36, 10), (-23, 60), (-36, 10)], -23),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23),
    ],
)
def test_loudness_reference_cases(parts: list[tuple[float, float]], expected: float) -> None:
    """Cases 1 to 5 of EBU Tech 3341, tolerance 0.1 LU."""
    sound = np.concatenate([stereo(decibels, seconds) for decibels, seconds in parts])
    assert metered(sound) == pytest.approx(expected, abs=0.1)


def test_silence_is_minus_seventy() -> None:
    assert metered(np.zeros((48_000, 2), np.float32)) == -70.0
