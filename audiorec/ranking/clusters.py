"""Groups of songs: k-means on directions, with a number of groups that is both well apart and found again.

A number is judged by its silhouette and by how far runs from other seeds agree (adjusted Rand index); a song without a
vector belongs to no group. It does not know what the vectors mean: network, sound, or both fused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audiorec.data import derived
from audiorec.errors import InputError
from audiorec.learning.directions import unit
from audiorec.learning.drawn import drawn

# What is imported here is imported by `similar` too, which makes no groups: scikit-learn takes a second of it.
if TYPE_CHECKING:
    from sklearn.cluster import KMeans

_SAMPLE = 2000  # songs whose silhouette is computed: it compares all pairs
_LEARNED = 5000  # songs that the centres are learned from; the others join the nearest centre


@dataclass(frozen=True)
class Judged:
    """A number of groups, how well apart they are (-1..1) and how far seeds agree on them (up to 1)."""

    count: int
    silhouette: float
    stability: float


@dataclass(frozen=True)
class Clusters:
    """labels: int64 [N], -1 for a song without a vector; centres: float64 [k, d]; judged: every number tried."""

    labels: NDArray[np.int64]
    centres: NDArray[np.float64]
    judged: list[Judged]


def find_clusters(
    vectors: NDArray[np.floating],
    known: NDArray[np.bool_],
    counts: Sequence[int] = (4, 8, 16, 32, 64),
    *,
    seeds: int = 3,
    seed: int = 0,
) -> Clusters:
    """Group vectors [N, d] with the best of the given numbers of groups, by silhouette times stability.

    Numbers that the known songs cannot fill are left out; raises InputError when fewer than three songs are known.
    """
    rows = np.flatnonzero(known)
    directions = unit(np.asarray(vectors[rows], dtype=np.float64))
    learned, judged, runs = directions[drawn(np.arange(len(directions)), _LEARNED, seed)], [], {}
    different = len(np.unique(learned.round(9), axis=0))
    able = [count for count in counts if count < different]
    if not able:
        raise InputError(
            f"so few songs that differ ({len(rows)} known) cannot be grouped: train on more listens, or extract more"
        )
    for count in able:
        runs[count] = [_fit(learned, count, seed + step) for step in range(seeds)]
        judged.append(_judge(learned, runs[count], count, seed))
    best = max(judged, key=lambda one: (max(one.silhouette, 0.0) * max(one.stability, 0.0), -one.count))
    chosen = min(runs[best.count], key=lambda run: float(run.inertia_))
    labels = np.full(len(vectors), -1, dtype=np.int64)
    labels[rows] = chosen.predict(directions)
    return Clusters(labels, np.asarray(chosen.cluster_centers_), judged)


def kept_clusters(folder: Path, state: str, vectors: NDArray[np.floating], known: NDArray[np.bool_]) -> Clusters:
    """`find_clusters`, made anew only when the vectors are others; folder: for them, below `derived/`; state: of the
    vectors."""
    found = derived.load(folder)
    if found is not None and found[0].get("state") == state:
        about, arrays = found
        return Clusters(arrays["labels"], arrays["centres"], [Judged(*one) for one in about["judged"]])
    made = find_clusters(vectors, known)
    about = {"state": state, "judged": [(one.count, one.silhouette, one.stability) for one in made.judged]}
    derived.save(folder, about, {"labels": made.labels, "centres": made.centres})
    return made


def _fit(directions: NDArray[np.floating], count: int, seed: int) -> "KMeans":
    from sklearn.cluster import KMeans

    return KMeans(count, n_init=2, random_state=seed).fit(directions)


def _judge(directions: NDArray[np.floating], runs: "Sequence[KMeans]", count: int, seed: int) -> Judged:
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    labels = [run.labels_ for run in runs]
    size = _SAMPLE if len(directions) > _SAMPLE else None
    apart = float(silhouette_score(directions, labels[0], sample_size=size, random_state=seed))
    pairs = [(a, b) for place, a in enumerate(labels) for b in labels[place + 1 :]]
    agree = float(np.mean([adjusted_rand_score(a, b) for a, b in pairs])) if pairs else 1.0
    return Judged(count, apart, agree)
