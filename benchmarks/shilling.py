"""Fake users who push a song: how many it takes until it is in a tenth of the true users' lists of ten. JSON lines.

    python benchmarks/shilling.py --data ../shared/data [--models itemknn ease als neumf] [--fakes 20 80 320]
    python benchmarks/shilling.py --workspace build/clips --models hybrid

One of the least known tenth of the songs is played by so many fake users, who play thirty of the most played songs
beside it; so for `--songs` songs, one after another, each with more and more fakes until it has its tenth by every
system that is asked. Between two numbers of fakes the share is taken to rise with the logarithm; `fakes_for_a_tenth` is
the geometric mean over the songs, null where one of them had no tenth even with the most. Collaborative models learn
`cf/lastfm`; the hybrid the artists of `mixed.py`, of whom those with clips have sound, with weights that it learned
before the attack, and its collaborative parts are asked there too. Intervals are 95 %, bootstrap over the pushed songs.
"""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import mixed
import numpy as np
import torch
from at_once import add_options, sharing
from robust import interval
from scipy import sparse

from audiorec.collaborative import registry
from audiorec.data.interactions import Interactions
from audiorec.hybrid.evaluation import all_scores
from audiorec.hybrid.inputs import Material
from audiorec.hybrid.rehearsal import rehearse, set_stage
from audiorec.hybrid.weights import Weights
from audiorec.sources.tables import ncf_format

CPU = torch.device("cpu")
FILLERS, LIST, SEED = 30, 10, 0
ENOUGH = 0.1  # of the lists
Shares = dict[int, float]  # by number of fakes
# NeuMF learns as long as in `robust.py`; beside the hybrid a little less.
EPOCHS = ("epochs=15", "refit=false")
HYBRID_EPOCHS = 10
OF_HYBRID = ("hybrid", "neumf", "als", "item knn")


def main() -> None:
    """Push, train, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, help="of the hybrid: a workspace with the clips extracted")
    parser.add_argument("--models", nargs="+", default=["popularity", "itemknn", "ease", "als", "neumf"])
    parser.add_argument("--fakes", nargs="+", type=int, default=[20, 80, 320, 1280])
    parser.add_argument("--songs", type=int, default=5)
    add_options(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    found: dict[str, list[dict[str, Shares]]] = {}
    with sharing(options) as each:
        for name in options.models:
            lists = lists_of(name, options)
            for place, told in enumerate(each(partial(climb, lists, options.fakes), range(options.songs))):
                print(json.dumps({"asked_with": name, "song": place, "shares": told}), flush=True)
                found.setdefault(name, []).append(told)
    for name, songs in found.items():
        for system in songs[0]:
            line = {"benchmark": "shilling", "model": system, "asked_with": name, "songs": len(songs)}
            print(json.dumps(line | summary([told[system] for told in songs])), flush=True)


def lists_of(name: str, options: argparse.Namespace) -> Callable[[int, int], dict[str, float]]:
    """What says the shares by system of so many fake users and a place among the songs that are pushed."""
    if name != "hybrid":
        plays = ncf_format.read(options.data / "cf" / "lastfm" / "lastfm").split.train
        return partial(collaborative_lists, plays, name)
    material = mixed.load(options.data, options.workspace, 30)
    clips = np.random.default_rng(SEED).permutation(np.flatnonzero(material.content.usable))
    weights = mixed.learn(material, clips[:0], np.array_split(clips, 5)[1], (SEED, HYBRID_EPOCHS))
    return partial(hybrid_lists, material, weights)


def climb(lists: Callable[[int, int], dict[str, float]], fakes: Sequence[int], place: int) -> dict[str, Shares]:
    """Shares by system and number of fakes, of one song; more fakes until all systems give it its share."""
    found: dict[str, Shares] = {}
    for count in sorted(fakes):
        for system, share in lists(count, place).items():
            found.setdefault(system, {})[count] = round(share, 4)
        if all(shares[count] >= ENOUGH for shares in found.values()):
            break
    return found


def needed(shares: Shares) -> float:
    """How many fakes give the song its share; infinite when the most do not."""
    before, low = 1.0, 0.0
    for count, share in shares.items():
        if share >= ENOUGH:
            way = (ENOUGH - low) / (share - low)
            return float(before * (count / before) ** way)
        before, low = float(count), share
    return float("inf")


def summary(songs: Sequence[Shares]) -> dict[str, object]:
    """Of all songs: fakes for the share with interval, of each alone, and the mean share by number of fakes."""
    numbers = np.array([needed(shares) for shares in songs])
    means = {count: [shares[count] for shares in songs if count in shares] for count in max(songs, key=len)}
    each = [round(number) if np.isfinite(number) else None for number in numbers]
    mean = [round(float(np.exp(edge))) for edge in interval(np.log(numbers))] if np.isfinite(numbers).all() else None
    shares = {count: interval(np.array(values)) for count, values in means.items()}
    return {"fakes_for_a_tenth": mean, "each": each, "share_of_lists": shares}


def pushed(counts: sparse.csr_array, able: np.ndarray, place: int) -> int:
    """One of the least played tenth of the songs that may be chosen."""
    plays = np.bincount(counts.indices, minlength=counts.shape[1])
    known = np.flatnonzero(able & (plays > 0))
    rare = known[plays[known] <= np.quantile(plays[known], 0.1)]
    return int(np.random.default_rng(SEED).permutation(rare)[place])


def with_fakes(counts: sparse.csr_array, song: int, count: int) -> sparse.csr_array:
    """The true users' plays, and below them those of `count` fake users."""
    rng = np.random.default_rng(song)
    popular = np.argsort(-np.bincount(counts.indices, minlength=counts.shape[1]), kind="stable")[: 10 * FILLERS]
    rows = [np.append(rng.choice(popular, FILLERS, replace=False), song) for _ in range(count)]
    entries = np.concatenate(rows), np.repeat(np.arange(len(rows)), FILLERS + 1)
    ones = np.full(len(entries[0]), np.median(counts.data), dtype=counts.dtype)
    fakes = sparse.coo_array((ones, entries[::-1]), shape=(len(rows), counts.shape[1]))
    return sparse.csr_array(sparse.vstack([counts, fakes.tocsr()], format="csr"))


def share_of(scores: np.ndarray, has: np.ndarray, song: int) -> float:
    """Of the users who do not have the pushed song: the share of their lists of ten that it enters."""
    values = np.where(has, -np.inf, np.nan_to_num(scores, nan=-np.inf))
    best = np.argpartition(-values, LIST, axis=1)[:, :LIST]
    return float((best[~has[:, song]] == song).any(axis=1).mean())


def collaborative_lists(plays: sparse.csr_array, name: str, count: int, place: int) -> dict[str, float]:
    """The share by one collaborative model, trained on true and fake users."""
    chosen = pushed(plays, np.ones(plays.shape[1], dtype=bool), place)
    recipe = registry.recipe_of(name, None, EPOCHS if name == "neumf" else ())
    model = registry.train(with_fakes(plays, chosen, count), recipe, device=CPU)
    rows = np.arange(plays.shape[0])
    return {name: share_of(np.asarray(model.scores(rows)), plays.toarray() > 0, chosen)}


def hybrid_lists(material: Material, weights: Weights, count: int, place: int) -> dict[str, float]:
    """The shares by the hybrid and of its collaborative parts."""
    true = material.listens.counts
    chosen = pushed(true, material.content.usable, place)
    counts = with_fakes(true, chosen, count)
    extra = counts.shape[0] - true.shape[0]
    users = (*material.listens.users, *(f"fake {number}" for number in range(extra)))
    elsewhere = material.elsewhere
    assert elsewhere is not None
    theirs = elsewhere.listens
    nothing = sparse.csr_array((extra, theirs.shape[1]), dtype=theirs.dtype)
    attacked = replace(
        material,
        listens=Interactions(users, material.listens.items, counts),
        elsewhere=replace(elsewhere, listens=sparse.csr_array(sparse.vstack([theirs, nothing], format="csr"))),
    )
    stage = set_stage(attacked, (), held_out=0.0, seed=SEED, cold_songs=0.0)
    parts = rehearse(attacked, stage, mixed.fitted_by(SEED, HYBRID_EPOCHS), device=CPU)
    rows = np.arange(true.shape[0])
    scores = all_scores(attacked, stage, parts, weights, rows, SEED)
    has = true.toarray() > 0
    return {name: share_of(scores[name], has, chosen) for name in OF_HYBRID if name in scores}


if __name__ == "__main__":
    main()
