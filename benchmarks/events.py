"""What single listens cost as they grow: writing a shard, finding the known ones again, and summing pairs.

    python benchmarks/events.py --events 100000 1000000 10000000

A user has 300 listens to 60 songs of their own; songs grow with the square root of the events. Every step runs in a
process of its own, whose peak of memory is told; seconds are of the processor. Then the road to a model: the sums in a
catalogue (`import`), the matrix, the split of training from validation, one round of ALS, and scores of 1,000 users.
"""

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from scipy import sparse

from audiorec.collaborative.als import Als, als
from audiorec.data import event_shards
from audiorec.data.events import SCHEMA
from audiorec.data.splits import leave_one_out
from audiorec.data.workspace import Workspace

_BATCH = 100_000
FORK = multiprocessing.get_context("fork")


def main() -> None:
    """Print JSON lines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, nargs="+", default=[100_000])
    for size in parser.parse_args().events:
        measure(size)


def measure(events: int) -> None:
    """One size, each step in a process of its own."""
    shape = max(1, events // 300), int(30 * events**0.5)
    with tempfile.TemporaryDirectory() as folder:
        first, again, timeless = (Path(folder) / f"{name}.parquet" for name in ("first", "again", "timeless"))
        steps: dict[str, Callable[[], object]] = {
            "making": lambda: sum(batch.num_rows for batch in made(events, *shape)),
            "write": lambda: event_shards.write(first, timeless, made(events, *shape), []).new,
            "sums": lambda: sum(1 for _ in event_shards.matched([first])),
            "write_again": lambda: event_shards.write(again, timeless, made(events, *shape), [first]).known,
        }
        root, width = Path(folder) / "workspace", shape[1]
        steps |= {
            "import": lambda: imported(root, made(events, *shape), width),
            "matrix": lambda: matrix(root, width).nnz,
            "split": lambda: len(leave_one_out(matrix(root, width), np.random.default_rng(0), most_users=5000).users),
            "als": lambda: len(fitted(root, width).users),
            "scores": lambda: asked(fitted(root, width)),
        }
        for name, step in steps.items():
            said = {"benchmark": "events", "events": events, "users": shape[0], "songs": shape[1], "step": name}
            child = FORK.Process(target=timed, args=(said, step))
            child.start()
            child.join()
        print(json.dumps({"benchmark": "events", "events": events, "shard_mb": first.stat().st_size // 10**6}))


def imported(root: Path, batches: Iterator[pa.RecordBatch], songs: int) -> int:
    """Events that a new workspace took."""
    with Workspace.open(root, write=True) as space:
        space.add_paths([f"/music/{song:08d}.mp3".encode() for song in range(songs)])
        return space.add_events("log:/made", batches).new


def matrix(root: Path, songs: int) -> sparse.csr_array:
    """The listens of the workspace."""
    with Workspace.open(root) as space:
        return space.interactions(items=np.arange(1, songs + 1)).counts


def fitted(root: Path, songs: int) -> Als:
    """One round of 64 factors."""
    return als(matrix(root, songs), 64, penalty=3.0, alpha=30.0, iterations=1, seed=0)


def asked(model: Als) -> int:
    """How many of 1,000 users were scored, in blocks."""
    blocks = np.array_split(np.arange(min(1000, len(model.users))), 20)
    return sum(len(np.argpartition(-model.scores(rows), 10, axis=1)[:, :10]) for rows in blocks)


def timed(said: dict[str, object], step: Callable[[], object]) -> None:
    """Do a step and print what it cost; `found` is its answer: events, pairs, or events that were known."""
    begin = time.process_time()
    found = step()
    seconds = round(time.process_time() - begin, 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
    print(json.dumps(said | {"cpu_s": seconds, "peak_mb": peak, "found": found}), flush=True)


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


if __name__ == "__main__":
    main()
