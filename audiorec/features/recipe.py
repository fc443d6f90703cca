"""The feature recipe: which numbers a song is turned into, and how its excerpts are chosen.

It only declares; what each number means stands beside the code that computes it. Two recipes never mix: every shard
carries the digest of its recipe.
"""

import hashlib
from typing import Literal, Self

import pydantic

from audiorec import recipes
from audiorec.data.tables import Layout
from audiorec.recipes import Recipe
from audiorec.shipped_files import shipped_folder

# Raise it when the same recipe gives other numbers than before: then every library is described anew.
VERSION = 4

# What the song-level vector may be made of; `summary.py` says which columns each group gives.
Group = Literal["timbre", "harmony", "shape", "dynamics", "rhythm", "modulation", "spread"]
ALL_GROUPS: tuple[Group, ...] = ("timbre", "harmony", "shape", "dynamics", "rhythm", "modulation", "spread")


class FeatureRecipe(Recipe):
    """Analysis rate and windows, the kept excerpts, and the groups of descriptors.

    Excerpt policy: descriptors summarise the whole song; `segments` log-mel patches of `segment_frames` frames and
    `waveform_segments` stretches of sound are kept, chosen by energy and novelty, stored in the order of time.
    """

    sample_rate: int = pydantic.Field(default=22_050, ge=8_000, le=48_000)
    """Rate of the analysis, Hz."""
    n_fft: int = pydantic.Field(default=2048, ge=256, le=8192)
    """Window of the Fourier transform, samples."""
    hop: int = pydantic.Field(default=512, ge=64)
    """Samples between two frames."""
    bands: int = pydantic.Field(default=128, ge=20, le=256)
    """Mel bands."""
    mfcc: int = pydantic.Field(default=20, ge=5, le=40)
    """Cepstral coefficients kept."""
    segments: int = pydantic.Field(default=5, ge=1, le=64)
    """Log-mel patches kept of a song."""
    segment_frames: int = pydantic.Field(default=256, ge=32, le=2048)
    """Frames of a patch."""
    waveform_segments: int = pydantic.Field(default=2, ge=0, le=16)
    """Stretches of sound kept of a song; 0: none."""
    waveform_frames: int = pydantic.Field(default=256, ge=16, le=2048)
    """Frames that a kept stretch of sound lasts: as long as its log-mel patch, or less."""
    waveform_rate: int = pydantic.Field(default=11_025, ge=4_000, le=48_000)
    """Rate of the kept sound, Hz."""
    logmel_offset: float = -80.0
    """Level of stored step 0, dB."""
    logmel_scale: float = pydantic.Field(default=0.5, gt=0)
    """dB of one stored step."""
    logmel_precision: float = pydantic.Field(default=2.5, gt=0, le=16)
    """dB to which kept log-mel is rounded, in whole steps."""
    groups: tuple[Group, ...] = ALL_GROUPS
    """Groups of descriptors that are computed."""
    encoder: str = "musicnn"
    """Encoder of the songs, where it was added (`audiorec encoder`); empty: none."""
    encoder_patches: int = pydantic.Field(default=3, ge=1, le=1000)
    """Most patches of a song that the encoder is given."""

    @pydantic.model_validator(mode="after")
    def _windows_fit(self) -> Self:
        if self.n_fft % (2 * self.hop):
            raise ValueError("n_fft must be a multiple of twice the hop")
        if self.logmel_precision % self.logmel_scale:
            raise ValueError("logmel_precision must be a multiple of logmel_scale")
        if not self.groups:
            raise ValueError(f"groups must name at least one of {', '.join(ALL_GROUPS)}")
        return self

    @property
    def segment_samples(self) -> int:
        """Length of a segment in samples at the analysis rate."""
        return self.segment_frames * self.hop

    @property
    def waveform_samples(self) -> int:
        """Length of a kept stretch of sound, in samples at the waveform's rate."""
        frames = min(self.waveform_frames, self.segment_frames)
        return round(frames * self.hop * self.waveform_rate / self.sample_rate)

    def stretch_samples(self, rate: int) -> int:
        """Length of a segment in samples at the rate of a file."""
        return round(self.segment_samples * rate / self.sample_rate)

    @property
    def bins(self) -> int:
        """Number of bins of one spectrum."""
        return self.n_fft // 2 + 1


def feature_digest(recipe: FeatureRecipe) -> str:
    """Fingerprint of the features that a recipe gives now: of the recipe, of this code's version, of the word lists.

    A library that was half extracted before a word list grew would otherwise hold two kinds of lyrics vectors under one
    name (found by `benchmarks/extract_kill.py` while the lexicon was being written). An encoder's output is kept
    apart with a digest of its own: with and without it, a library has the same features.
    """
    parts = [recipes.digest(recipe, without=("encoder", "encoder_patches")), str(VERSION)]
    for path in sorted((shipped_folder("assets") / "lexicon").iterdir()):
        parts += [path.name, hashlib.sha256(path.read_bytes()).hexdigest()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def layout(recipe: FeatureRecipe, digest: str, descriptors: tuple[str, ...], lyrics: tuple[str, ...]) -> Layout:
    """How the shards of this recipe are read."""
    return Layout(digest, descriptors, lyrics, recipe.logmel_scale, recipe.logmel_offset, recipe.waveform_rate)
