"""From values of every frame to one vector a song: means, spreads, percentiles, modulations, each with a readable name.

It sees the frames of a whole song and knows nothing of how they were made. Every group of the recipe is one function
that gives named numbers; adding a number there is all that a new descriptor takes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.features.descriptors.loudness import Loudness
from audiorec.features.descriptors.rhythm import HISTOGRAM_BPM, Rhythm, describe_rhythm
from audiorec.features.descriptors.timbre import slopes
from audiorec.features.descriptors.tonal import PITCHES, find_key
from audiorec.features.recipe import FeatureRecipe, Group

Float = NDArray[np.float32]
Named = dict[str, float]
SHAPES = ("centroid", "bandwidth", "rolloff", "flatness", "zero_crossings", "rms")
# Modulation bands in Hz: phrases, bars, beats, notes.
_MODULATION_HZ = ((0.3, 1.0), (1.0, 2.5), (2.5, 5.0), (5.0, 12.0))
_MODULATION_FRAMES = 256
# Standard deviations below this are rounding of float32, not sound.
_LEAST = 1e-12


@dataclass(frozen=True)
class SongFrames:
    """Values of every frame of a song.

    Shape:
        mfcc: [T, mfcc]; chroma: [T, 12]; shapes: [T, 6] as in SHAPES; contrast: [T, octaves]; flux: [T].
    """

    mfcc: Float
    chroma: Float
    shapes: Float
    contrast: Float
    flux: Float
    loudness: Loudness
    frames_a_second: float


def summarise(song: SongFrames, recipe: FeatureRecipe) -> Named:
    """Named numbers of a song, in the order of the recipe's groups."""
    named: Named = {}
    for group in recipe.groups:
        named.update(_GROUPS[group](song))
    return named


def _timbre(song: SongFrames) -> Named:
    delta = slopes(song.mfcc)
    second = slopes(delta)
    return {
        **_moments("mfcc", song.mfcc),
        **{f"mfcc_{number}_delta_std": value for number, value in enumerate(_deviation(delta))},
        **{f"mfcc_{number}_delta2_std": value for number, value in enumerate(_deviation(second))},
    }


def _harmony(song: SongFrames) -> Named:
    mean = song.chroma.mean(axis=0, dtype=np.float64)
    key = find_key(mean)
    circle = 2 * np.pi * (key.tonic * 7 % 12) / 12
    in_key = np.roll(mean, -key.tonic)
    share = mean / max(mean.sum(), _LEAST)
    return {
        **{f"chroma_{pitch}_mean": float(mean[number]) for number, pitch in enumerate(PITCHES)},
        **{f"chroma_{pitch}_std": value for pitch, value in zip(PITCHES, _deviation(song.chroma), strict=True)},
        **{f"degree_{number}_mean": float(in_key[number]) for number in range(12)},
        "key_fifths_cos": float(np.cos(circle)),
        "key_fifths_sin": float(np.sin(circle)),
        "key_fit": key.fit,
        "minor_lead": key.minor_lead,
        "chroma_entropy": float(-(share * np.log(np.maximum(share, _LEAST))).sum()),
        "chroma_change": float(np.abs(np.diff(song.chroma, axis=0)).mean()) if len(song.chroma) > 1 else 0.0,
    }


def _shape(song: SongFrames) -> Named:
    return {
        **_moments_of(SHAPES[:4], song.shapes[:, :4]),
        "flatness_log_mean": float(np.log10(np.maximum(song.shapes[:, 3], 1e-6)).mean()),
        **_moments("contrast", song.contrast),
    }


def _dynamics(song: SongFrames) -> Named:
    rms_db = 20.0 * np.log10(np.maximum(song.shapes[:, 5], 1e-5))
    return {
        "loudness_lufs": song.loudness.integrated,
        "loudness_range": song.loudness.range,
        "peak_db": song.loudness.peak,
        "crest_db": song.loudness.crest,
        "dynamic_range_db": float(np.percentile(rms_db, 95) - np.percentile(rms_db, 10)),
        "rms_db_mean": float(rms_db.mean()),
        "rms_db_std": float(rms_db.std()),
        "quiet_share": float((rms_db < rms_db.max() - 30.0).mean()),
        **_moments_of(SHAPES[4:], song.shapes[:, 4:]),
    }


def _rhythm(song: SongFrames) -> Named:
    rhythm: Rhythm = describe_rhythm(song.flux, song.frames_a_second)
    bands = [f"pulse_{low:.0f}_{high:.0f}_bpm" for low, high in zip(HISTOGRAM_BPM[:-1], HISTOGRAM_BPM[1:], strict=True)]
    return {
        "tempo_bpm": rhythm.tempo,
        "tempo_octaves": float(np.log2(max(rhythm.tempo, 30.0) / 120.0)),
        "beat_strength": rhythm.beat_strength,
        "onset_rate": rhythm.onset_rate,
        "flux_mean": float(song.flux.mean()),
        "flux_std": float(song.flux.std()),
        "flux_peak": float(np.percentile(song.flux, 98)),
        **{name: float(value) for name, value in zip(bands, rhythm.pulses, strict=True)},
    }


def _modulation(song: SongFrames) -> Named:
    """How strongly loudness and colour swing at the pace of phrases, bars, beats and notes."""
    values = song.mfcc[:, :10]
    size = min(_MODULATION_FRAMES, max(len(values), 2))
    padded = np.pad(values, ((0, max(0, size - len(values))), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, size, axis=0)[:: size // 2]
    centred = windows - windows.mean(axis=2, keepdims=True)
    power = np.square(np.abs(np.fft.rfft(centred * np.hanning(size), axis=2))).mean(axis=0)
    hz = np.fft.rfftfreq(size, 1.0 / song.frames_a_second)
    named = {}
    for low, high in _MODULATION_HZ:
        inside = (hz >= low) & (hz < high)
        level = power[:, inside].mean(axis=1) if inside.any() else np.zeros(values.shape[1])
        for number in range(values.shape[1]):
            named[f"mfcc_{number}_swing_{low:g}_{high:g}_hz"] = float(np.log10(level[number] + 1.0))
    return named


def _spread(song: SongFrames) -> Named:
    columns = np.concatenate([song.mfcc[:, :13], song.shapes[:, :4], song.contrast], axis=1)
    names = [f"mfcc_{number}" for number in range(13)] + list(SHAPES[:4])
    names += [f"contrast_{number}" for number in range(song.contrast.shape[1])]
    low, middle, high = _percentiles(columns, [10.0, 50.0, 90.0])
    centred = columns - columns.mean(axis=0, dtype=np.float64)
    skew = (centred * centred * centred).mean(axis=0) / np.maximum(centred.std(axis=0) ** 3, _LEAST)
    return {
        **{f"{name}_p10": float(value) for name, value in zip(names, low, strict=True)},
        **{f"{name}_median": float(value) for name, value in zip(names, middle, strict=True)},
        **{f"{name}_p90": float(value) for name, value in zip(names, high, strict=True)},
        **{f"{name}_skew": float(np.clip(value, -20.0, 20.0)) for name, value in zip(names, skew, strict=True)},
    }


_GROUPS: Mapping[Group, Callable[[SongFrames], Named]] = {
    "timbre": _timbre,
    "harmony": _harmony,
    "shape": _shape,
    "dynamics": _dynamics,
    "rhythm": _rhythm,
    "modulation": _modulation,
    "spread": _spread,
}


def _moments(name: str, values: Float) -> Named:
    return _moments_of([f"{name}_{number}" for number in range(values.shape[1])], values)


def _moments_of(names: "list[str] | tuple[str, ...]", values: Float) -> Named:
    means = values.mean(axis=0, dtype=np.float64)
    named = {f"{name}_mean": float(value) for name, value in zip(names, means, strict=True)}
    named.update({f"{name}_std": value for name, value in zip(names, _deviation(values), strict=True)})
    return named


def _percentiles(columns: Float, wanted: list[float]) -> Float:
    """Percentiles [wanted, C] of columns [T, C]; sorting beats NumPy's own here, since its sort is vectorised."""
    ordered = np.sort(columns.T, axis=1)
    places = np.asarray(wanted) / 100.0 * (len(columns) - 1)
    below = np.floor(places).astype(int)
    above = np.minimum(below + 1, len(columns) - 1)
    shares = (places - below).astype(np.float32)
    return np.asarray((ordered[:, below] * (1 - shares) + ordered[:, above] * shares).T)


def _deviation(values: Float) -> list[float]:
    if not len(values):
        return [0.0] * values.shape[1]
    return [float(value) for value in values.std(axis=0, dtype=np.float64)]
