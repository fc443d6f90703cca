"""Cold start on real music: rank artists that nobody has played, for every Last.fm user who plays one of them.

Items are the Last.fm artists that have clips; five folds over the sorted ids (scikit-learn KFold, shuffled, seed 0); a
fold's artists lose all their plays, and are ranked among themselves. Prints JSON lines. `--cold FILE` takes artist ids,
one a line, to keep aside instead of folds. Nothing is chosen on the artists that are tested: the hybrid's weights come
from artists made cold inside the training part.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy import sparse
from sklearn.model_selection import KFold

from audiorec import metrics
from audiorec.data.workspace import Workspace
from audiorec.models.content_knn import mean_similarity
from audiorec.models.content_space import fit_space
from audiorec.models.factors import implicit_als
from audiorec.models.ridge import fit_ridge
from audiorec.ranking.sketches import spectra
from audiorec.training.hybrid import HybridRecipe, Lists, Weights, calibrate, fit_weights
from audiorec.training.taste import Content, TasteRecipe, fit_taste, standard_rows

METRICS = ("auc", "recall@20", "ndcg@20")
# How much a block of content counts beside sound.
WEIGHTS = {"sound": 1.0, "spectrum": 0.7, "release": 2.0, "words": 0.3}


@dataclass(frozen=True)
class Data:
    """Artists [A], listens to them CSR [U, A] and to artists without clips [U, J], friends [U, U] (rows sum to 1 or
    0), and blocks of content, one row an artist."""

    artists: np.ndarray
    listens: sparse.csr_array
    elsewhere: sparse.csr_array
    friends: sparse.csr_array
    blocks: dict[str, np.ndarray]


def main() -> None:
    """Parse the options, run, print."""
    options = parse_options()
    torch.set_num_threads(1)
    data = load(options.data, options.workspace)
    folds = kept_aside(data, options.cold) if options.cold else five_folds(len(data.artists))
    chosen = {name: system for name, system in systems().items() if not options.systems or name in options.systems}
    per_user = {}
    for name, system in chosen.items():
        per_user[name] = run(data, folds, system, options.seeds)
        for line in lines(name, per_user[name]):
            print(json.dumps(line), flush=True)
    for first, second in (("hybrid", "ridge"), ("hybrid", "hybrid:sound only")):
        if first in per_user and second in per_user:
            for line in differences(first, second, per_user):
                print(json.dumps(line), flush=True)


def parse_options() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, help="a workspace with the clips extracted; made when it has none")
    parser.add_argument("--cold", type=Path, help="artist ids, one a line: test on these, train on all others")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds to average over")
    parser.add_argument("--systems", nargs="*", default=[], help="only these systems")
    return parser.parse_args()


# --- data ---------------------------------------------------------------------------------------------------------


def load(folder: Path, workspace: Path | None) -> Data:
    """Read listens, friends and content; extract the clips first when the workspace has no features."""
    if not (folder / "moodclips" / "labels.csv").is_file():
        sys.exit(f"skipped: no moodclips in {folder} (set AUDIOREC_DATA or --data)")
    with (folder / "moodclips" / "labels.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["hetrec_artist_id"]]
    artist_of = {str(Path(row["path"]).name): int(row["hetrec_artist_id"]) for row in rows}
    with tempfile.TemporaryDirectory() as temporary:
        root = workspace or Path(temporary) / "workspace"
        if not (root / "catalogue.sqlite").is_file():
            command = [sys.executable, "-m", "audiorec", "--workspace", str(root), "extract"]
            subprocess.run([*command, str(folder / "moodclips" / "library")], check=True, stdout=sys.stderr)
        artists, blocks = content(root, artist_of)
    hetrec = folder / "hetrec-lastfm-2k"
    plays = np.loadtxt(hetrec / "user_artists.dat", skiprows=1, dtype=np.int64)
    users = np.unique(plays[:, 0])
    return Data(artists, *listens(plays, users, artists), friends(hetrec / "user_friends.dat", users), blocks)


def content(root: Path, artist_of: dict[str, int]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Ids of the artists that have clips with features, sorted, and the mean of each block over an artist's clips."""
    with Workspace.open(root) as space:
        table, tracks = space.features(), {track.id: track for track in space.tracks()}
        spectrum = spectra(table, table.track_ids)
    names = [os.fsdecode(tracks[int(track)].path).rsplit("/", 1)[-1] for track in table.track_ids]
    owner = np.array([artist_of.get(name, -1) for name in names])
    artists = np.unique(owner[owner >= 0])
    years = np.array([[tracks[int(track)].year or np.nan] for track in table.track_ids], dtype=np.float64)
    words = table.lyrics().astype(np.float64)
    release = np.column_stack([years, np.isnan(years), np.isnan(words[:, 0])])
    sound = table.descriptors().astype(np.float64)
    blocks = {"sound": sound, "spectrum": spectrum.astype(np.float64), "release": release, "words": words}
    means = {name: np.array([known_mean(block[owner == a]) for a in artists]) for name, block in blocks.items()}
    songs = np.array([np.log((owner == a).sum()) for a in artists])
    means["release"] = np.column_stack([means["release"], songs])
    return artists, means


def known_mean(rows: np.ndarray) -> np.ndarray:
    """Column means [D] over the known values; NaN where a column knows none."""
    known = ~np.isnan(rows)
    total = np.where(known, rows, 0.0).sum(axis=0)
    return np.divide(total, known.sum(axis=0), out=np.full(rows.shape[1], np.nan), where=known.any(axis=0))


def listens(plays: np.ndarray, users: np.ndarray, artists: np.ndarray) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Plays of the artists with clips [U, A], and of others that at least three users know [U, J]."""
    known = np.unique(plays[:, 1])
    entries = (plays[:, 2].astype(float), (np.searchsorted(users, plays[:, 0]), np.searchsorted(known, plays[:, 1])))
    matrix = sparse.csc_array(sparse.coo_array(entries, shape=(len(users), len(known))))
    others = np.flatnonzero((np.diff(matrix.indptr) >= 3) & ~np.isin(known, artists))
    own = sparse.lil_array((len(users), len(artists)))
    here = np.isin(artists, known)
    own[:, np.flatnonzero(here)] = matrix[:, np.searchsorted(known, artists[here])]
    return sparse.csr_array(own.tocsr()), sparse.csr_array(matrix[:, others].tocsr())


def friends(path: Path, users: np.ndarray) -> sparse.csr_array:
    """Friendships [U, U], each row a mean over friends."""
    pairs = np.searchsorted(users, np.loadtxt(path, skiprows=1, dtype=np.int64))
    matrix = sparse.csr_array(sparse.coo_array((np.ones(len(pairs)), pairs.T), shape=(len(users),) * 2).tocsr())
    return sparse.csr_array(sparse.diags_array(1.0 / np.maximum(matrix.sum(axis=1), 1.0)) @ matrix)


def five_folds(count: int) -> list[np.ndarray]:
    """The cold rows of each fold."""
    return [cold for _, cold in KFold(5, shuffle=True, random_state=0).split(np.zeros(count))]


def kept_aside(data: Data, path: Path) -> list[np.ndarray]:
    """One fold: the rows of the artists in a file."""
    wanted = {int(line) for line in path.read_text(encoding="utf-8").split()}
    found = np.flatnonzero(np.isin(data.artists, sorted(wanted)))
    if len(found) < len(wanted):
        print(f"{len(wanted) - len(found)} of the artists in {path} have no clips: left out", file=sys.stderr)
    return [found]


# --- systems: (data with the cold plays taken away, cold rows, seed, plays of the cold rows) -> scores [U, cold] ----

System = Callable[[Data, np.ndarray, int, np.ndarray], np.ndarray]


def systems() -> dict[str, System]:
    """Every system by name; a name with a colon is the hybrid with some of its parts taken away."""
    return {
        "random": random_order,
        "popularity_oracle": oracle,
        "content_knn": content_knn,
        "ridge": ridge,
        "taste": taste_alone,
        "hybrid": hybrid(),
        "hybrid:sound only": hybrid(blocks=("sound", "spectrum"), signals=("predicted", "content", "popularity")),
        "hybrid:sound + words": hybrid(
            blocks=("sound", "spectrum", "words"), signals=("predicted", "content", "popularity")
        ),
        "hybrid:without friends": hybrid(signals=("predicted", "content", "popularity")),
        "hybrid:without listens to others": hybrid(elsewhere=False),
    }


def random_order(data: Data, cold: np.ndarray, seed: int, truth: np.ndarray) -> np.ndarray:
    """Chance."""
    return np.random.default_rng(seed).random(truth.shape)


def oracle(data: Data, cold: np.ndarray, seed: int, truth: np.ndarray) -> np.ndarray:
    """The true popularity of the cold artists, which nobody can know."""
    return np.tile(truth.sum(axis=0), (len(truth), 1))


def content_knn(data: Data, cold: np.ndarray, seed: int, truth: np.ndarray) -> np.ndarray:
    """Mean cosine of sound to the user's artists."""
    warm = np.setdiff1d(np.arange(len(data.artists)), cold)
    sound = [data.blocks["sound"]]
    points = fit_space([sound[0][warm]], [1.0]).place(sound)
    return np.nan_to_num(mean_similarity(data.listens, points, points[cold]))


def ridge(data: Data, cold: np.ndarray, seed: int, truth: np.ndarray) -> np.ndarray:
    """Ridge regression from sound to implicit-ALS factors (van den Oord et al. 2013, with a linear map)."""
    warm = np.setdiff1d(np.arange(len(data.artists)), cold)
    together = sparse.csr_array(sparse.hstack([data.listens, data.elsewhere], format="csr"))
    together.data = np.log1p(together.data)
    factors = implicit_als(together, 8, regularization=1.0, alpha=5.0, iterations=5, seed=seed)
    sound = data.blocks["sound"]
    return factors.users @ fit_ridge(sound[warm], factors.items[warm], [300.0]).predict(sound[cold]).T


def taste_alone(data: Data, cold: np.ndarray, seed: int, truth: np.ndarray) -> np.ndarray:
    """The content-to-taste models without the other signals, all members counting the same."""
    return signals(data, cold, seed, tuple(WEIGHTS), True)["predicted"]


def hybrid(
    blocks: tuple[str, ...] = tuple(WEIGHTS),
    signals: tuple[str, ...] = ("predicted", "content", "popularity", "network"),
    elsewhere: bool = True,
) -> System:
    """The hybrid with some kinds of content, some signals, and with or without listens to artists without clips."""

    def system(data: Data, cold: np.ndarray, seed: int, truth: np.ndarray) -> np.ndarray:
        weights = rehearse(data, cold, seed, (blocks, signals, elsewhere))
        return score(weights, data, cold, seed, (blocks, signals, elsewhere))

    return system


Parts = tuple[tuple[str, ...], tuple[str, ...], bool]


def score(weights: Weights, data: Data, cold: np.ndarray, seed: int, parts: Parts) -> np.ndarray:
    """Scores [U, cold] with given weights."""
    found = signals_of(data, cold, seed, parts)
    everything = np.ones((data.listens.shape[0], len(cold)), dtype=bool)
    calibrated = {name: calibrate(value, everything) for name, value in found.items()}
    return np.sum(list(weights.contributions(calibrated, np.zeros(everything.shape)).values()), axis=0)


def rehearse(data: Data, cold: np.ndarray, seed: int, parts: Parts, folds: int = 4) -> Weights:
    """Weights learned from training artists that are made cold in turn."""
    warm = np.setdiff1d(np.arange(len(data.artists)), cold)
    inner = [warm[rows] for _, rows in KFold(folds, shuffle=True, random_state=seed).split(warm)]
    shape = (folds, data.listens.shape[0], max(map(len, inner)))
    together: dict[str, np.ndarray] = {}
    candidates, relevant = np.zeros((2, *shape), dtype=bool)
    for fold, rows in enumerate(inner):
        relevant[fold, :, : len(rows)] = np.asarray(data.listens[:, rows].todense()) > 0
        candidates[fold, :, : len(rows)] = True
        for name, value in signals_of(without(data, rows), cold, seed, parts, rows).items():
            together.setdefault(name, np.full(shape, np.nan))[fold, :, : len(rows)] = value
    flat = {name: value.reshape(-1, shape[2]) for name, value in together.items()}
    candidates, relevant = candidates.reshape(-1, shape[2]), relevant.reshape(-1, shape[2])
    return fit_weights(Lists(flat, candidates, relevant, np.zeros(candidates.shape)), HybridRecipe(seed=seed))


def signals_of(
    data: Data, cold: np.ndarray, seed: int, parts: Parts, rows: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """The chosen signals for the rows (default: all cold ones)."""
    found = signals(data, cold if rows is None else rows, seed, parts[0], parts[2])
    return {name: value for name, value in found.items() if name in parts[1]}


def signals(data: Data, rows: np.ndarray, seed: int, blocks: tuple[str, ...], elsewhere: bool) -> dict[str, np.ndarray]:
    """Signals [U, rows] for artists that have no plays."""
    usable = np.ones(len(data.artists), dtype=bool)
    material = Content([data.blocks[name] for name in blocks], [WEIGHTS[name] for name in blocks], usable)
    recipe = TasteRecipe(seed=seed)
    taste = fit_taste(material, data.listens, recipe, elsewhere=data.elsewhere if elsewhere else None)
    predicted = standard_rows(taste.scores(np.arange(data.listens.shape[0]))[:, rows])
    heard = np.flatnonzero(np.bincount(data.listens.indices, minlength=len(data.artists)))
    points = fit_space([block[heard] for block in material.blocks], material.weights).place(material.blocks)
    return {
        "predicted": predicted,
        "content": mean_similarity(data.listens, points, points[rows]),
        "popularity": np.tile(taste.popularity[rows], (len(predicted), 1)),
        "network": data.friends @ predicted,
    }


def without(data: Data, rows: np.ndarray) -> Data:
    """The same data with the plays of some artists taken away."""
    keep = np.ones(len(data.artists))
    keep[rows] = 0.0
    kept = sparse.csr_array(data.listens @ sparse.diags_array(keep))
    kept.eliminate_zeros()
    return Data(data.artists, kept, data.elsewhere, data.friends, data.blocks)


# --- measuring ----------------------------------------------------------------------------------------------------


def run(data: Data, folds: list[np.ndarray], system: System, seeds: int) -> np.ndarray:
    """Metrics of every user in every fold and seed: [seeds, folds, users, 3], NaN where she plays no test artist."""
    return np.array([[one_fold(data, cold, system, seed) for cold in folds] for seed in range(seeds)])


def one_fold(data: Data, cold: np.ndarray, system: System, seed: int) -> np.ndarray:
    """Metrics [users, 3] of one fold."""
    truth = np.asarray(data.listens[:, cold].todense()) > 0
    scores = system(without(data, cold), cold, seed, truth)
    return np.array([measure(scores[user], truth[user]) for user in range(len(truth))])


def measure(scores: np.ndarray, relevant: np.ndarray) -> tuple[float, float, float]:
    """AUC, Recall@20, NDCG@20 of one list; NaN without a relevant artist."""
    if not relevant.any():
        return (np.nan,) * 3
    ranks = metrics.relevant_ranks(scores, relevant)
    return metrics.auc(scores, relevant), metrics.recall(ranks, 20), metrics.ndcg(ranks, 20)


def lines(name: str, found: np.ndarray) -> list[dict[str, object]]:
    """One JSON line a metric: mean over seeds and folds, spread over folds (over seeds when there is one fold)."""
    means = np.nanmean(found, axis=2)
    spread = means.mean(axis=0).std(axis=0) if means.shape[1] > 1 else means[:, 0].std(axis=0)
    return [
        {
            "benchmark": "cold_start",
            "system": name,
            "metric": metric,
            "value": round(float(means[..., place].mean()), 4),
            "spread": round(float(spread[place]), 4),
            "folds": means.shape[1],
            "seeds": means.shape[0],
        }
        for place, metric in enumerate(METRICS)
    ]


def differences(first: str, second: str, found: dict[str, np.ndarray]) -> list[dict[str, object]]:
    """Paired bootstrap over users of first - second, 95 % interval."""
    users = found[first].shape[2]
    change = (found[first] - found[second]).transpose(2, 0, 1, 3).reshape(users, -1, 3)
    able = ~np.isnan(change[..., 0]).all(axis=1)
    each = np.nanmean(change[able], axis=1)
    lines = []
    for place, metric in enumerate(METRICS):
        low, high = metrics.bootstrap_interval(each[:, place], np.random.default_rng(0))
        line = {"benchmark": "cold_start", "system": f"{first} - {second}", "metric": metric}
        value = {"value": round(float(each[:, place].mean()), 4), "interval": [round(low, 4), round(high, 4)]}
        lines.append(line | value | {"users": int(able.sum())})
    return lines


if __name__ == "__main__":
    main()
