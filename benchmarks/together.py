"""One list for several users: what least misery and the mean give each of them, beside a list for one of them alone.

    python benchmarks/together.py [--data ../shared/data] [--seeds 3]

Last.fm users in groups of two, three and five; of each one's songs a fifth is held out. Implicit ALS scores every song,
scores become places, and one list is made of the group's. NDCG@20 of each member: the mean over members, and that of
the member who fares worst. `own` is each member's own list, `first` the list of one member for all. Half of the groups
are of users alike (neighbours in the factors), half are drawn at random. One JSON line a system, kind and size.
"""

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiorec import metrics
from audiorec.collaborative.als import als
from audiorec.hybrid.weights import calibrate
from audiorec.learning.directions import unit
from audiorec.network.spectral_training import hold_out
from audiorec.ranking.agreement import least_misery, mean
from audiorec.sources.tables import ncf_format

SIZES, GROUPS, K = (2, 3, 5), 150, 20
WAYS = {"least_misery": least_misery, "mean": mean, "first": lambda scores: scores[0]}
Floats = NDArray[np.float64]


def main() -> None:
    """Measure and print JSON lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    found: dict[tuple[str, str, int], list[Floats]] = {}
    for seed in range(asked.seeds):
        for key, values in _measure(asked.data, seed):
            found.setdefault(key, []).append(values)
    for (system, kind, size), groups in found.items():
        line = {"benchmark": "together", "system": system, "groups": kind, "size": size}
        for name, values in (("mean", np.mean(groups, axis=1)), ("worst", np.min(groups, axis=1))):
            half = 1.96 * float(values.std() / len(values) ** 0.5)
            print(json.dumps(line | {"metric": f"{name} ndcg@{K}", "value": round(float(values.mean()), 4),
                                     "interval": round(half, 4)}), flush=True)  # fmt: skip


def _measure(data: Path, seed: int) -> Iterator[tuple[tuple[str, str, int], Floats]]:
    """NDCG@20 of the members of each group, by system, kind and size."""
    rng = np.random.default_rng(seed)
    kept, held = hold_out(ncf_format.read(data / "cf" / "lastfm" / "lastfm").split.train, 0.2, seed)
    model = als(kept, 64, penalty=1.0, alpha=10.0, iterations=10, seed=seed)
    near, able = unit(model.users), np.flatnonzero(np.diff(held.indptr) >= 3)
    for size in SIZES:
        for number in range(GROUPS):
            kind = ("random", "alike")[number % 2]
            who = rng.choice(able, size, replace=False)
            if kind == "alike":
                who = able[np.argsort(-near[able] @ near[who[0]])[:size]]
            played = np.zeros(kept.shape[1], dtype=bool)
            played[kept[who].indices] = True  # a list holds what none of them has
            scores = list(calibrate(model.scores(who), np.ones((size, len(played)), dtype=bool)))
            relevant = [_relevant(held.indices[held.indptr[one] : held.indptr[one + 1]], played) for one in who]
            if not all(one.any() for one in relevant):
                continue
            lists = {name: [way(scores)] * size for name, way in WAYS.items()} | {"own": scores}
            for name, totals in lists.items():
                pairs = zip(totals, relevant, strict=True)
                yield (name, kind, size), np.array([_ndcg(np.where(played, -np.inf, one), own) for one, own in pairs])


def _relevant(songs: NDArray[np.integer], played: NDArray[np.bool_]) -> NDArray[np.bool_]:
    found = np.zeros(len(played), dtype=bool)
    found[songs] = True
    return found & ~played


def _ndcg(scores: Floats, relevant: NDArray[np.bool_]) -> float:
    return float(metrics.ndcg(metrics.relevant_ranks(scores, relevant), K))


if __name__ == "__main__":
    main()
