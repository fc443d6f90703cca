"""What comments say of songs: how they feel, how far they differ, and how many there are.

Comments are events whose weight is their feeling (-1 to 1); it judges no words itself.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

_COLUMNS = ["track_id", "weight"]


def comment_feelings(root: Path, track_ids: Sequence[int]) -> NDArray[np.float64] | None:
    """Mean feeling, its standard deviation and log(1 + comments) of each song, [I, 3]; NaN for one without comments.

    root: the folder of the workspace. None where no song has any.
    """
    place = {track: row for row, track in enumerate(track_ids)}
    rows, feelings = _comments(root, place)
    if not len(rows):
        return None
    count = np.bincount(rows, minlength=len(track_ids)).astype(np.float64)
    known = count > 0
    mean = np.full(len(track_ids), np.nan)
    square = mean.copy()
    mean[known] = np.bincount(rows, feelings, len(track_ids))[known] / count[known]
    square[known] = np.bincount(rows, feelings**2, len(track_ids))[known] / count[known]
    spread = np.sqrt(np.maximum(square - mean**2, 0.0))
    return np.column_stack([mean, spread, np.where(known, np.log1p(count), np.nan)])


def _comments(root: Path, place: dict[int, int]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows of songs and feelings of all comments on them."""
    rows, feelings = list[int](), list[float]()
    # Shards of single plays lie a folder deeper and hold no comments.
    for path in sorted((root / "listens").glob("*/*.parquet")):
        table = pq.read_table(path, columns=_COLUMNS, filters=[("kind", "=", "comment")])
        for track, feeling in zip(*(table[name].to_pylist() for name in _COLUMNS), strict=True):
            if track in place:
                rows.append(place[track])
                feelings.append(feeling)
    return np.array(rows, dtype=np.int64), np.array(feelings, dtype=np.float64)
