"""How sure fingerprints are: the same recording in other dresses, and different recordings, over a library.

    python benchmarks/duplicates.py --library ../shared/data/moodclips/library [--every 12]

Every `--every`th file is written anew as mp3 at three bitrates, as Ogg Vorbis, and as one channel at 22 kHz, 3 dB
quieter; a copy counts as found when it is called the same recording as its original. Then all files are compared with
each other. What is called the same is printed on standard error to be judged by eye and ear; `false_merges` counts
those whose titles differ and whose sound is not the same bit by bit. Prints JSON lines.
"""

import argparse
import io
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import soundfile
import soxr

from audiorec.features.describe import Describer
from audiorec.features.fingerprint import LIKE, same_recordings
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.tags.song_tags import read_tags
from audiorec.features.workers import ENVIRONMENT

DRESSES = ("mp3_high", "mp3_middle", "mp3_low", "vorbis", "mono_22k")


def show(metric: str, value: float) -> None:
    print(json.dumps({"benchmark": "duplicates", "metric": metric, "value": round(value, 4)}), flush=True)


def fingerprint(sound: np.ndarray, rate: int) -> np.ndarray:
    describer = Describer(FeatureRecipe(), rate, sound.shape[1])
    describer.push(sound)
    return describer.finish().fingerprint


def dressed(sound: np.ndarray, rate: int, dress: str) -> tuple[np.ndarray, int]:
    """The same recording as another file would hold it."""
    quieter = 0.7 * sound
    if dress == "mono_22k":
        return soxr.resample(quieter.mean(axis=1, keepdims=True), rate, 22_050), 22_050
    level = {"mp3_high": 0.2, "mp3_middle": 0.6, "mp3_low": 0.9, "vorbis": 0.8}[dress]
    kind = "OGG" if dress == "vorbis" else "MP3"
    file = io.BytesIO()
    soundfile.write(file, quieter, rate, format=kind, compression_level=level)
    file.seek(0)
    return soundfile.read(file, dtype="float32", always_2d=True)


def measure(path: Path, with_dresses: bool) -> tuple[float, list[np.ndarray]]:
    """Length, and fingerprints of a file and of its copies."""
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    found = [fingerprint(sound, rate)]
    if with_dresses:
        found += [fingerprint(*dressed(sound, rate, dress)) for dress in DRESSES]
    return len(sound) / rate, found


def title(path: Path) -> str:
    with path.open("rb") as file:
        tags = read_tags(file, os.fsencode(path))
    return f"{tags.title} by {', '.join(tags.artists)}"


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = Path(os.environ.get("AUDIOREC_DATA", "../shared/data"))
    parser.add_argument("--library", type=Path, default=data / "moodclips" / "library")
    parser.add_argument("--every", type=int, default=12)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    paths = sorted(options.library.glob("**/*.mp3"))
    if not paths:
        sys.exit(f"duplicates: skipped, no mp3 files in {options.library}; name a folder with --library")
    os.environ.update(ENVIRONMENT)
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(measure, paths, [n % options.every == 0 for n in range(len(paths))], chunksize=8))
    for number, dress in enumerate(DRESSES, start=1):
        bits = [np.unpackbits(codes[0] ^ codes[number]).sum() for _, codes in found if len(codes) > 1]
        show(f"{dress}_found", float(np.mean(np.array(bits) <= LIKE)))
        show(f"{dress}_most_bits_of_512", float(max(bits)))
    codes, seconds = np.stack([codes[0] for _, codes in found]), np.array([length for length, _ in found])
    pairs = same_recordings(codes, seconds)
    named = [(title(paths[a]), title(paths[b]), int(np.unpackbits(codes[a] ^ codes[b]).sum())) for a, b in pairs]
    for one, other, bits in named:
        print(f"{bits:>4} bits differ: {one} | {other}", file=sys.stderr)
    show("files", len(paths))
    show("pairs_called_the_same", len(pairs))
    show("false_merges", sum(one != other and bits > 0 for one, other, bits in named))


if __name__ == "__main__":
    main()
