"""A leave-one-out question from bare files: a published split, or listens of which one song a user is held out here.

A path is a published split when `PATH.train.rating` exists (the NCF paper's three files, used as they are), and else
a listening file of three columns (`data.triplets`). It does not know workspaces.
"""

from pathlib import Path

import numpy as np

from audiorec.data.splits import folds, leave_one_out
from audiorec.errors import InputError
from audiorec.sources.tables import ncf_format, triplets
from audiorec.sources.tables.ncf_format import NcfData


def read(path: Path, *, seed: int = 0, least_songs: int = 1, least_value: float = 0.0) -> NcfData:
    """Read the files at `path`; raises InputError for absent or broken ones.

    The rest concerns a listening file. seed: draws the held-out songs and the candidates; least_songs: how many songs a
    user must have to be kept (AMNN: 20); least_value: rows below it are left out (Yahoo! R3: a rating of 4 is a like).
    """
    if Path(f"{path}.train.rating").is_file():
        return ncf_format.read(path)
    if not path.is_file():
        raise InputError(f"neither {path} nor {path}.train.rating is a file: name a listening file or a split's prefix")
    listens = triplets.with_at_least(triplets.read(path, least=least_value), least_songs)
    return NcfData(leave_one_out(listens.counts, np.random.default_rng(seed)))


def read_folds(
    path: Path, count: int, *, seed: int = 0, least_songs: int = 1, least_value: float = 0.0
) -> list[NcfData]:
    """The questions of a `count`-fold cross-validation over a listening file; raises InputError as `read` does."""
    if Path(f"{path}.train.rating").is_file():
        raise InputError(f"{path} is split already: leave --folds out")
    listens = triplets.with_at_least(triplets.read(path, least=least_value), least_songs)
    return [NcfData(fold) for fold in folds(listens.counts, count, np.random.default_rng(seed))]
