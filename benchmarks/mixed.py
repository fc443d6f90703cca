"""Warm, cold and mixed lists on Last.fm: artists with clips and without, a fifth of those with clips made cold.

The hybrid against NeuMF, ItemKNN and plain baselines with paired differences; then how a song's place moves as plays
arrive (0, 1, 2, 5, 10, 50) without retraining, and what the lists are like: coverage, inequality of exposure,
diversity within a list, hubs. Weights come from other artists made cold. Prints JSON lines.
"""

import argparse
import importlib.util
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from scipy import sparse

from audiorec import metrics, recipes
from audiorec.data.interactions import Interactions
from audiorec.data.tracks import Track
from audiorec.models.content_knn import mean_similarity
from audiorec.ranking import hybrid
from audiorec.ranking.diversify import Shelf, Wishes, diversify
from audiorec.ranking.evaluation import METRICS, PROTOCOLS, all_scores, measure
from audiorec.ranking.material import BLOCK_WEIGHTS, Material
from audiorec.ranking.rehearsal import COLD_ARTIST, WARM, Stage, learn_weights, rehearse, set_stage
from audiorec.ranking.scorers import Parts, fit_parts, signals
from audiorec.training.collaborative import NeumfRecipe
from audiorec.training.hybrid import HybridRecipe, Weights
from audiorec.training.taste import Content, TasteRecipe

PLAYS = (0, 1, 2, 5, 10, 50)


def main() -> None:
    """Parse the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, help="a workspace with the clips extracted")
    parser.add_argument("--least", type=int, default=30, help="listeners that an artist without clips must have")
    parser.add_argument("--epochs", type=int, default=20, help="most epochs of NeuMF")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    material = load(options.data, options.workspace, options.least)
    clips = np.random.default_rng(options.seed).permutation(np.flatnonzero(material.content.usable))
    test, validation = (fold for fold in np.array_split(clips, 5)[:2])
    weights = learn(material, test, validation, options)
    show("weights", {"warm": weights.warm, "cold": weights.cold, "cold_level": round(weights.cold_level, 3)})
    stage = set_stage(material, names(material, test), held_out=0.2, seed=options.seed, cold_songs=0.0)
    parts = rehearse(material, stage, fitted_by(options.epochs), device=torch.device("cpu"))
    rows = stage.users(2000, options.seed)
    scores = all_scores(material, stage, parts, weights, rows, options.seed)
    compare(stage, rows, scores)
    lists(material, stage, parts, rows, scores)
    hubs(stage, parts, rows)
    warming(material, stage, parts, weights, test)


def show(kind: str, values: dict[str, object]) -> None:
    """Print one JSON line."""
    print(json.dumps({"benchmark": "mixed", "kind": kind} | values), flush=True)


def fitted_by(epochs: int) -> tuple[TasteRecipe, NeumfRecipe]:
    """The shipped recipes; NeuMF without the second training on everything, which would double the time."""
    neumf = recipes.load("training/neumf", NeumfRecipe, (f"epochs={epochs}", "refit=false"))
    return recipes.load("training/taste", TasteRecipe), neumf


def load(folder: Path, workspace: Path | None, least: int) -> Material:
    """Artists as songs: those with clips, with content, and those that enough users know, without."""
    cold_start = sibling("cold_start")
    data = cold_start.load(folder, workspace)
    known = np.flatnonzero(np.bincount(data.elsewhere.indices, minlength=data.elsewhere.shape[1]) >= least)
    counts = sparse.csr_array(sparse.hstack([data.listens, data.elsewhere[:, known]], format="csr"), dtype=np.float32)
    size, own = counts.shape[1], len(data.artists)
    blocks = []
    for name in BLOCK_WEIGHTS:
        block = np.full((size, data.blocks[name].shape[1]), np.nan)
        block[:own] = data.blocks[name]
        blocks.append(block)
    content = Content(blocks, list(BLOCK_WEIGHTS.values()), np.arange(size) < own)
    tracks = [Track(n, b"", f"artist {n}", (f"artist {n}",), "", None, "", 0.0, "ok", "") for n in range(size)]
    users = tuple(f"{n:05d}" for n in range(counts.shape[0]))
    pairs = sparse.coo_array(data.friends)
    friends = [(users[a], users[b]) for a, b in zip(*pairs.coords, strict=True) if a < b]
    interactions = Interactions(users, np.arange(size, dtype=np.int64), counts)
    rest = np.delete(np.arange(data.elsewhere.shape[1]), known)
    elsewhere = sparse.csr_array(data.elsewhere[:, rest])
    return Material(tracks, interactions, elsewhere, content, np.arange(size), friends, {}, "")


def sibling(name: str) -> ModuleType:
    """Another benchmark beside this one."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def names(material: Material, songs: np.ndarray) -> set[str]:
    """Artist names of some rows."""
    return {material.artist_key(int(song)) for song in songs}


def learn(material: Material, test: np.ndarray, validation: np.ndarray, options: argparse.Namespace) -> Weights:
    """Weights from validation artists made cold; test artists have no plays at all here."""
    without = replace(material, listens=material.listens.without_items(test))
    recipe, seed = HybridRecipe(seed=options.seed), options.seed
    stage = set_stage(without, names(material, validation), held_out=recipe.held_out, seed=seed, cold_songs=0.0)
    return learn_weights(
        without, stage, rehearse(without, stage, fitted_by(options.epochs), device=torch.device("cpu")), recipe
    )[0]


def compare(stage: Stage, rows: np.ndarray, scores: dict[str, np.ndarray]) -> None:
    """Every system on every protocol, and the hybrid's paired difference to the others; P1 on the warm songs."""
    for protocol, (kinds, _) in PROTOCOLS.items():
        candidates, relevant = stage.mixed(rows) if protocol == "mixed" else stage.lists(rows, kinds)
        asked = np.flatnonzero(relevant.any(axis=1))
        if not len(asked):
            continue
        found = {name: measure(value[asked], candidates[asked], relevant[asked]) for name, value in scores.items()}
        if protocol == "warm":
            sampled = {
                name: one_in_hundred(value[asked], candidates[asked], relevant[asked]) for name, value in scores.items()
            }
            found = {name: np.column_stack([value, sampled[name]]) for name, value in found.items()}
        for name, value in found.items():
            for place, metric in enumerate((*METRICS, "hr@10 (P1)", "ndcg@10 (P1)")[: value.shape[1]]):
                line = {"protocol": protocol, "system": name, "metric": metric}
                line["value"] = round(float(value[:, place].mean()), 4)
                if name != "hybrid":
                    change = found["hybrid"][:, place] - value[:, place]
                    low, high = metrics.bootstrap_interval(change, np.random.default_rng(0))
                    line |= {
                        "hybrid_minus_this": round(float(change.mean()), 4),
                        "interval": [round(low, 4), round(high, 4)],
                    }
                show("comparison", line | {"users": len(asked)})


def one_in_hundred(scores: np.ndarray, candidates: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """Protocol P1: one held-out song of each user among 99 that she never touched: HR@10 and NDCG@10, [B, 2]."""
    rng, found = np.random.default_rng(0), np.zeros((len(scores), 2))
    for row in range(len(scores)):
        one = rng.choice(np.flatnonzero(relevant[row]))
        others = rng.choice(np.flatnonzero(candidates[row] & ~relevant[row]), 99, replace=False)
        rank = metrics.first_column_ranks(scores[row][np.concatenate([[one], others])][None])
        found[row] = metrics.hit_rate(rank, 10), metrics.ndcg_of_one(rank, 10)
    return found


def lists(material: Material, stage: Stage, parts: Parts, rows: np.ndarray, scores: dict[str, np.ndarray]) -> None:
    """What the lists of twenty are like, over all songs that a user has not."""
    candidates, _ = stage.mixed(rows)
    listeners = parts.listeners.astype(np.int64)
    for name in ("hybrid", "hybrid, diverse", "neumf", "item knn", "popularity"):
        values = np.where(candidates, np.nan_to_num(scores[name.split(",")[0]], nan=-np.inf), -np.inf)
        if name.endswith("diverse"):
            shelf, wishes = Shelf(parts.points, material.artist), Wishes(top=20, spread=0.3)
            chosen = [diversify(row, shelf, wishes) for row in values]
        else:
            chosen = [np.argsort(-row, kind="stable")[:20].tolist() for row in values]
        found = np.array([row + [-1] * (20 - len(row)) for row in chosen])
        exposure = np.bincount(found[found >= 0], minlength=len(listeners))
        line = {
            "system": name,
            "coverage": metrics.coverage(found, len(listeners)),
            "gini": metrics.gini(exposure),
            "novelty": metrics.novelty(found, listeners, len(stage.seen.users)),
            "diversity": metrics.intra_list_diversity(found, parts.points),
            "cold_share": float(np.isin(found, np.flatnonzero(stage.kind == COLD_ARTIST)).mean()),
            "hubness": skewness(exposure),
        }
        show("lists", {key: value if isinstance(value, str) else round(value, 4) for key, value in line.items()})


def hubs(stage: Stage, parts: Parts, rows: np.ndarray) -> None:
    """Skewness of how often an artist with clips stands in lists by content alone, before and after centring."""
    clips = parts.points[parts.points.any(axis=1)]
    own = sparse.csr_array(stage.seen.counts[rows][:, : len(clips)])
    played = clips[parts.listeners[: len(clips)] > 0]
    for name, reference in (("before", None), ("after centring", played)):
        likeness = np.nan_to_num(mean_similarity(own, clips, clips, reference), nan=-np.inf)
        exposure = np.bincount(np.argsort(-likeness, axis=1)[:, :20].ravel(), minlength=len(clips))
        show("hubs", {"lists": f"content, {name}", "hubness": round(skewness(exposure), 3)})


def skewness(exposure: np.ndarray) -> float:
    """Third moment of the counts over their deviation cubed: 0 when songs are shown evenly, large with hubs."""
    return float(((exposure - exposure.mean()) ** 3).mean() / max(exposure.std(), 1e-9) ** 3)


def warming(material: Material, stage: Stage, parts: Parts, weights: Weights, test: np.ndarray) -> None:
    """Place of the same cold artists as the first plays arrive; NeuMF stays as it is, the cheap parts fold them in."""
    whole = sparse.csc_array(material.listens.counts)
    popular = [int(song) for song in test if whole.indptr[song + 1] - whole.indptr[song] >= 2 * PLAYS[-1]]
    rng = np.random.default_rng(0)
    order = {song: rng.permutation(whole.indices[whole.indptr[song] : whole.indptr[song + 1]]) for song in popular}
    asked = {song: users[PLAYS[-1] :] for song, users in order.items()}
    for plays in PLAYS:
        grown = stage.seen.counts.tolil()
        for song, users in order.items():
            for user in users[:plays]:
                grown[user, song] = whole[user, song]
        seen = replace(stage.seen, counts=sparse.csr_array(grown.tocsr()))
        now = fit_parts(material, seen, fitted_by(1)[0], collaborative=parts.collaborative, network=parts.network)
        rows = np.unique(np.concatenate(list(asked.values()))).astype(np.int64)
        candidates = (np.asarray(seen.counts[rows].todense()) == 0) & (
            stage.asked & ((stage.kind == WARM) | np.isin(np.arange(len(stage.kind)), popular))
        )
        warmth = weights.warmth(now.listeners, now.songs_of_users[rows])
        found = hybrid.score(weights, signals(material, now, rows), candidates, warmth)
        values = []
        for place, user in enumerate(rows):
            relevant = np.array([song in popular and user in asked[song] for song in range(len(stage.kind))])
            others = candidates[place] & ~np.isin(np.arange(len(stage.kind)), [s for s in popular if user in order[s]])
            mine = others | relevant
            values.append(metrics.auc(found.total[place][mine], relevant[mine]))
        share = {name: float(part[:, popular].mean()) for name, part in found.contributions.items()}
        total = sum(share.values())
        line = {"plays": plays, "songs": len(popular), "users": len(rows), "auc": round(float(np.nanmean(values)), 4)}
        line["warmth"] = round(float(warmth[:, popular].mean()), 3)
        show("warming", line | {"shares": {name: round(value / total, 3) for name, value in share.items()}})


if __name__ == "__main__":
    main()
