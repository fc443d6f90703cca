"""The shipped library's own truth: do the lists of songs that nobody has played match the tastes they were made from?

Only made libraries know it. The tastes take no part in anything that is learned.
"""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiorec import metrics
from audiorec.cli.report.facts import Evaluation, Result
from audiorec.ranking.recommender import Recommender

# A true taste above this counts as liking the song: the upper third of all tastes.
LIKED = 0.5


def against_truth(recommender: Recommender, tastes: Path) -> Evaluation:
    """AUC over the unplayed songs for every listener: tastes.csv has columns user, path, taste (0..1)."""
    listens = recommender.listens
    truth = _read(tastes, recommender)
    new = listens.plays() == 0
    scores: dict[str, Callable[[int], NDArray[np.floating]]] = {
        "hybrid": lambda row: recommender.score(row).total[0, new],
        "popularity": lambda row: np.zeros(int(new.sum())),
        "chance": lambda row: np.random.default_rng(row).random(int(new.sum())),
    }
    results = []
    for system, score in scores.items():
        values = [metrics.auc(score(row), truth[row, new] > LIKED) for row in range(len(listens.users))]
        known = np.array([value for value in values if np.isfinite(value)])
        interval = metrics.bootstrap_interval(known, np.random.default_rng(0))
        results.append(Result(system, {"auc": float(known.mean())}, {"auc": interval}))
    about = f"{int(new.sum())} songs that nobody has played, against the tastes from which the listeners were made"
    return Evaluation("New songs against true tastes", about, tuple(results), songs=int(new.sum()))


def _read(tastes: Path, recommender: Recommender) -> NDArray[np.float64]:
    """Tastes [U, I] in the order of the listens; 0 where the file says nothing."""
    listens = recommender.listens
    user_row = {name: row for row, name in enumerate(listens.users)}
    place = {track.path: column for column, track in enumerate(recommender.tracks)}
    out = np.zeros((len(listens.users), len(listens.items)))
    library = os.fsencode((tastes.parent / "library").absolute())
    with tastes.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            column = place.get(os.path.join(library, os.fsencode(line["path"])))
            if line["user"] in user_row and column is not None:
                out[user_row[line["user"]], column] = float(line["taste"])
    return out
