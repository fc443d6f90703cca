"""How fast sound becomes features, beside librosa and beside decoding alone: JSON lines on standard output.

    python benchmarks/extract_speed.py --data ../shared/data [--hours 10] [--jobs2]

One core, everything in one run, all in turn (decoding, ours, librosa), each in a process with the settings that it has
in use, processor time, the least of `--rounds`, so that a busy machine disturbs the ratios little. `ours` is decoding
and the whole default recipe, loudness, key, fingerprint and excerpts included; librosa gets load, mel, MFCC with
deltas, chroma (at a fixed tuning, as ours), contrast, centroid, bandwidth, roll-off, flatness, ZCR, RMS and beats, each
called on the samples (`ratio_to_librosa`), and again with one spectrogram for all (`ratio_to_librosa_sharing`).
`rss_mb_10h` is the peak resident memory of a process of its own that describes an mp3 of `--hours` hours, made in a
temporary folder and removed. `--jobs2` times the command with one job and with two on the moodclips library (by the
clock: it needs an idle machine).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile

from audiorec.content.sound_encoder import sound_encoder_of
from audiorec.features.decoding.decode import open_any
from audiorec.features.decoding.sniff import sniff
from audiorec.features.describe import Describer
from audiorec.features.encoder_patches import SoundEncoder, patches_of
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.scan import scan
from audiorec.features.track import Task, describe_file
from audiorec.features.workers import ENVIRONMENT


def show(metric: str, value: float) -> None:
    """One line."""
    print(json.dumps({"benchmark": "extract_speed", "metric": metric, "value": round(value, 3)}), flush=True)


def decode(path: Path) -> float:
    """Decode a file in blocks and forget it; returns its length in seconds."""
    with soundfile.SoundFile(path) as sound:
        frames = 0
        while len(block := sound.read(131_072, dtype="float32", always_2d=True)):
            frames += len(block)
        return frames / sound.samplerate


def describe(path: Path, with_encoder: bool = False) -> None:
    """Decode and describe a file as the command does, without the worker around it; with the encoder or without."""
    with path.open("rb") as file:
        container = sniff(file)
        assert container is not None
        decoding = open_any(file, container)
        describer = Describer(FeatureRecipe(), decoding.rate, decoding.channels)
        for block in decoding.blocks:
            describer.push(block)
        describer.finish()
        if with_encoder:
            encoder = usual_encoder()
            assert encoder is not None
            encoder.encode(patches_of(describer.stretches(), decoding.rate, encoder))


@lru_cache(maxsize=1)
def usual_encoder() -> SoundEncoder | None:
    """The encoder of the default recipe, None where it was not added; found once, as by the command."""
    return sound_encoder_of(FeatureRecipe())[0]


def describe_and_encode(path: Path) -> None:
    """The same, with the recipe's encoder too (`audiorec encoder add musicnn`)."""
    describe(path, with_encoder=True)


def describe_with_librosa(path: Path) -> None:
    """The same set of features by librosa's own functions, each called on the samples as its documentation does."""
    import librosa

    y, sr = librosa.load(path, sr=22_050)
    librosa.feature.melspectrogram(y=y, sr=sr, n_mels=128)
    mfcc = librosa.feature.mfcc(y=y, sr=sr, n_mfcc=20)
    librosa.feature.delta(mfcc)
    librosa.feature.delta(mfcc, order=2)
    librosa.feature.chroma_stft(y=y, sr=sr, tuning=0.0)
    librosa.feature.spectral_contrast(y=y, sr=sr)
    librosa.feature.spectral_centroid(y=y, sr=sr)
    librosa.feature.spectral_bandwidth(y=y, sr=sr)
    librosa.feature.spectral_rolloff(y=y, sr=sr)
    librosa.feature.spectral_flatness(y=y)
    librosa.feature.zero_crossing_rate(y)
    librosa.feature.rms(y=y)
    librosa.beat.beat_track(y=y, sr=sr)


def describe_with_librosa_sharing(path: Path) -> None:
    """The same, with one spectrogram handed to every function that takes one: the best that librosa can do."""
    import librosa

    y, sr = librosa.load(path, sr=22_050)
    magnitude = np.abs(librosa.stft(y))
    mel = librosa.power_to_db(librosa.feature.melspectrogram(S=magnitude**2, sr=sr, n_mels=128))
    mfcc = librosa.feature.mfcc(S=mel, n_mfcc=20)
    librosa.feature.delta(mfcc)
    librosa.feature.delta(mfcc, order=2)
    librosa.feature.chroma_stft(S=magnitude**2, sr=sr, tuning=0.0)
    librosa.feature.spectral_contrast(S=magnitude, sr=sr)
    librosa.feature.spectral_centroid(S=magnitude, sr=sr)
    librosa.feature.spectral_bandwidth(S=magnitude, sr=sr)
    librosa.feature.spectral_rolloff(S=magnitude, sr=sr)
    librosa.feature.spectral_flatness(S=magnitude)
    librosa.feature.zero_crossing_rate(y)
    librosa.feature.rms(y=y)
    librosa.beat.beat_track(y=y, sr=sr, onset_envelope=librosa.onset.onset_strength(S=mel, sr=sr))


def processor_seconds(work: Callable[[Path], object], path: Path) -> float:
    """Processor time of one call."""
    start = time.process_time()
    work(path)
    return time.process_time() - start


WORKS = {
    "decode": decode,
    "ours": describe,
    "encoded": describe_and_encode,
    "librosa": describe_with_librosa,
    "librosa_sharing": describe_with_librosa_sharing,
}


def one_round(name: str, files: list[Path]) -> None:
    """Processor seconds of every file, as JSON; the first file goes through twice, as compilation is nobody's speed."""
    WORKS[name](files[0])
    print(json.dumps([processor_seconds(WORKS[name], path) for path in files]))


def speed(folder: Path, files: list[Path], rounds: int) -> None:
    """Ratios over a folder: all in turn, each in a process with the settings that it has in use; best rounds count."""
    single = {name: "1" for name in ENVIRONMENT if name.endswith("_THREADS")}
    works = [name for name in WORKS if name != "encoded" or usual_encoder() is not None]
    best = {name: np.full(len(files), np.inf) for name in works}
    for _ in range(rounds):
        for name, seconds in best.items():
            settings = ENVIRONMENT if name in ("ours", "encoded") else single
            command = [sys.executable, __file__, "--folder", str(folder), "--round", name]
            done = subprocess.run(
                command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **settings}
            )
            best[name] = np.minimum(seconds, json.loads(done.stdout))
    taken = {name: float(seconds.sum()) for name, seconds in best.items()}
    length = sum(decode(path) for path in files)
    show("decode_x_realtime", length / taken["decode"])
    show("x_realtime", length / taken["ours"])
    show("librosa_x_realtime", length / taken["librosa"])
    show("ratio_to_librosa", taken["librosa"] / taken["ours"])
    show("ratio_to_librosa_sharing", taken["librosa_sharing"] / taken["ours"])
    show("ratio_to_decode", taken["ours"] / taken["decode"])
    if "encoded" in taken:
        show("ratio_encoded_to_ours", taken["encoded"] / taken["ours"])


def make_long(path: Path, hours: float) -> None:
    """An mp3 of noise and a tone, one coded minute over and over: its length matters, not its sound."""
    rng = np.random.default_rng(0)
    steps = np.arange(44_100 * 60)
    tone = 0.2 * np.sin(2 * np.pi * 220.0 / 44_100 * steps)
    minute = np.stack([tone, 0.1 * rng.standard_normal(len(steps))], axis=1).astype(np.float32)
    soundfile.write(path, minute, 44_100, format="MP3", bitrate_mode="CONSTANT", compression_level=0.5)
    # Without its first frame, which says how long the minute is, the decoder goes on over all repetitions.
    coded = path.read_bytes()
    coded = coded[coded.index(coded[:2], 4) :]
    with path.open("wb") as file:
        for _ in range(round(hours * 60)):
            file.write(coded)


def describe_one(path: Path) -> None:
    """Do all that a worker does with a file, and say its peak memory."""
    import resource

    record, features = describe_file(Task(1, scan([os.fsencode(path)]).files[0], FeatureRecipe()))
    assert features is not None, record.reason
    print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, record.seconds]))


def memory(hours: float) -> None:
    """Peak resident memory of a process that describes one long file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.mp3"
        make_long(path, hours)
        command = [sys.executable, __file__, "--one", str(path)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **ENVIRONMENT})
    megabytes, seconds = json.loads(done.stdout)
    if seconds < 0.99 * 3600 * hours:
        sys.exit(f"extract_speed: only {seconds:.0f} s of the long file were decoded, its memory says nothing")
    show(f"rss_mb_{hours:g}h", megabytes)


def jobs2(folder: Path) -> None:
    """The whole command with two jobs against one, start-up included."""
    taken = []
    for jobs in (1, 2):
        with tempfile.TemporaryDirectory() as space:
            options = ["--quiet", "--workspace", space, "extract", "--jobs", str(jobs), str(folder)]
            start = time.monotonic()
            subprocess.run([sys.executable, "-m", "audiorec", *options], check=True, stdout=subprocess.DEVNULL)
            taken.append(time.monotonic() - start)
    show("jobs2_speedup", taken[0] / taken[1])


def main() -> None:
    """Parse and run the parts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--folder", type=Path, help="any folder of sound  [default: DATA/mp3-originals]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hours", type=float, default=10.0, help="length of the long file; 0 leaves it out")
    parser.add_argument("--jobs2", action="store_true", help="also time one job against two, on the moodclips library")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--round", choices=WORKS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        describe_one(options.one)
        return
    folder = options.folder or options.data / "mp3-originals"
    files = sorted(path for path in folder.glob("**/*.mp3")) if folder.is_dir() else []
    if not files:
        sys.exit(f"extract_speed: skipped, no mp3 files in {folder}; name a folder with --folder or AUDIOREC_DATA")
    if options.round:
        one_round(options.round, files)
        return
    speed(folder, files, options.rounds)
    if options.hours:
        memory(options.hours)
    if options.jobs2:
        jobs2(options.folder or options.data / "moodclips" / "library")


if __name__ == "__main__":
    main()
