"""Cold start on real music: rank artists that nobody has played, for every Last.fm user who plays one of them.

Items are the Last.fm artists that have clips; five folds over the sorted ids (scikit-learn KFold, shuffled, seed 0); a
fold's artists lose all their plays, and are ranked among themselves. Prints JSON lines. `--cold FILE` takes artists to
keep aside instead of folds: a text file with an artist's id in Last.fm's table (`hetrec_artist_id` in `labels.csv`) in
each line; all others are learned from. Nothing is chosen on the artists that are tested: the hybrid's weights come
from artists made cold inside the training part, and so do the weights of the encoder's and the release blocks and all
that is chosen for ridge. `--keep FOLDER` holds what each fold gave, so that a stopped run goes on where it was.

`scope` of a line: `all`, the folds as they are; `within`, artists of one collection among themselves (those with years
and those without), mean of the two; `across`, trained on one collection and tested on the other, mean of both ways, and
`across:undated`, `across:dated`, each way alone, by the collection that is tested.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from at_once import add_options, sharing
from cold_systems import Fold, System, five_folds, systems
from lastfm_clips import Data, load, without

from audiorec import metrics

METRICS = ("auc", "recall@20", "ndcg@20")
PAIRED = (
    ("hybrid", "ridge"),
    ("hybrid", "hybrid-artist"),
    ("hybrid", "hybrid-encoder"),
    ("hybrid", "hybrid-release"),
    ("ridge", "ridge-artist"),
    ("ridge", "ridge-encoder"),
    ("taste", "ridge"),
    ("taste", "taste-artist"),
    ("taste", "taste-encoder"),
    ("taste", "taste-release"),
    ("hybrid", "hybrid:audio"),
    ("hybrid:audio+words", "hybrid:audio"),
    ("hybrid+svm", "hybrid"),
    ("hybrid+svm+cnn", "hybrid"),
    ("neumf_dropout", "neumf_predicted"),
    ("cnn_distilled", "cnn"),
    ("cnn_distilled", "cnn_pretrained"),
)


def main() -> None:
    """Parse the options, run, print."""
    options = parse_options()
    torch.set_num_threads(1)
    every = systems(options.encoder, options.release)
    chosen = {name: system for name, system in every.items() if not options.systems or name in options.systems}
    with_patches = any("cnn" in name for name in chosen)
    data = load(options.data, options.workspace, with_patches, options.encoder, options.patches)
    units = kept_aside(data, options.cold) if options.cold else folds(data)
    with sharing(options) as each:
        tasks = [(seed, place, unit) for seed in range(options.seeds) for place, unit in enumerate(units)]
        told = each(partial(all_systems, data, chosen, options.keep), tasks)
        found, seconds = gathered(zip(tasks, told, strict=True), len(units))
    found |= each_way(found.get("across", {}))
    about = {"release": options.release, "encoder": options.encoder}
    for scope in found:
        for name, values in found[scope].items():
            told = {"scope": scope, **about, "encoder": encoder_of(name, options.encoder)}
            for line in lines(name, values):
                print(json.dumps(line | told | {"seconds": round(seconds[name], 1)}), flush=True)
        for first, second in PAIRED:
            if first in chosen and second in chosen:
                for line in differences(first, second, found[scope]):
                    print(json.dumps(line | {"scope": scope, **about}), flush=True)
    if not options.systems or "artist_prior" in options.systems:
        why = "every cold item here is its artist's only one: `audiorec evaluate` measures it on cold songs"
        print(json.dumps({"benchmark": "cold_start", "system": "artist_prior", "applies": False, "why": why}))


def encoder_of(system: str, encoder: str) -> str:
    """The encoder that a system reads: none where its name takes it away, or names what else it reads."""
    reads = system.startswith(("hybrid", "ridge", "neumf", "taste")) and ":" not in system
    return encoder if reads and not system.endswith("-encoder") else "none"


def parse_options() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, help="a workspace with the clips extracted; made when it has none")
    parser.add_argument(
        "--cold", type=Path, help="a file of artist ids, one a line (see above): tested in place of folds"
    )
    parser.add_argument("--encoder", choices=("none", "mtt", "msd"), default="none", help="one more block of content")
    parser.add_argument("--patches", type=int, default=3, help="most patches of a clip that the encoder is given")
    parser.add_argument("--release", action="store_true", help="year, number of songs and album's name are content too")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds to average over")
    parser.add_argument("--keep", type=Path, help="a folder for what each fold gave: delete it after changing code")
    parser.add_argument("--systems", nargs="*", default=[], help="only these systems")
    add_options(parser)
    return parser.parse_args()


@dataclass(frozen=True)
class Unit:
    """Artists who are made cold together, and by scope the parts of them that are ranked among themselves."""

    cold: np.ndarray
    parts: dict[str, list[np.ndarray]]


def folds(data: Data) -> list[Unit]:
    """Five folds over the artists, then each collection against the other."""
    sides = [np.flatnonzero(data.dated == dated) for dated in (False, True)]
    return [in_folds(data, cold) for cold in five_folds(len(data.artists))] + [
        Unit(side, {"across": [np.ones(len(side), dtype=bool)]}) for side in sides
    ]


def each_way(across: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """What `across` is the mean of, by the collection that is tested."""
    ways = enumerate(("undated", "dated")) if across else ()
    return {f"across:{way}": {name: values[:, [place]] for name, values in across.items()} for place, way in ways}


def in_folds(data: Data, cold: np.ndarray) -> Unit:
    """A fold: all of its artists, and those of each collection that it has two of."""
    dated = data.dated[cold]
    within = [side for side in (dated, ~dated) if side.sum() > 1]
    return Unit(cold, {"all": [np.ones(len(cold), dtype=bool)], "within": within})


def kept_aside(data: Data, path: Path) -> list[Unit]:
    """One fold: the rows of the artists in a file."""
    try:
        wanted = {int(line) for line in path.read_text(encoding="utf-8").split()}
    except (OSError, ValueError) as error:
        sys.exit(f"{path}: needs an artist's id (hetrec_artist_id in labels.csv) in each line: {error}")
    found = np.flatnonzero(np.isin(data.artists, sorted(wanted)))
    if not 1 < len(found) < len(data.artists) - 1:
        sys.exit(f"{path}: names {len(found)} of {len(data.artists)} artists with clips: name two, and leave two")
    if len(found) < len(wanted):
        print(f"{len(wanted) - len(found)} of the artists in {path} have no clips: left out", file=sys.stderr)
    return [in_folds(data, found)]


# --- measuring ----------------------------------------------------------------------------------------------------


Task = tuple[int, int, Unit]
# By system: metrics in each part [parts, users, 3], and seconds, what several share counted where it was first needed.
Told = dict[str, tuple[np.ndarray, float]]


def all_systems(data: Data, chosen: dict[str, System], keep: Path | None, task: Task) -> Told:
    """What every system says of one seed and unit."""
    seed, place, unit = task
    truth = np.asarray(data.listens[:, unit.cold].todense()) > 0
    fold = Fold(without(data, unit.cold), unit.cold, seed, truth)
    parts = [part for parts in unit.parts.values() for part in parts]
    return {name: one_unit(name, system, fold, (place, parts), keep) for name, system in chosen.items()}


def gathered(
    told: Iterable[tuple[Task, Told]], units: int
) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, float]]:
    """Metrics by scope and system of every user in every part and seed: [seeds, parts, users, 3], NaN where nothing is
    asked; and seconds of each system."""
    found: dict[str, dict[str, dict[int, list[np.ndarray]]]] = {}
    seconds: dict[str, float] = {}
    for (seed, place, unit), by_system in told:
        scopes = [scope for scope, parts in unit.parts.items() for _ in parts]
        for name, (values, took) in by_system.items():
            for scope, figures in zip(scopes, values, strict=True):
                found.setdefault(scope, {}).setdefault(name, {}).setdefault(seed, []).append(figures)
            seconds[name] = seconds.get(name, 0.0) + took
        most = {name: round(value) for name, value in seconds.items() if value > 1.0}
        print(f"seed {seed}, part {place + 1} of {units}, seconds so far {most}", file=sys.stderr, flush=True)
    arrays = {scope: {name: np.array(list(by.values())) for name, by in each.items()} for scope, each in found.items()}
    return arrays, seconds


def one_unit(
    name: str, system: System, fold: Fold, asked: tuple[int, list[np.ndarray]], keep: Path | None
) -> tuple[np.ndarray, float]:
    """Metrics of one system in each part of one unit [parts, users, 3] and its seconds; read where they are kept."""
    place, parts = asked
    file = keep / f"{name}-{fold.seed}-{place}.npz" if keep else None
    if file and file.is_file():
        with np.load(file) as kept:
            return kept["metrics"], float(kept["seconds"])
    start = time.perf_counter()
    scores = system(fold)
    users = range(len(fold.truth))
    found = np.array([[measure(scores[user][part], fold.truth[user][part]) for user in users] for part in parts])
    took = time.perf_counter() - start
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(file, metrics=found, seconds=took)
    return found, took


def measure(scores: np.ndarray, relevant: np.ndarray) -> tuple[float, float, float]:
    """AUC, Recall@20, NDCG@20 of one list; NaN without a relevant artist or without another."""
    if not relevant.any() or relevant.all():
        return (np.nan,) * 3
    ranks = metrics.relevant_ranks(scores, relevant)
    return metrics.auc(scores, relevant), metrics.recall(ranks, 20), metrics.ndcg(ranks, 20)


def lines(name: str, found: np.ndarray) -> list[dict[str, object]]:
    """One JSON line a metric: mean over seeds and folds, spread over folds, and over seeds."""
    means = np.nanmean(found[~np.isnan(found).all(axis=(1, 2, 3))], axis=2)
    over_folds, over_seeds = means.mean(axis=0).std(axis=0), means.mean(axis=1).std(axis=0)
    return [
        {
            "benchmark": "cold_start",
            "system": name,
            "metric": metric,
            "value": round(float(means[..., place].mean()), 4),
            "spread": round(float(over_folds[place]), 4),
            "seed_spread": round(float(over_seeds[place]), 4),
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
