"""The sums of listens as a matrix that lies ready below `derived/`, made again whenever listens have changed.

It does not know which songs have features: whoever asks says which songs are wanted.
"""

import sqlite3

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.data import derived, lacking
from audiorec.data.interactions import Interactions, from_columns
from audiorec.data.listen_marks import MATRIX, matrix_state, sources
from audiorec.data.open_folder import OpenFolder
from audiorec.errors import WorkspaceError

_AT_ONCE = 1_000  # rows that are Python's at a time: it looks through all that there are again and again


def interactions(space: OpenFolder, items: NDArray[np.int64]) -> Interactions:
    """All listens to these track ids, in rising order; raises WorkspaceError when there are none."""
    whole = every_listen(space)
    if whole is None or not np.isin(whole.items, items).any():
        raise WorkspaceError(lacking.no_listens(space.db))
    counts = _only_columns(whole.counts, whole.items, items)
    has = np.diff(counts.indptr) > 0
    users = tuple(name for name, here in zip(whole.users, has, strict=True) if here)
    times = None
    if whole.times is not None:
        last = sparse.csr_array(_only_columns(whole.times, whole.items, items)[has])
        times = last if last.nnz else None
    return Interactions(users, items, sparse.csr_array(counts[has]), times)


def song_ids(space: OpenFolder) -> NDArray[np.int64]:
    """Every song that can be used, those that are known by name only included, in rising order."""
    songs = space.db.execute("SELECT id FROM track WHERE present = 1 AND status != 'failed' ORDER BY id")
    return np.fromiter((row[0] for row in songs), dtype=np.int64)


def _only_columns(matrix: sparse.csr_array, ids: NDArray[np.int64], items: NDArray[np.int64]) -> sparse.csr_array:
    """CSR [U, I] over `items` of CSR [U, J] over `ids`, both in rising order."""
    place = np.searchsorted(items, ids).clip(max=len(items) - 1)
    place = np.where(items[place] == ids, place, -1)[matrix.indices]
    keep = place >= 0
    before = np.concatenate([[0], np.cumsum(keep)])
    shape = (matrix.shape[0], len(items))
    # Numbers of the size that they had: fingerprints of listens are taken of their bytes.
    indices, indptr = place[keep].astype(matrix.indices.dtype), before[matrix.indptr].astype(matrix.indptr.dtype)
    return sparse.csr_array((matrix.data[keep], indices, indptr), shape=shape)


def every_listen(space: OpenFolder) -> Interactions | None:
    """The matrix over every track that anybody plays; None without listens."""
    state = matrix_state(space.db)
    found = derived.load(space.derived(MATRIX))
    if found is not None and found[0].get("state") == state:
        users, arrays = tuple(found[0]["users"]), found[1]
    else:
        made = _read(space.db)
        if made is None:
            return None
        users, arrays = made.users, _arrays(made)
        # How much there is can then be told without opening arrays (`counts.py`).
        about = {"state": state, "users": list(users), **amounts(made)}
        derived.save(space.derived(MATRIX), about, arrays)
    shape = (len(users), len(arrays["items"]))
    counts, times = (
        sparse.csr_array(tuple(arrays[f"{name}.{part}"] for part in ("data", "indices", "indptr")), shape=shape)
        for name in ("counts", "times")
    )
    return Interactions(users, arrays["items"], counts, times if times.nnz else None)


def amounts(listens: Interactions) -> dict[str, int | float]:
    """How many listens there are, and to how many tracks."""
    return {"listens": float(listens.counts.data.sum(dtype=np.float64)), "played_tracks": len(listens.items)}


def _arrays(made: Interactions) -> "derived.Arrays":
    times = sparse.csr_array(made.counts.shape) if made.times is None else made.times
    arrays: derived.Arrays = {"items": made.items}
    for name, matrix in (("counts", made.counts), ("times", times)):
        arrays |= {f"{name}.{part}": getattr(matrix, part) for part in ("data", "indices", "indptr")}
    return arrays


def _read(db: sqlite3.Connection) -> Interactions | None:
    numbers: dict[str, int] = {}
    parts = []
    # One source after the other, as they lie in the catalogue, which need not sort them then.
    for source in sources(db):
        query = "SELECT user, track_id, count, time FROM listen WHERE source = ? ORDER BY user, track_id"
        cursor = db.execute(query, (source,))
        while rows := cursor.fetchmany(_AT_ONCE):
            who, tracks, counts, times = zip(*rows, strict=True)
            users = np.array([numbers.setdefault(name, len(numbers)) for name in who], dtype=np.int64)
            last = np.array(times, dtype=np.float64)  # None becomes NaN
            parts.append((users, np.array(tracks, dtype=np.int64), np.array(counts, dtype=np.float64), last))
    if not parts:
        return None
    users, ids, plays, when = (np.concatenate(column) for column in zip(*parts, strict=True))
    return from_columns(list(numbers), users, ids, plays, when, np.unique(ids))
