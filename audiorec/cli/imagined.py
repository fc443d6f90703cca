"""Imagined listeners for a library of which nobody's listens are known, so that its owner can see the whole road.

Each is fond of the songs that sound nearest to one song of the library. They are made up, and whatever is measured on
them says only that the parts fit together: the caller must say so wherever it shows them.
"""

import numpy as np
from numpy.typing import NDArray

NAMES = ("Alba", "Bo", "Chiara", "Deniz", "Emil", "Farah", "Goran", "Hana", "Ines", "Jun", "Kofi", "Lena")


def imagine_listens(
    descriptors: NDArray[np.floating], track_ids: NDArray[np.int64], seed: int, unplayed: float = 0.2
) -> list[tuple[str, int, float, float | None]]:
    """Listens (user, track id, count, None) of up to twelve listeners to descriptors [N, D].

    A share `unplayed` of the songs is played by nobody, so that there is something new to recommend.
    """
    rng = np.random.default_rng(seed)
    points = (descriptors - descriptors.mean(axis=0)) / np.maximum(descriptors.std(axis=0), 1e-9)
    played = rng.permutation(len(track_ids))[: max(1, round(len(track_ids) * (1 - unplayed)))]
    each = int(np.clip(len(played) // 4, 2, 40))
    rows: list[tuple[str, int, float, float | None]] = []
    for name, favourite in zip(NAMES, rng.choice(played, min(len(NAMES), len(played)), replace=False), strict=False):
        distance = np.linalg.norm(points[played] - points[favourite], axis=1)
        near = played[np.argsort(distance, kind="stable")[: 2 * each]]
        chosen = rng.permutation(near)[:each]
        rows += [(name, int(track_ids[song]), float(1 + rng.poisson(3)), None) for song in chosen]
    return rows
