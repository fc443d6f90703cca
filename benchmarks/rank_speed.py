"""How fast a list comes from a million songs: top 100 with diversity and artist caps, beside one bare matrix product.

Prints JSON lines: milliseconds for one user and for a batch of 64, the product's own, and their ratio; memory.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable

import numpy as np

from audiorec.models.nearest import best_songs
from audiorec.ranking.diversify import Wishes
from audiorec.ranking.retrieve import diverse_lists


def median_ms(action: Callable[[], object], repeats: int) -> float:
    """Median time of one call in milliseconds, after one to warm up."""
    action()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(1000.0 * (time.perf_counter() - start))
    return float(np.median(times))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--songs", type=int, default=1_000_000)
    parser.add_argument("--dims", type=int, default=128)
    parser.add_argument("--top", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    songs = rng.standard_normal((options.songs, options.dims), dtype=np.float32)
    wishes = Wishes(top=options.top)
    artist = rng.integers(0, options.songs // 10, options.songs)
    for users in (1, 64):
        queries = rng.standard_normal((users, options.dims), dtype=np.float32)
        product = median_ms(lambda queries=queries: queries @ songs.T, options.repeats)
        plain = median_ms(lambda queries=queries: best_songs(queries, songs, options.top), options.repeats)
        lists = median_ms(lambda queries=queries: diverse_lists(queries, songs, artist, wishes), options.repeats)
        line = {"benchmark": "rank_speed", "songs": options.songs, "dims": options.dims, "users": users}
        times = {"matmul_ms": product, "top_ms": plain, "diverse_ms": lists}
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            json.dumps(
                line
                | {name: round(value, 2) for name, value in times.items()}
                | {"ratio_to_matmul": round(lists / product, 3), "memory_mb": round(memory)}
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
