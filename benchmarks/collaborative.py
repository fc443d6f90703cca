"""Collaborative models on published and own splits, under both protocols: one JSON line a metric on standard output.

    python benchmarks/collaborative.py --data ../shared/data --split lastfm [--model NAME ...] [--seeds N]

Splits `lastfm` and `amusic` are the published ones, used as they are; `tasteprofile` is drawn here (one random song of
each user with 20 songs or more, 99 others), written to `--write FOLDER` on request. Models are trained on the training
part alone, everything they choose is chosen inside it on listens held out in the way of the test, and a table goes to
standard error. The published lists hold songs that the user knows from training, one or two a list on `lastfm`. As in
the published figures they are ranked like the others; with `--known-last` they stand behind them.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from at_once import add_options, sharing
from scipy import sparse

from audiorec import metrics
from audiorec.collaborative import registry
from audiorec.collaborative.protocols import Ranker, full_report, sampled_ranks
from audiorec.data.splits import LeaveOneOut, leave_one_out
from audiorec.learning.loop import choose_device
from audiorec.sources.tables import ncf_format, triplets


@dataclass(frozen=True)
class Question:
    """A split with its name and the times of its listens, when it has them."""

    name: str
    split: LeaveOneOut
    times: sparse.csr_array | None = None


def load(data: Path, name: str) -> Question:
    """One of the three splits; the drawn one is the same for everybody (seed 0)."""
    if name == "tasteprofile":
        listens = triplets.with_at_least(triplets.read(data / "tasteprofile" / "triplets.txt"), 20)
        return Question(name, leave_one_out(listens.counts, np.random.default_rng(0)))
    found = ncf_format.read(data / "cf" / name / name)
    return Question(name, found.split, found.times)


def measure(
    question: Question, model: str, args: argparse.Namespace, trained: dict[int, dict[str, Ranker]], seed: int
) -> dict[tuple[str, str, int], float]:
    """(protocol, metric, k) -> value of one model trained with one seed; seconds stand under ("", "seconds", 0).

    The model is put into trained[seed], where a blend of this process finds those of its members that were measured
    before it; on a cluster it trains them itself.
    """
    start = time.perf_counter()
    recipe = registry.recipe_of(model, overrides=(*args.set, f"seed={seed}"))
    device = choose_device(args.device)
    split, times = question.split, question.times
    ranker = registry.train(split.train, recipe, times=times, how=split.how, device=device, ready=trained[seed])
    trained[seed][model] = ranker
    found = {("", "seconds", 0): time.perf_counter() - start}
    ranks = sampled_ranks(ranker, split, known_last=args.known_last)
    for k in range(1, 11):
        found["p1", "hr", k] = metrics.hit_rate(ranks, k)
        found["p1", "ndcg", k] = metrics.ndcg_of_one(ranks, k)
    for name, value in full_report(ranker, question.split).items():
        metric, _, k = name.partition("@")
        found["p2", metric, int(k or 20)] = value
    return found


def lines(question: Question, model: str, runs: list[dict[tuple[str, str, int], float]]) -> Iterator[dict[str, object]]:
    """Mean and spread (standard deviation over seeds) of every metric."""
    seconds = float(np.mean([run["", "seconds", 0] for run in runs]))
    for protocol, metric, k in runs[0]:
        if protocol:
            values = [run[protocol, metric, k] for run in runs]
            yield {
                "benchmark": "collaborative",
                "split": question.name,
                "protocol": protocol,
                "model": model,
                "metric": metric,
                "k": k,
                "value": round(float(np.mean(values)), 5),
                "spread": round(float(np.std(values)), 5),
                "seeds": len(runs),
                "seconds": round(seconds, 2),
            }


def print_row(model: str, found: list[dict[str, object]]) -> None:
    """One row of the table on standard error."""
    values = {(line["protocol"], line["metric"], line["k"]): line for line in found}
    shown = [("p1", "hr", 10), ("p1", "ndcg", 10), ("p2", "recall", 20), ("p2", "ndcg", 20), ("p2", "coverage", 20)]
    cells = [f"{values[key]['value']:.4f} ± {values[key]['spread']:.4f}" for key in shown]
    print(f"{model:<12}" + "".join(f"{cell:>18}" for cell in cells) + f"{found[0]['seconds']:>9} s", file=sys.stderr)


def main() -> None:
    """Parse, train, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--split", choices=["lastfm", "amusic", "tasteprofile"], required=True)
    parser.add_argument("--model", action="append", choices=list(registry.MODELS), help="default: all")
    parser.add_argument(
        "--known-last", action="store_true", help="P1: songs of the user's training stand last in their list"
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a recipe's value")
    parser.add_argument("--device", default="cpu", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--write", type=Path, help="write the split here in the NCF format")
    add_options(parser)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if not args.data.is_dir():
        sys.exit(f"collaborative: skipped, no data at {args.data}; name the folder with --data or AUDIOREC_DATA")
    question = load(args.data, args.split)
    if args.known_last:
        # Then validation needs lists without known songs, too.
        split = replace(question.split, how=replace(question.split.how, known=False))
        question = replace(question, split=split)
    if args.write:
        args.write.mkdir(parents=True, exist_ok=True)
        ncf_format.write(args.write / question.name, question.split)
    heads = ["P1 HR@10", "P1 NDCG@10", "P2 recall@20", "P2 NDCG@20", "P2 coverage@20"]
    print(f"{question.name:<12}" + "".join(f"{head:>18}" for head in heads), file=sys.stderr)
    seeds = range(args.first_seed, args.first_seed + args.seeds)
    trained: dict[int, dict[str, Ranker]] = {seed: {} for seed in seeds}
    with sharing(args) as each:
        for model in args.model or registry.MODELS:
            runs = list(each(partial(measure, question, model, args, trained), seeds))
            found = list(lines(question, model, runs))
            for line in found:
                print(json.dumps(line | ({"known": "last"} if args.known_last else {})), flush=True)
            print_row(model, found)


if __name__ == "__main__":
    main()
