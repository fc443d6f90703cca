"""Kills `audiorec extract` at random moments, finishes it, and compares its tables with those of one quiet run.

    python benchmarks/extract_kill.py --library ../shared/data/moodclips/library --kills 20

The coordinator with its workers is killed by SIGKILL; every third time a single worker is first, then all.
Prints JSON lines on standard output; exit code 1 when the tables differ.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from audiorec.data import encoder_outputs
from audiorec.data.workspace import Workspace


def command(workspace: Path, library: Path) -> list[str]:
    return [sys.executable, "-m", "audiorec", "--quiet", "--workspace", str(workspace), "extract", str(library)]


def run_quietly(workspace: Path, library: Path) -> float:
    start = time.monotonic()
    subprocess.run(command(workspace, library), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def run_and_kill(workspace: Path, library: Path, seconds: float, worker_first: bool) -> bool:
    """Start, wait, kill; returns whether there was still something to kill."""
    running = subprocess.Popen(
        command(workspace, library), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        running.wait(timeout=seconds)
        return False
    except subprocess.TimeoutExpired:
        pass
    if worker_first:
        workers = psutil.Process(running.pid).children(recursive=True)
        if workers:
            random.choice(workers).kill()
            time.sleep(1.0)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    return True


def contents(workspace: Path) -> dict[str, bytes | list[object]]:
    """Everything that the tables and the catalogue say of the library, whatever shards it lies in."""
    with Workspace.open(workspace) as space:
        table = space.features()
        logmel, waveform = table.logmel(), table.waveform()
        encoded = encoder_outputs.read(space, table.track_ids)
        return {
            "ids": table.track_ids.tobytes(),
            "descriptors": table.descriptors().tobytes(),
            "lyrics": np.nan_to_num(table.lyrics(), nan=-1.0).tobytes(),
            "texts": list(table.texts()),
            "logmel": logmel.values.tobytes(),
            "waveform": waveform.values.tobytes(),
            "encoded": []
            if encoded is None
            else [encoded.mean.tobytes(), encoded.spread.tobytes(), encoded.tags.tobytes()],
            "tracks": [(t.id, t.path, t.title, t.artists, t.seconds, t.status, t.reason) for t in space.tracks()],
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = Path(os.environ.get("AUDIOREC_DATA", "../shared/data"))
    parser.add_argument("--library", type=Path, default=data / "moodclips" / "library")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random.seed(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        quiet, killed = Path(folder) / "quiet", Path(folder) / "killed"
        seconds = run_quietly(quiet, options.library)
        hits, tries = 0, 0
        while hits < options.kills:
            # Kills must come while there is work left: each waits a share of what a run takes, start-up included.
            wait = random.uniform(0.3, 4.0 + 1.2 * seconds / options.kills)
            tries += 1
            if not run_and_kill(killed, options.library, wait, worker_first=tries % 3 == 0):
                break
            hits += 1
        run_quietly(killed, options.library)
        one, other = contents(quiet), contents(killed)
        different = [name for name in one if one[name] != other[name]]
    figures = {"kills": hits, "quiet_seconds": round(seconds, 1), "different_columns": len(different)}
    for metric, value in figures.items():
        print(json.dumps({"benchmark": "extract_kill", "metric": metric, "value": value}))
    if different:
        print(f"differs: {', '.join(different)}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
