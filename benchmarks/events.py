"""What single listens cost as they grow: writing a shard, finding the known ones again, and summing pairs.

    python benchmarks/events.py --events 100000 1000000 10000000

A user has 300 listens to 60 songs of their own; songs grow with the square root of the events. Every size runs in a
process of its own; peaks of memory are of each step, seconds of the processor. It does not time the catalogue
(`benchmarks/scale.py --part made`).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from audiorec.data import event_shards
from audiorec.data.events import SCHEMA

_BATCH = 100_000


def main() -> None:
    """Print JSON lines, a process for each size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, nargs="+", default=[100_000])
    asked = parser.parse_args()
    if len(asked.events) == 1:
        measure(asked.events[0])
        return
    for size in asked.events:
        subprocess.run([sys.executable, __file__, "--events", str(size)], check=True)


def measure(events: int) -> None:
    """One size."""
    shape = max(1, events // 300), int(30 * events**0.5)
    with tempfile.TemporaryDirectory() as folder:
        first, again, timeless = (Path(folder) / f"{name}.parquet" for name in ("first", "again", "timeless"))
        steps: dict[str, Callable[[], object]] = {
            "making": lambda: sum(batch.num_rows for batch in made(events, *shape)),
            "write": lambda: event_shards.write(first, timeless, made(events, *shape), []),
            "sums": lambda: sum(1 for _ in event_shards.matched([first])),
            "write_again": lambda: event_shards.write(again, timeless, made(events, *shape), [first]),
        }
        for name, step in steps.items():
            # Linux: the peak begins anew at what is in use.
            Path("/proc/self/clear_refs").write_text("5")
            begin = time.process_time()
            found = step()
            line = {"benchmark": "events", "events": events, "users": shape[0], "songs": shape[1], "step": name}
            line |= {"cpu_s": round(time.process_time() - begin, 2), "peak_mb": peak_mb()}
            line |= {"shard_mb": first.stat().st_size // 10**6} if name == "write" else {}
            line |= {"pairs": found} if name == "sums" else {}
            print(json.dumps(line), flush=True)


def made(events: int, people: int, width: int) -> Iterator[pa.RecordBatch]:
    """Events in batches, the same every time."""
    rng = np.random.default_rng(0)
    users = pa.array([f"user {user}" for user in range(people)])
    songs = pa.array([f'{{"title": "song {song}"}}' for song in range(width)])
    for start in range(0, events, _BATCH):
        size = min(_BATCH, events - start)
        user, own = rng.integers(0, people, size), (60 * rng.random(size) ** 2).astype(np.int64)
        song = (width * ((0.618 * user + 0.755 * own) % 1.0) ** 3).astype(np.int64)
        columns = [
            users.take(pa.array(user)),
            pa.array(song + 1),
            songs.take(pa.array(song)),
            pa.array(1e9 + 10.0 * np.arange(start, start + size)),
            pa.array(np.full(size, 200.0, np.float32)),
            pa.array(["play"] * size),
            pa.array(np.ones(size, np.float32)),
            pa.array(np.arange(start, start + size)),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def peak_mb() -> int:
    """The most memory that this process has had in a step."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1000


if __name__ == "__main__":
    main()
