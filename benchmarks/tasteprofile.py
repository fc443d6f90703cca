"""AMNN's experiment on the Taste Profile fragment: every model, K = 1..10, and what the length of the history gives.

    python benchmarks/tasteprofile.py --data ../shared/data --keep build/tasteprofile [--figures docs/figures]

A seed draws one song of each user with 20 songs or more and 99 songs that they never touched (written to `--keep` in
the NCF format), and starts the training. What a run gave is kept there too, so that the experiment can be stopped and
gone on with. JSON lines go to standard output: means over seeds, the spread over seeds, and 95 % intervals from a
bootstrap over users; paired differences from AMNN; and for five users what attention looks at for two targets.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from at_once import add_options, sharing

from audiorec import metrics
from audiorec.collaborative import registry
from audiorec.collaborative.amnn import AmnnNet
from audiorec.collaborative.history import HistoryModel
from audiorec.collaborative.protocols import Ranker, full_ranks, sampled_ranks
from audiorec.data.splits import LeaveOneOut, leave_one_out
from audiorec.sources.tables import ncf_format, triplets

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BASELINES = ("popularity", "itemknn", "walk", "ease", "als", "dae", "neumf", "nnrec")
# AMNN and DNN as they were published start from random numbers; audiorec's own start from an ALS factorisation.
PLAIN = {"amnn_plain": "amnn", "dnn_plain": "dnn"}
MODELS = (*BASELINES, "dnn_plain", "amnn_plain", "sequence", "dnn", "amnn", "blend")
LENGTHS = (5, 10, 15, 20, 25)
CURVES = ("amnn", "dnn", "amnn_plain", "dnn_plain")
TITLES = {"amnn": "AMNN from ALS", "dnn": "DNN from ALS", "amnn_plain": "AMNN", "dnn_plain": "DNN, no attention"}
TITLES |= {"nnrec": "NNrec", "neumf": "NeuMF", "itemknn": "ItemKNN", "als": "ALS", "blend": "blend"}
TITLES |= {"ease": "EASE", "dae": "auto-encoder", "walk": "walks", "sequence": "sequence", "popularity": "popularity"}
Places = dict[tuple[str, int], np.ndarray]


def split_of(data: Path, seed: int) -> LeaveOneOut:
    """The split that a seed draws."""
    listens = triplets.with_at_least(triplets.read(data / "tasteprofile" / "triplets.txt"), 20)
    return leave_one_out(listens.counts, np.random.default_rng(seed))


def run(args: argparse.Namespace, model: str, length: int, seed: int) -> np.ndarray:
    """Places int64 [2, users] under P1 and P2 of one model; kept on disk. length: of the history, 0 = the recipe's."""
    place = args.keep / f"{model}-{length}-{seed}.npy"
    if place.is_file():
        return np.asarray(np.load(place))
    start, split = time.perf_counter(), split_of(args.data, seed)
    ranker = train(model, length, seed, split)
    ranker = Scored(ranker.scores(split.users), split.users)
    found = np.stack([sampled_ranks(ranker, split), full_ranks(ranker, split)])
    np.save(place, found)
    hits = metrics.hit_rate(found[0], 10)
    print(f"{model} {length} seed {seed}: HR@10 {hits:.4f}, {time.perf_counter() - start:.0f} s", file=sys.stderr)
    return found


@dataclass(frozen=True)
class Scored:
    """A ranker's scores [T, I] of the users [T] that are asked about, so that two protocols cost one ranking."""

    values: np.ndarray
    users: np.ndarray

    def scores(self, user_rows: np.ndarray) -> np.ndarray:
        """Scores of all songs for some of the users."""
        return np.asarray(self.values[np.searchsorted(self.users, user_rows)])


def train(model: str, length: int, seed: int, split: LeaveOneOut) -> Ranker:
    """One model; the sequence model reads fifty songs."""
    history = length or (50 if model == "sequence" else 0)
    changes = (f"seed={seed}", *((f"history={history}",) if history else ()))
    source = "training/history" if model in PLAIN else None
    recipe = registry.recipe_of(PLAIN.get(model, model), source, changes)
    return registry.train(split.train, recipe, device=torch.device("cpu"))


def values(places: np.ndarray, metric: str, k: int) -> np.ndarray:
    """What each user gives [seeds, users] to hr or ndcg at k."""
    return (places < k).astype(float) if metric == "hr" else metrics.gains_of_one(places, k)


def interval(of_users: np.ndarray) -> tuple[float, float]:
    """95 % bootstrap interval of the mean over users of values [users]."""
    drawn = np.random.default_rng(0).integers(0, len(of_users), (2000, len(of_users)))
    low, high = np.percentile(of_users[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def figures_of(found: Places) -> Iterator[dict[str, object]]:
    """JSON lines of all means."""
    for (model, length), places in found.items():
        for row, protocol in enumerate(("p1", "p2")):
            for metric in ("hr", "ndcg"):
                for k in (*range(1, 11), 20):
                    each = values(places[:, row], metric, k)
                    low, high = interval(each.mean(axis=0))
                    yield {"benchmark": "tasteprofile", "model": model, "history": length, "protocol": protocol} | {
                        "metric": metric,
                        "k": k,
                        "value": round(float(each.mean()), 5),
                        "spread": round(float(each.mean(axis=1).std()), 5),
                        "low": round(low, 5),
                        "high": round(high, 5),
                        "seeds": len(each),
                    }


def differences(found: Places) -> Iterator[dict[str, object]]:
    """AMNN minus every other model, the same users beside each other, P1."""
    for (model, length), places in found.items():
        if length or model == "amnn" or ("amnn", 0) not in found:
            continue
        for metric in ("hr", "ndcg"):
            mine, theirs = (values(part[:, 0], metric, 10).mean(axis=0) for part in (found["amnn", 0], places))
            low, high = interval(mine - theirs)
            yield {"benchmark": "tasteprofile", "difference": f"amnn - {model}", "metric": metric, "k": 10} | {
                "value": round(float((mine - theirs).mean()), 5),
                "low": round(low, 5),
                "high": round(high, 5),
            }


def attention(args: argparse.Namespace) -> Iterator[dict[str, object]]:
    """For five users the songs of the history with their weights for the held-out song and for one never touched."""
    split = split_of(args.data, 0)
    ranker = train("amnn", 0, 0, split)
    assert isinstance(ranker, HistoryModel)
    net = ranker.net
    assert isinstance(net, AmnnNet)
    names = triplets.with_at_least(triplets.read(args.data / "tasteprofile" / "triplets.txt"), 20)
    for row in np.linspace(0, len(split.users) - 1, 5).astype(int):
        user, targets = int(split.users[row]), split.candidates[row, :2]
        with torch.inference_mode():
            weights = net.weights(torch.tensor([user]), torch.from_numpy(targets)[None])[0].numpy()
        for target, kind, shares in zip(targets, ("held out", "never touched"), weights, strict=True):
            seen = [(song, share) for song, share in zip(net.history[user].tolist(), shares, strict=True) if share > 0]
            yield {"benchmark": "tasteprofile", "attention": names.users[user][:8], "target": names.songs[target]} | {
                "kind": kind,
                "weights": {names.songs[song]: round(float(share), 3) for song, share in seen},
            }


def draw(found: Places, folder: Path) -> None:
    """The paper's two figures: HR and NDCG over K, and over the length of the history."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4.2))
    for axis, metric in zip(axes, ("hr", "ndcg"), strict=True):
        axis.set_prop_cycle(color=pyplot.get_cmap("tab20").colors)
        for model in (name for name in MODELS if (name, 0) in found):
            curve = [values(found[model, 0][:, 0], metric, k).mean() for k in range(1, 11)]
            axis.plot(range(1, 11), curve, marker="o", markersize=3, label=TITLES[model])
        axis.set(xlabel="K", ylabel=f"{metric.upper()}@K")
        axis.grid(alpha=0.3)
    save(figure, folder / "tasteprofile_k.png")
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4.2))
    for axis, metric in zip(axes, ("hr", "ndcg"), strict=True):
        for model, aside in zip(CURVES, (-0.3, -0.1, 0.1, 0.3), strict=True):
            parts = [
                (n, values(found[model, n][:, 0], metric, 10).mean(axis=0)) for n in LENGTHS if (model, n) in found
            ]
            lengths, means = [n for n, _ in parts], np.array([each.mean() for _, each in parts])
            bounds = np.array([interval(each) for _, each in parts]).T
            axis.errorbar(
                np.array(lengths) + aside, means, np.abs(bounds - means), marker="o", capsize=3, label=TITLES[model]
            )
        axis.set(xlabel="songs of the history", ylabel=f"{metric.upper()}@10", xticks=LENGTHS)
        axis.grid(alpha=0.3)
    save(figure, folder / "tasteprofile_history.png")


def save(figure: "Figure", path: Path) -> None:
    """Write a figure, its legend below, small enough for a repository."""
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="lower center", ncol=5, fontsize=8)
    figure.tight_layout(rect=(0, 0.04 + 0.04 * -(-len(names) // 5), 1, 1))
    figure.savefig(path, dpi=90)


def main() -> None:
    """Train what is missing, print, draw."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--keep", type=Path, default=Path("build/tasteprofile"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--model", action="append", choices=MODELS, help="default: all")
    parser.add_argument(
        "--lengths", type=int, nargs="*", default=LENGTHS, help="of the history, with and without attention"
    )
    parser.add_argument("--length-seeds", type=int, default=5, help="seeds of the curve over lengths")
    parser.add_argument("--figures", type=Path, help="folder for the two figures")
    add_options(parser)
    args = parser.parse_args()
    torch.set_num_threads(1)
    if not (args.data / "tasteprofile").is_dir():
        sys.exit(f"tasteprofile: skipped, no data at {args.data}; name the folder with --data or AUDIOREC_DATA")
    args.keep.mkdir(parents=True, exist_ok=True)
    for seed in range(args.seeds):
        ncf_format.write(args.keep / f"split-{seed}", split_of(args.data, seed))
    found: Places = {}
    with sharing(args) as each:
        for model in args.model or MODELS:
            found[model, 0] = np.stack(list(each(partial(run, args, model, 0), range(args.seeds))))
        for length in args.lengths:
            for model in CURVES:
                runs = each(partial(run, args, model, length), range(args.length_seeds))
                found[model, length] = np.stack(list(runs))
    for line in (*figures_of(found), *differences(found), *attention(args)):
        print(json.dumps(line))
    if args.figures:
        draw(found, args.figures)


if __name__ == "__main__":
    main()
