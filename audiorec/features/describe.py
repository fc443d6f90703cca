"""A stream of sound becomes what is kept of a song: log-mel patches, stretches of waveform, and the descriptors.

One STFT serves everything. Sound goes through in blocks, so that memory does not grow with it beyond a few numbers a
frame. It does not know files.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from audiorec.data.coded_sound import coded
from audiorec.data.tables import TrackFeatures
from audiorec.errors import DecodeError
from audiorec.features.decoding.waveform import MonoResampler, fold_to_stereo, stretch
from audiorec.features.descriptors import shape, spectra, tonal
from audiorec.features.descriptors.frames import Framer, Stretch
from audiorec.features.descriptors.held_frames import HeldFrames
from audiorec.features.descriptors.loudness import LoudnessMeter
from audiorec.features.descriptors.rhythm import flux
from audiorec.features.descriptors.summary import SongFrames, summarise
from audiorec.features.descriptors.timbre import mfcc
from audiorec.features.fingerprint import Fingerprinter
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.segments import Candidate, Cutter, Shelf, pick

Float = NDArray[np.float32]
# Shorter sounds have no rhythm, no key, hardly a timbre: nothing that a recommendation could rest on.
LEAST_SECONDS = 0.1


class Describer:
    """Takes the sound of one song in blocks; `finish` gives what is kept of it."""

    def __init__(self, recipe: FeatureRecipe, rate: int, channels: int) -> None:
        self._recipe, self._rate = recipe, rate
        self._resampler = MonoResampler(rate, recipe.sample_rate)
        self._framer = Framer(recipe.n_fft, recipe.hop, spectra.BLOCK)
        self._meter = LoudnessMeter(rate, min(channels, 2))
        self._held = HeldFrames()
        self._last_mel: Float | None = None
        self._cutter = _SegmentCutter(recipe, rate)
        self._fingerprinter = Fingerprinter(recipe.bands)

    def push(self, sound: Float) -> None:
        """Add sound [n, channels] at the rate of the file."""
        sound = fold_to_stereo(sound)
        self._cutter.push_sound(sound)
        channels = np.ascontiguousarray(sound.T)
        self._meter.push(channels)
        for stretch_ in self._framer.push(self._resampler.push(channels)):
            self._analyse(stretch_)

    def finish(self) -> TrackFeatures:
        """What is kept of everything pushed; raises DecodeError when that is too short to say anything."""
        tail = self._resampler.push(np.zeros((1, 0), np.float32), is_last=True)
        for stretch_ in (*self._framer.push(tail), *self._framer.finish()):
            self._analyse(stretch_)
        seconds = self._framer.samples / self._recipe.sample_rate
        if seconds < LEAST_SECONDS:
            raise DecodeError(f"is too short: {seconds:.3f} s of sound, at least {LEAST_SECONDS} s are needed")
        logmel, waveform = self._cutter.finish()
        descriptors = np.fromiter(self.named_descriptors().values(), dtype=np.float32)
        return TrackFeatures(logmel, waveform, descriptors, fingerprint=self._fingerprinter.finish())

    def stretches(self) -> list[Float]:
        """The stretches [n, channels] at the rate of the file that are held at the end, in the order of time."""
        return [candidate.sound for candidate in self._cutter.candidates]

    def _analyse(self, frames: Stretch) -> None:
        recipe, rate = self._recipe, self._recipe.sample_rate
        power = spectra.power_spectra(frames.frames())
        mel = spectra.mel_bank(rate, recipe.n_fft, recipe.bands).apply(power)
        logmel = spectra.to_db(mel, recipe.logmel_offset)
        self._cutter.push_mel(logmel)
        self._fingerprinter.push(logmel)
        rises, self._last_mel = flux(logmel, self._last_mel), logmel[-1]
        chroma = tonal.chroma(power, rate)
        bank = shape.shape_bank(rate, recipe.n_fft)
        flat = shape.flatness(power)
        magnitude = np.sqrt(power, out=power)
        centroid, bandwidth = shape.centroid_and_bandwidth(magnitude, bank)
        columns = (centroid, bandwidth, shape.rolloff(magnitude, bank), flat, frames.crossings(), frames.rms())
        self._held.push(
            mfcc=mfcc(logmel, recipe.mfcc),
            chroma=chroma,
            shapes=np.stack(columns, axis=1),
            contrast=shape.contrast(magnitude, bank),
            flux=rises,
        )

    def named_descriptors(self) -> dict[str, float]:
        """The descriptors of everything pushed, by name."""
        per_second, loudness = self._recipe.sample_rate / self._recipe.hop, self._meter.measure()
        song = SongFrames(**self._held.rows(), loudness=loudness, frames_a_second=per_second)
        return summarise(song, self._recipe)


class _SegmentCutter:
    """Pairs the log-mel and the sound of equal stretches of the song, and keeps the best of them."""

    def __init__(self, recipe: FeatureRecipe, rate: int) -> None:
        self._recipe, self._rate = recipe, rate
        self._mels, self._sounds = Cutter(recipe.segment_frames), Cutter(recipe.stretch_samples(rate))
        self._shelf = Shelf()
        self._place = 0

    def push_mel(self, logmel: Float) -> None:
        self._mels.push(logmel)
        self._pair()

    def push_sound(self, sound: Float) -> None:
        self._sounds.push(sound)
        self._pair()

    def _pair(self) -> None:
        while self._mels.ready and self._sounds.ready:
            self._shelf.add(Candidate(self._place, self._mels.take(), self._sounds.take()))
            self._place += 1

    @property
    def candidates(self) -> list[Candidate]:
        """What is held."""
        return self._shelf.candidates

    def finish(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Log-mel [k, bands, frames] in the order of time, and coded waveform [m, rows, frames], both 8 bits."""
        mel, sound = self._mels.rest(), self._sounds.rest()
        # A last segment that is mostly padding is kept only where nothing else is there.
        if not self._place or 2 * len(mel) >= self._recipe.segment_frames:
            floor = np.float32(self._recipe.logmel_offset)
            mel = np.pad(mel, ((0, self._recipe.segment_frames - len(mel)), (0, 0)), constant_values=floor)
            self._shelf.add(Candidate(self._place, mel[: self._recipe.segment_frames], sound))
        candidates = self._shelf.candidates
        best = pick(candidates, max(self._recipe.segments, self._recipe.waveform_segments))
        mels = [candidates[place].logmel for place in sorted(best[: self._recipe.segments])]
        sounds = [candidates[place].sound for place in sorted(best[: self._recipe.waveform_segments])]
        return self._pack(mels), self._pack_sounds(sounds)

    def _pack(self, mels: list[Float]) -> NDArray[np.uint8]:
        # Stored steps stay as fine as they can be told; rounding to every second packs a fifth smaller.
        steps = round(self._recipe.logmel_precision / self._recipe.logmel_scale)
        values = (np.stack(mels).transpose(0, 2, 1) - self._recipe.logmel_offset) / (self._recipe.logmel_scale * steps)
        return np.asarray(steps * np.clip(np.rint(values), 0, 255 // steps), dtype=np.uint8)

    def _pack_sounds(self, sounds: list[Float]) -> NDArray[np.uint8]:
        rate, samples = self._recipe.waveform_rate, self._recipe.waveform_samples
        kept = [stretch(sound, self._rate, rate, samples) for sound in sounds]
        return coded(np.stack(kept) if kept else np.zeros((0, 2, samples), np.float32), rate)


@lru_cache(maxsize=8)
def descriptor_names(recipe: FeatureRecipe) -> tuple[str, ...]:
    """Names of the descriptors that a recipe gives, read off a second of silence."""
    describer = Describer(recipe, recipe.sample_rate, 1)
    describer.push(np.zeros((recipe.sample_rate, 1), np.float32))
    describer.finish()
    return tuple(describer.named_descriptors())
