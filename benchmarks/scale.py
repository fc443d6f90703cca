"""What size costs: importing and reading listens (`made`), ItemKNN and ALS beside `implicit` (`peer`).

    python benchmarks/scale.py --part made --songs 100000 --users 50000 --listens 5000000
    python benchmarks/scale.py --part peer --songs 20000 --users 10000 --listens 1000000

Songs are played by a power law. Every line has seconds of processor time beside the clock's, since other work on the
machine does not count in them; ratios are our processor time over the peer's in the same run. `peer` needs `implicit`.
It does not time training of the whole hybrid, nor lists.
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from audiorec.collaborative.als import als
from audiorec.collaborative.itemknn import nearest_items
from audiorec.data.events import SCHEMA
from audiorec.data.workspace import Workspace

_BATCH = 50_000


def main() -> None:
    """Run one part and print JSON lines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=("made", "peer"), required=True)
    parser.add_argument("--songs", type=int, default=20_000)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--listens", type=int, default=1_000_000)
    asked = parser.parse_args()
    for metric, value in (_made if asked.part == "made" else _peer)(asked.songs, asked.users, asked.listens):
        line = {"benchmark": "scale", "part": asked.part, "songs": asked.songs, "metric": metric}
        print(json.dumps(line | {"users": asked.users, "listens": asked.listens, "value": round(value, 3)}), flush=True)


def _pairs(songs: int, users: int, listens: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Users and songs of the listens."""
    rng = np.random.default_rng(0)
    liking = np.arange(1, songs + 1) ** -0.8
    return rng.integers(0, users, listens), rng.choice(songs, listens, p=liking / liking.sum())


def _events(users: NDArray[np.int64], songs: NDArray[np.int64]) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(users), _BATCH):
        part = slice(start, start + _BATCH)
        size = len(users[part])
        columns = {
            "user": [f"user {user}" for user in users[part]],
            "track_id": songs[part] + 1,
            "song": [f'{{"title": "song {song}"}}' for song in songs[part]],
            "time": 1e9 + 10.0 * np.arange(start, start + size),
            "seconds": np.full(size, 200.0, np.float32),
            "kind": ["play"] * size,
            "weight": np.ones(size, np.float32),
            "row": np.arange(start, start + size),
        }
        yield pa.RecordBatch.from_pydict(columns, schema=SCHEMA)


def _made(songs: int, users: int, listens: int) -> Iterator[tuple[str, float]]:
    pairs = _pairs(songs, users, listens)
    with tempfile.TemporaryDirectory() as folder, Workspace.open(Path(folder), write=True) as space:
        space.add_paths([b"/made/%d.mp3" % song for song in range(songs)])
        yield from _timed("making_events", lambda: sum(batch.num_rows for batch in _events(*pairs)))
        yield from _timed("import", lambda: space.add_events("log:/first", _events(*pairs)))
        yield from _timed("import_again", lambda: space.add_events("log:/second", _events(*pairs)))
        items = np.arange(1, songs + 1)
        yield from _timed("interactions_first", lambda: space.interactions(items=items))
        yield from _timed("interactions", lambda: space.interactions(items=items))
    yield "peak_mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _peer(songs: int, users: int, listens: int) -> Iterator[tuple[str, float]]:
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import CosineRecommender

    rows, columns = _pairs(songs, users, listens)
    counts = sparse.coo_array((np.ones(listens, np.float32), (rows, columns)), shape=(users, songs)).tocsr()
    counts.data[:] = 1.0
    plain = sparse.csr_matrix(counts)
    peer = AlternatingLeastSquares(factors=128, iterations=2, num_threads=1, random_state=0)
    runs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "itemknn": (
            lambda: nearest_items(counts, neighbours=200),
            lambda: CosineRecommender(K=200, num_threads=1).fit(plain, show_progress=False),
        ),
        "als": (
            lambda: als(counts, 128, penalty=2.0, alpha=10.0, iterations=2, seed=0),
            lambda: peer.fit(plain, show_progress=False),
        ),
    }
    for name, (ours, theirs) in runs.items():
        own, other = dict(_timed(name, ours)), dict(_timed(f"{name}_peer", theirs))
        yield from own.items()
        yield from other.items()
        yield f"{name}_ratio", own[f"{name}_cpu_s"] / other[f"{name}_peer_cpu_s"]


def _timed(name: str, run: Callable[[], object]) -> Iterator[tuple[str, float]]:
    clock, processor = time.perf_counter(), time.process_time()
    run()
    yield f"{name}_s", time.perf_counter() - clock
    yield f"{name}_cpu_s", time.process_time() - processor


if __name__ == "__main__":
    main()
