"""Bare listening files: `user TAB song TAB count` (Taste Profile) or `user TAB song TAB rating` (Yahoo! R3).

Names are kept as they are written; users and songs stand in the order of their names. It does not know workspaces:
songs here have names, not track ids.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from audiorec.errors import InputError


@dataclass(frozen=True)
class Triplets:
    """Names of users and songs, and counts CSR float32 [U, I]."""

    users: tuple[str, ...]
    songs: tuple[str, ...]
    counts: sparse.csr_array


def read(path: Path, *, least: float = 0.0) -> Triplets:
    """Read a file of three columns; rows with a value below `least` are left out (Yahoo: a rating of 4 is a like).

    Repeated pairs add up. Raises InputError for an absent file or a line that cannot be read, with its number.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        fields = line.split("\t")
        try:
            user, song, value = fields[0], fields[1], float(fields[2])
        except (IndexError, ValueError):
            raise InputError(f"{path}, line {number}: not `user TAB song TAB count`: {line[:60]!r}") from None
        if value > 0.0 and value >= least:
            rows.append((user, song, value))
    users, user_rows = np.unique(np.array([row[0] for row in rows], dtype=str), return_inverse=True)
    songs, columns = np.unique(np.array([row[1] for row in rows], dtype=str), return_inverse=True)
    values = np.array([row[2] for row in rows], dtype=np.float32)
    matrix = sparse.coo_array((values, (user_rows, columns)), shape=(len(users), len(songs)))
    return Triplets(tuple(users.tolist()), tuple(songs.tolist()), sparse.csr_array(matrix.tocsr()))


def with_at_least(data: Triplets, songs: int) -> Triplets:
    """Only the users with so many songs or more, and only the songs that somebody of them knows (the data of AMNN)."""
    rows = np.flatnonzero(np.diff(data.counts.indptr) >= songs)
    kept = sparse.csr_array(data.counts[rows])
    columns = np.unique(kept.indices)
    names = tuple(data.songs[column] for column in columns)
    return Triplets(tuple(data.users[row] for row in rows), names, sparse.csr_array(kept[:, columns]))
