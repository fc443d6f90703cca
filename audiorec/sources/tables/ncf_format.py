"""The split files of the NCF paper: `NAME.train.rating`, `NAME.test.rating` and `NAME.test.negative`.

Rows are `user TAB item TAB rating [TAB timestamp]` with numbers from 0; a line of the negatives is `(user,item)` and
the songs it is ranked among. Candidate lists are used as they are, and any rating is a listen. A user's rows stand in
the order of time, and the song of the test came after the last of them. Source: He et al. 2017.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.data.splits import HoldOut, LeaveOneOut, touched
from audiorec.errors import InputError


@dataclass(frozen=True)
class NcfData:
    """A split: the leave-one-out question and, when known, when each training listen was: CSR [U, I], larger is later.

    Published files without time stamps give the numbers of their rows.
    """

    split: LeaveOneOut
    times: sparse.csr_array | None = None


def read(prefix: Path) -> NcfData:
    """Read the three files that begin with `prefix`, such as `cf/lastfm/lastfm`.

    The matrix is as large as the highest numbers in any of the files. Raises InputError for an absent file or a line
    that cannot be read, with its number.
    """
    train = _read_rows(Path(f"{prefix}.train.rating"))
    test = _read_rows(Path(f"{prefix}.test.rating"))
    users, candidates = _read_negatives(Path(f"{prefix}.test.negative"))
    _check_same(Path(f"{prefix}.test.negative"), test, users, candidates)
    shape = (
        int(max(train[:, 0].max(initial=-1), users.max(initial=-1))) + 1,
        int(max(train[:, 1].max(initial=-1), candidates.max(initial=-1))) + 1,
    )
    places = (train[:, 0].astype(np.int64), train[:, 1].astype(np.int64))
    counts = _matrix(train[:, 2].astype(np.float32), places, shape)
    when = _when(train)
    times = None if when is None else _matrix(when, places, shape)
    others = np.maximum(candidates[:, 1:], 0)
    known = touched(counts, np.broadcast_to(users[:, None], others.shape), others) & (candidates[:, 1:] >= 0)
    return NcfData(LeaveOneOut(counts, users, candidates, HoldOut(times, bool(known.any()))), times)


def write(prefix: Path, split: LeaveOneOut) -> None:
    """Write a split as the three files, so that others can be measured on the same candidates.

    A user's rows are in the order of song numbers, which says of a split without times that it has no order.
    """
    whole = sparse.coo_array(split.train)
    rows, columns = whole.coords
    lines = [f"{u}\t{i}\t{c:g}\n" for u, i, c in zip(rows, columns, whole.data, strict=True)]
    Path(f"{prefix}.train.rating").write_text("".join(lines), encoding="utf-8")
    pairs = list(zip(split.users.tolist(), split.candidates.tolist(), strict=True))
    Path(f"{prefix}.test.rating").write_text("".join(f"{u}\t{row[0]}\t1\n" for u, row in pairs), encoding="utf-8")
    named = ["\t".join([f"({u},{row[0]})", *(str(i) for i in row[1:] if i >= 0)]) + "\n" for u, row in pairs]
    Path(f"{prefix}.test.negative").write_text("".join(named), encoding="utf-8")


def _when(train: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Time stamps of the rows, or their numbers from 1 where stamps do not differ; None when neither says an order."""
    if len(np.unique(train[:, 3])) > 1:
        return np.asarray(train[:, 3])
    same_user, rising = np.diff(train[:, 0]) == 0, np.diff(train[:, 1]) > 0
    # Rows that are sorted by song number were put so by whoever wrote the file: not a word about time.
    if (rising | ~same_user).all():
        return None
    return np.arange(1.0, len(train) + 1.0)


def _matrix(
    values: NDArray[np.floating], places: tuple[NDArray[np.int64], NDArray[np.int64]], shape: tuple[int, int]
) -> sparse.csr_array:
    # A rating of 0 is still a listen: it must not vanish from a sparse matrix.
    return sparse.csr_array(sparse.coo_array((np.maximum(values, 1e-6), places), shape=shape).tocsr())


def _read_rows(path: Path) -> NDArray[np.float64]:
    rows = []
    for number, line in enumerate(_lines(path), start=1):
        fields = line.split()
        if not fields:
            continue
        try:
            rows.append([float(field) for field in (*fields, "0")[:4]] if len(fields) > 2 else _pair(fields))
        except ValueError:
            raise InputError(f"{path}, line {number}: not `user item rating [time]`: {line[:60]!r}") from None
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _pair(fields: list[str]) -> list[float]:
    user, item = fields
    return [float(user), float(item), 1.0, 0.0]


def _read_negatives(path: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    users, lists = [], []
    for number, line in enumerate(_lines(path), start=1):
        fields = line.split()
        if not fields:
            continue
        try:
            user, item = fields[0].strip("()").split(",")
            users.append(int(user))
            lists.append([int(item), *(int(field) for field in fields[1:])])
        except ValueError:
            raise InputError(f"{path}, line {number}: not `(user,item) song song ...`: {line[:60]!r}") from None
    candidates = np.full((len(lists), max(map(len, lists), default=1)), -1, dtype=np.int64)
    for row, songs in enumerate(lists):
        candidates[row, : len(songs)] = songs
    return np.array(users, dtype=np.int64), candidates


def _check_same(path: Path, test: NDArray[np.float64], users: NDArray[np.int64], candidates: NDArray[np.int64]) -> None:
    tested = {(int(user), int(item)) for user, item in test[:, :2]}
    asked = set(zip(users.tolist(), candidates[:, 0].tolist(), strict=True))
    if tested != asked:
        user, item = sorted(tested ^ asked)[0]
        raise InputError(f"{path} and its test.rating do not hold the same pairs, for example ({user},{item})")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
