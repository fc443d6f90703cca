"""What training against small changes and for the long tail is worth, on `cf/lastfm`: JSON lines.

    python benchmarks/robust.py --data ../shared/data [--part apr weights] [--seeds 3]

`apr`: NeuMF with and without adversarial training (`adversarial` of its recipe): NDCG@10 among 100 on the published
lists as it is, with random changes of its vectors, and with the worst ones. `weights`: positives weighed by inverse
propensity, and the focal loss: NDCG@10, and the share of the places of full lists that go to songs outside the most
played fifth. Intervals are 95 %, bootstrap over users. Altered sound is asked about by `robust_sound.py`, fake users by
`shilling.py`.
"""

import argparse
import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from at_once import add_options, sharing
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from audiorec import metrics, recipes
from audiorec.collaborative import neumf
from audiorec.collaborative.neumf import Neumf, NeumfNet, NeumfRecipe
from audiorec.collaborative.pairwise import MoreLoss, fit_pairs, pair_loss
from audiorec.collaborative.protocols import Ranker, full_lists, sampled_ranks
from audiorec.data.splits import LeaveOneOut
from audiorec.learning.loop import quiet
from audiorec.learning.many import Each
from audiorec.sources.tables import ncf_format

CPU = torch.device("cpu")
BUDGET = ("epochs=15", "refit=false")
SIZES = (0.0, 0.1, 0.3, 0.5)
# Of a vector's mean length.
CHANGES = (0.1, 0.2, 0.4)


def main() -> None:
    """Measure the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--part", nargs="*", default=["apr", "weights"], choices=list(PARTS))
    parser.add_argument("--seeds", type=int, default=3)
    add_options(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    split = ncf_format.read(options.data / "cf" / "lastfm" / "lastfm").split
    with sharing(options) as each:
        for part in options.part:
            for line in PARTS[part](split, options.seeds, each):
                print(json.dumps({"benchmark": "robust", "part": part} | line), flush=True)


def interval(values: np.ndarray) -> list[float]:
    """Mean over users and its 95 % bootstrap interval."""
    low, high = metrics.bootstrap_interval(values, np.random.default_rng(0))
    return [round(float(edge), 4) for edge in (values.mean(), low, high)]


def ndcg(ranker: Ranker, split: LeaveOneOut) -> np.ndarray:
    """NDCG@10 of each user's held-out song among a hundred."""
    ranks = sampled_ranks(ranker, split)
    return np.where(ranks < 10, 1.0 / np.log2(ranks + 2.0), 0.0)


# --- adversarial training of NeuMF --------------------------------------------------------------------------------


def apr(split: LeaveOneOut, seeds: int, each: Each) -> Iterator[dict[str, object]]:
    """Quality by size of the change in training and by change of the trained vectors."""
    for size in SIZES:
        found = list(each(partial(apr_of_seed, split, size), range(seeds)))
        line = {name: interval(np.mean([told[name] for told in found], axis=0)) for name in found[0]}
        yield {"adversarial": size, "ndcg@10": line, "seeds": seeds}


def apr_of_seed(split: LeaveOneOut, size: float, seed: int) -> dict[str, np.ndarray]:
    """NDCG of each user by change of the trained vectors."""
    recipe = recipes.load("training/neumf", NeumfRecipe, (*BUDGET, f"adversarial={size}", f"seed={seed}"))
    model = neumf.train(split.train, recipe, device=CPU)
    ways = {f"{kind} {change}": (change, kind) for change in CHANGES for kind in ("random", "worst")}
    moved = {name: ndcg(changed(model, split, *way, seed), split) for name, way in ways.items()}
    return {"clean": ndcg(model, split), **moved}


def changed(model: Neumf, split: LeaveOneOut, change: float, kind: str, seed: int) -> Neumf:
    """The model with all its vectors moved by a share of their mean length: anyhow, or uphill of the test's loss."""
    arrays = model.to_arrays()
    tables = model.net.users.weight, model.net.items.weight
    if kind == "random":
        generator = torch.Generator().manual_seed(seed)
        ways = [torch.randn(table.shape, generator=generator) for table in tables]
    else:
        ways = uphill(model.net, split)
    for name, table, way in zip(("users", "items"), tables, ways, strict=True):
        length = change * table.detach().norm(dim=1).mean()
        arrays[f"net.{name}.weight"] = (table.detach() + length * torch.nn.functional.normalize(way, dim=1)).numpy()
    return Neumf.from_arrays(arrays)


def uphill(net: NeumfNet, split: LeaveOneOut) -> tuple[torch.Tensor, ...]:
    """The slope of the loss on the test's lists over both tables."""
    songs = torch.from_numpy(np.maximum(split.candidates, 0))
    logits, _ = net.pairs(torch.from_numpy(split.users), songs)
    loss = pair_loss(logits, torch.from_numpy(split.candidates[:, 1:] >= 0))
    return torch.autograd.grad(loss, (net.users.weight, net.items.weight))


# --- the long tail ------------------------------------------------------------------------------------------------


def weights(split: LeaveOneOut, seeds: int, each: Each) -> Iterator[dict[str, object]]:
    """NDCG and the tail's share by loss."""
    plays = np.bincount(split.train.indices, minlength=split.train.shape[1])
    tail = plays <= np.quantile(plays[plays > 0], 0.8)
    for name in losses(plays):
        told = each(partial(weights_of_seed, split, plays, tail, name), range(seeds))
        quality, share = zip(*told, strict=True)
        yield {
            "loss": name,
            "ndcg@10": interval(np.mean(quality, axis=0)),
            "tail_share": interval(np.mean(share, axis=0)),
            "seeds": seeds,
        }


def weights_of_seed(
    split: LeaveOneOut, plays: np.ndarray, tail: np.ndarray, name: str, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """NDCG of each user, and the tail's share of the list."""
    model = trained_with(split, losses(plays)[name], seed)
    return ndcg(model, split), tail[full_lists(model, split, 10)].mean(axis=1)


def losses(plays: np.ndarray) -> dict[str, Callable[[NeumfNet], MoreLoss] | None]:
    """What is added to the loss of pairs to make another one of it."""

    def inverse_propensity(power: float) -> Callable[[NeumfNet], MoreLoss]:
        weight = np.maximum(plays, 1.0) ** -power
        weight = torch.from_numpy((weight / np.average(weight, weights=plays)).astype(np.float32))

        def make(net: NeumfNet) -> MoreLoss:
            def more(users: torch.Tensor, songs: torch.Tensor, usable: torch.Tensor) -> torch.Tensor:
                first = net.pairs(users, songs[:, :1])[0][:, 0]
                return ((weight[songs[:, 0]] - 1.0) * softplus(-first)).sum() / (len(users) + usable.sum())

            return more

        return make

    def focal(sharpness: float) -> Callable[[NeumfNet], MoreLoss]:
        def make(net: NeumfNet) -> MoreLoss:
            def more(users: torch.Tensor, songs: torch.Tensor, usable: torch.Tensor) -> torch.Tensor:
                logits = net.pairs(users, songs)[0]
                wanted = torch.zeros_like(logits)
                wanted[:, 0] = 1.0
                each = binary_cross_entropy_with_logits(logits, wanted, reduction="none")
                missed = 1.0 - torch.exp(-each)
                counted = torch.cat((torch.ones_like(usable[:, :1]), usable), dim=1)
                return ((missed**sharpness - 1.0) * each * counted).sum() / counted.sum()

            return more

        return make

    return {
        "plain": None,
        "inverse propensity ^0.25": inverse_propensity(0.25),
        "inverse propensity ^0.5": inverse_propensity(0.5),
        "focal 1": focal(1.0),
        "focal 2": focal(2.0),
    }


def trained_with(split: LeaveOneOut, make: Callable[[NeumfNet], MoreLoss] | None, seed: int) -> Neumf:
    """NeuMF for a fixed number of epochs; nothing is chosen on the test's lists."""
    recipe = recipes.load("training/neumf", NeumfRecipe, (*BUDGET, f"seed={seed}"))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = NeumfNet(*split.train.shape, recipe.factors, recipe.tower_factors, recipe.hidden, recipe.dropout)
        fit_pairs(net, split.train, None, recipe, quiet, make(net) if make else None)
    seen = np.diff(split.train.indptr) > 0, np.bincount(split.train.indices, minlength=split.train.shape[1]) > 0
    return Neumf(net.eval(), *seen)


PARTS = {"apr": apr, "weights": weights}

if __name__ == "__main__":
    main()
