"""Warm, cold and mixed lists on Last.fm: artists with clips and without, a fifth of those with clips made cold.

The hybrid against NeuMF, ItemKNN and plain baselines with paired differences; then how the place of new artists moves
as plays arrive (0, 1, 2, 5, 10, 50), and what a new user gets after their first songs (up to 20: nobody here has more
than 50), without training again; and what the lists are like: coverage, inequality of exposure, diversity within a
list, hubs. Weights come from other artists made cold. Prints JSON lines.
"""

import argparse
import json
import os
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from lastfm_clips import load as load_clips
from scipy import sparse
from two_steps import shared, totals

from audiorec import metrics, recipes
from audiorec.cold_start.block_weights import BLOCKS, ContentRecipe
from audiorec.cold_start.content_knn import mean_similarity, mutual_proximity
from audiorec.cold_start.taste import Content
from audiorec.collaborative.als import refit
from audiorec.collaborative.neumf import NeumfRecipe
from audiorec.data.interactions import Interactions
from audiorec.data.tracks import Track
from audiorec.hybrid.evaluation import METRICS, PROTOCOLS, all_scores, measure
from audiorec.hybrid.fit_cache import Kept
from audiorec.hybrid.fit_parts import fit_parts
from audiorec.hybrid.inputs import Elsewhere, Material
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.hybrid.rehearsal import COLD_ARTIST, WARM, Stage, learn_weights, rehearse, set_stage
from audiorec.hybrid.settings import Settings, shipped
from audiorec.hybrid.signals import Parts, signals
from audiorec.hybrid.weights import Weights, score
from audiorec.network.spectral import SpectralSettings
from audiorec.ranking.diversify import Shelf, Wishes, diversify, long_tail

PLAYS = (0, 1, 2, 5, 10, 50)
# Users who are asked in the curves of warmth.
MOST_USERS = 400
FIRST_SONGS = (0, 1, 2, 5, 10, 20)
Found = dict[tuple[str, str], list[np.ndarray]]


def main() -> None:
    """Parse the options, run every seed, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, help="a workspace with the clips extracted")
    parser.add_argument("--least", type=int, default=30, help="listeners that an artist without clips must have")
    parser.add_argument("--epochs", type=int, default=20, help="most epochs of NeuMF")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    material = load(options.data, options.workspace, options.least)
    compared: Found = defaultdict(list)
    looks: dict[str, list[dict[str, float]]] = defaultdict(list)
    curves: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        one_seed(material, seed, options.epochs, (compared, looks, curves))
    for line in comparisons(compared):
        show("comparison", line)
    for name, values in looks.items():
        show("lists", {"system": name} | {key: mean_and_spread([look[key] for look in values]) for key in values[0]})
    for (kind, plays), values in curves.items():
        auc, warmth = zip(*values, strict=True)
        show(kind, {"plays": plays, "auc": mean_and_spread(auc), "warmth": round(float(np.mean(warmth)), 3)})


def one_seed(material: Material, seed: int, epochs: int, found: tuple[Found, dict, dict]) -> None:
    """Everything with one draw of the cold artists; results are added to `found`."""
    compared, looks, curves = found
    clips = np.random.default_rng(seed).permutation(np.flatnonzero(material.content.usable))
    test, validation = (fold for fold in np.array_split(clips, 5)[:2])
    weights = learn(material, test, validation, (seed, epochs))
    kept = {"warm": weights.warm, "cold": weights.cold, "cold_level": round(weights.cold_level, 3)}
    show("weights", {"seed": seed} | kept)
    stage = set_stage(material, names(material, test), held_out=0.2, seed=seed, cold_songs=0.0)
    parts = rehearse(material, stage, fitted_by(seed, epochs), device=torch.device("cpu"))
    rows = stage.users(2000, seed)
    scores = all_scores(material, stage, parts, weights, rows, seed)
    for key, value in compare(stage, rows, scores).items():
        compared[key].append(value)
    scores |= in_two_steps(material, stage, parts, weights, rows)
    for name, look in lists(material, stage, parts, rows, scores).items():
        looks[name].append(look)
    for name, uneven in hubs(stage, parts, rows).items():
        looks[name].append(uneven)
    for plays in PLAYS:
        curves["new song", plays].append(new_songs(material, stage, parts, weights, test, plays))
    for plays in FIRST_SONGS:
        curves["new user", plays].append(new_users(material, stage, parts, weights, plays))


def show(kind: str, values: dict[str, object]) -> None:
    """Print one JSON line."""
    print(json.dumps({"benchmark": "mixed", "kind": kind} | values), flush=True)


def mean_and_spread(values: list[float] | tuple[float, ...]) -> list[float]:
    """Mean and standard deviation over seeds."""
    return [round(float(np.mean(values)), 4), round(float(np.std(values)), 4)]


# --- the stage ----------------------------------------------------------------------------------------------------


def fitted_by(seed: int, epochs: int) -> Settings:
    """The shipped recipes; NeuMF without the second training on everything, which would double the time."""
    neumf = recipes.load("training/neumf", NeumfRecipe, (f"epochs={epochs}", "refit=false", f"seed={seed}"))
    usual = shipped(HybridRecipe(seed=seed))
    taste, factors = (recipe.model_copy(update={"seed": seed}) for recipe in (usual.taste, usual.factors))
    return Settings(usual.hybrid, taste, factors, usual.cold, usual.content, neumf, SpectralSettings())


def load(folder: Path, workspace: Path | None, least: int) -> Material:
    """Artists as songs: those with clips, with content, and those that enough users know, without."""
    data = load_clips(folder, workspace)
    known = np.flatnonzero(np.bincount(data.elsewhere.indices, minlength=data.elsewhere.shape[1]) >= least)
    counts = sparse.csr_array(sparse.hstack([data.listens, data.elsewhere[:, known]], format="csr"), dtype=np.float32)
    size, own = counts.shape[1], len(data.artists)
    blocks, known_blocks = [], tuple(name for name in BLOCKS if name in data.blocks)
    for name in known_blocks:
        block = np.full((size, data.blocks[name].shape[1]), np.nan)
        block[:own] = data.blocks[name]
        blocks.append(block)
    weights = [ContentRecipe().weight(name) for name in known_blocks]
    content = Content(blocks, weights, np.arange(size) < own, known_blocks)
    named = [*data.names.songs, *(data.names.elsewhere[n] or f"artist {data.others[n]}" for n in known)]
    tracks = [Track(n, b"", name, (name,), "", None, "", 0.0, "ok", "") for n, name in enumerate(named)]
    users = tuple(f"{n:05d}" for n in range(counts.shape[0]))
    pairs = sparse.coo_array(data.friends)
    friends = [(users[a], users[b]) for a, b in zip(*pairs.coords, strict=True) if a < b]
    interactions = Interactions(users, np.arange(size, dtype=np.int64), counts)
    rest = np.delete(np.arange(data.elsewhere.shape[1]), known)
    others = tuple(data.names.elsewhere[number] for number in rest)
    elsewhere = Elsewhere(sparse.csr_array(data.elsewhere[:, rest]), others)
    prints = np.zeros((size, 64), dtype=np.uint8)
    return Material(tracks, interactions, elsewhere, content, np.arange(size), friends, {}, "", prints)


def names(material: Material, songs: np.ndarray) -> set[str]:
    """Artist names of some rows."""
    return {material.artist_key(int(song)) for song in songs}


def learn(material: Material, test: np.ndarray, validation: np.ndarray, how: tuple[int, int]) -> Weights:
    """Weights from validation artists made cold; test artists have no plays at all here."""
    without = replace(material, listens=material.listens.without_items(test))
    recipe, seed = HybridRecipe(seed=how[0]), how[0]
    stage = set_stage(without, names(material, validation), held_out=recipe.held_out, seed=seed, cold_songs=0.0)
    parts = rehearse(without, stage, fitted_by(*how), device=torch.device("cpu"))
    return learn_weights(without, stage, parts, recipe)[0]


# --- systems against each other -----------------------------------------------------------------------------------


def compare(
    stage: Stage, rows: np.ndarray, scores: dict[str, np.ndarray], is_sampled: bool = True
) -> dict[tuple[str, str], np.ndarray]:
    """Every system on every protocol: metrics [U, 3 or 5] of all users, NaN of those not asked; P1 on warm songs."""
    found = {}
    for protocol, (kinds, _) in PROTOCOLS.items():
        candidates, relevant = stage.mixed(rows) if protocol == "mixed" else stage.lists(rows, kinds)
        asked = np.flatnonzero(relevant.any(axis=1))
        if not len(asked):
            continue
        for name, value in scores.items():
            mine = measure(value[asked], candidates[asked], relevant[asked])
            if protocol == "warm" and is_sampled:
                sampled = one_in_hundred(value[asked], candidates[asked], relevant[asked])
                mine = np.column_stack([mine, sampled])
            found[protocol, name] = np.full((len(stage.seen.users), mine.shape[1]), np.nan)
            found[protocol, name][rows[asked]] = mine
    return found


def comparisons(compared: Found) -> list[dict[str, object]]:
    """Mean and spread over seeds, and the hybrid's paired difference over users with its 95 % bootstrap interval."""
    lines = []
    for (protocol, name), values in compared.items():
        for place, metric in enumerate((*METRICS, "hr@10 (P1)", "ndcg@10 (P1)")[: values[0].shape[1]]):
            seeds = [float(np.nanmean(value[:, place])) for value in values]
            line: dict[str, object] = {"protocol": protocol, "system": name, "metric": metric}
            line["value"] = mean_and_spread(seeds)
            if name != "hybrid":
                mine = compared[protocol, "hybrid"]
                change = np.stack([a[:, place] - b[:, place] for a, b in zip(mine, values, strict=True)])
                change = change[:, ~np.isnan(change).all(axis=0)]
                each = np.nanmean(change, axis=0)
                low, high = metrics.bootstrap_interval(each, np.random.default_rng(0))
                line["hybrid_minus_this"] = round(float(each.mean()), 4)
                line |= {"interval": [round(low, 4), round(high, 4)], "users": len(each)}
            lines.append(line)
    return lines


def one_in_hundred(scores: np.ndarray, candidates: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """Protocol P1: one held-out song of each user among 99 that they never touched: HR@10 and NDCG@10, [B, 2]."""
    rng, found = np.random.default_rng(0), np.zeros((len(scores), 2))
    for row in range(len(scores)):
        one = rng.choice(np.flatnonzero(relevant[row]))
        others = rng.choice(np.flatnonzero(candidates[row] & ~relevant[row]), 99, replace=False)
        rank = metrics.first_column_ranks(scores[row][np.concatenate([[one], others])][None])
        found[row] = metrics.hit_rate(rank, 10), metrics.ndcg_of_one(rank, 10)
    return found


# --- what the lists are like --------------------------------------------------------------------------------------


def in_two_steps(
    material: Material, stage: Stage, parts: Parts, weights: Weights, rows: np.ndarray
) -> dict[str, np.ndarray]:
    """The hybrid's scores by the two steps of a library: only the union of the best of each signal has any."""
    candidates, _ = stage.mixed(rows)
    return {
        name: totals(material, parts, weights, rows, candidates, is_coded)
        for name, is_coded in (("hybrid in two steps", False), ("hybrid in two steps by codes", True))
    }


def lists(
    material: Material, stage: Stage, parts: Parts, rows: np.ndarray, scores: dict[str, np.ndarray]
) -> dict[str, dict[str, float]]:
    """What the lists of twenty are like, over all songs that a user has not."""
    candidates, relevant = stage.mixed(rows)
    listeners = parts.listeners.astype(np.int64)
    shelf = Shelf(parts.directions, material.artist, tail=long_tail(parts.listeners))
    wishes = {
        "hybrid, usual list": Wishes(top=20),
        "hybrid, diverse": Wishes(top=20, spread=0.3),
        "hybrid, a fifth explores": Wishes(top=20, explore=0.2),
    }
    found = {}
    steps = [name for name in scores if name.startswith("hybrid in two steps")]
    wishes |= {f"{name}, usual list": wishes["hybrid, usual list"] for name in steps}
    made = {}
    for name in ("hybrid", *wishes, "neumf", "item knn", "popularity"):
        values = np.where(candidates, np.nan_to_num(scores[name.split(",")[0]], nan=-np.inf), -np.inf)
        if name in wishes:
            chosen = [diversify(row, shelf, wishes[name]) for row in values]
        else:
            chosen = [np.argsort(-row, kind="stable")[:20].tolist() for row in values]
        shown = np.array([row + [-1] * (20 - len(row)) for row in chosen])
        made[name] = shown
        found[name] = look(shown, stage, parts, listeners) | {"ndcg@20": gained(shown, relevant)}
    for name in steps:
        found[f"{name}, usual list"]["shared"] = shared(made[f"{name}, usual list"], made["hybrid, usual list"])
    return found


def look(shown: np.ndarray, stage: Stage, parts: Parts, listeners: np.ndarray) -> dict[str, float]:
    """Figures of lists [U, 20]."""
    exposure = np.bincount(shown[shown >= 0], minlength=len(listeners))
    return {
        "coverage": metrics.coverage(shown, len(listeners)),
        "gini": metrics.gini(exposure),
        "novelty": metrics.novelty(shown, listeners, len(stage.seen.users)),
        "diversity": metrics.intra_list_diversity(shown, parts.points),
        "cold_share": float(np.isin(shown, np.flatnonzero(stage.kind == COLD_ARTIST)).mean()),
        "hubness": skewness(exposure),
    }


def gained(shown: np.ndarray, relevant: np.ndarray) -> float:
    """NDCG@20 of lists that are already made."""
    asked = np.flatnonzero(relevant.any(axis=1))
    ranks = [np.flatnonzero(relevant[row][shown[row]] & (shown[row] >= 0)) for row in asked]
    most = relevant[asked].sum(axis=1)
    ideal = np.cumsum(1.0 / np.log2(np.arange(20) + 2.0))
    gains = [(1.0 / np.log2(rank + 2.0)).sum() / ideal[min(n, 20) - 1] for rank, n in zip(ranks, most, strict=True)]
    return float(np.mean(gains))


def hubs(stage: Stage, parts: Parts, rows: np.ndarray) -> dict[str, dict[str, float]]:
    """How unevenly artists with clips stand in lists by content alone, as it is and by mutual proximity."""
    clips = parts.points[parts.points.any(axis=1)]
    likeness = mean_similarity(sparse.csr_array(stage.seen.counts[rows][:, : len(clips)]), clips, clips)
    likeness = likeness[np.isfinite(likeness).all(axis=1)]
    found = {}
    for name, values in (("content, as it is", likeness), ("content, corrected", mutual_proximity(likeness))):
        exposure = np.bincount(np.argsort(-values, axis=1)[:, :20].ravel(), minlength=len(clips))
        found[name] = {"hubness": skewness(exposure), "gini": metrics.gini(exposure)}
    return found


def skewness(exposure: np.ndarray) -> float:
    """Third moment of the counts over their deviation cubed: 0 when songs are shown evenly, large with hubs."""
    return float(((exposure - exposure.mean()) ** 3).mean() / max(exposure.std(), 1e-9) ** 3)


# --- warmth -------------------------------------------------------------------------------------------------------


def new_songs(
    material: Material, stage: Stage, parts: Parts, weights: Weights, test: np.ndarray, plays: int
) -> tuple[float, float]:
    """AUC of cold artists for the same later listeners when their first `plays` listeners are known, and warmth.

    NeuMF stays as it is; the cheap parts take the new listens in.
    """
    whole = sparse.csc_array(material.listens.counts)
    popular = [int(song) for song in test if whole.indptr[song + 1] - whole.indptr[song] >= 2 * PLAYS[-1]]
    rng = np.random.default_rng(0)
    order = {song: rng.permutation(whole.indices[whole.indptr[song] : whole.indptr[song + 1]]) for song in popular}
    grown = stage.seen.counts.tolil()
    for song, users in order.items():
        for user in users[:plays]:
            grown[user, song] = whole[user, song]
    later = np.unique(np.concatenate([users[PLAYS[-1] :] for users in order.values()])).astype(np.int64)
    rows = np.sort(np.random.default_rng(1).permutation(later)[:MOST_USERS])
    now, found, warmth = rank_now(material, stage, parts, weights, sparse.csr_array(grown.tocsr()), rows)
    warm = stage.asked & (stage.kind == WARM)
    values = []
    for place, user in enumerate(rows):
        relevant = np.zeros(len(warm), dtype=bool)
        relevant[[song for song in popular if user in order[song][PLAYS[-1] :]]] = True
        unplayed = np.zeros(len(warm), dtype=bool)
        unplayed[[song for song in popular if user not in order[song]]] = True
        mine = ((warm | unplayed) & (now.seen.counts[[int(user)]].toarray()[0] == 0)) | relevant
        values.append(metrics.auc(found[place][mine], relevant[mine]))
    return float(np.nanmean(values)), float(warmth[:, popular].mean())


def new_users(material: Material, stage: Stage, parts: Parts, weights: Weights, plays: int) -> tuple[float, float]:
    """AUC of the later warm songs of users of whom only the first `plays` songs are known, and warmth.

    NeuMF never met them: it has no score, and the cheap parts take them in.
    """
    counts = stage.seen.counts
    warm = stage.asked & (stage.kind == WARM)
    busy = np.flatnonzero(np.diff(counts.indptr) >= FIRST_SONGS[-1] + 10)
    rows = np.sort(np.random.default_rng(0).permutation(busy)[:MOST_USERS])
    rng, grown = np.random.default_rng(1), counts.tolil()
    later = np.zeros((len(rows), counts.shape[1]), dtype=bool)
    for place, row in enumerate(rows):
        order = rng.permutation(counts.indices[counts.indptr[row] : counts.indptr[row + 1]])
        later[place, order[FIRST_SONGS[-1] :]] = True
        for song in order[plays:]:
            grown[row, song] = 0
    less = sparse.csr_array(grown.tocsr())
    less.eliminate_zeros()
    # What they play elsewhere would tell who they are.
    hidden = np.ones(counts.shape[0])
    hidden[rows] = 0.0
    assert material.elsewhere is not None
    listens = sparse.csr_array(sparse.diags_array(hidden) @ material.elsewhere.listens)
    elsewhere = replace(material.elsewhere, listens=listens)
    known = None
    if parts.collaborative is not None:
        met = parts.collaborative.users_seen & (hidden > 0)
        known = replace(parts, collaborative=replace(parts.collaborative, users_seen=met), network=None)
        known = replace(known, cold=None if parts.cold is None else replace(parts.cold, users_seen=met))
    _, found, warmth = rank_now(
        replace(material, elsewhere=elsewhere), stage, known or parts, weights, less, rows.astype(np.int64)
    )
    held = stage.held[rows].toarray() > 0
    values = []
    for place in range(len(rows)):
        played = counts[[int(rows[place])]].toarray()[0] > 0
        mine = warm & ~(played & ~later[place]) & ~held[place]
        values.append(metrics.auc(found[place][mine], later[place][mine]))
    return float(np.nanmean(values)), float(warmth[:, warm].mean())


def rank_now(
    material: Material, stage: Stage, parts: Parts, weights: Weights, counts: sparse.csr_array, rows: np.ndarray
) -> tuple[Parts, np.ndarray, np.ndarray]:
    """Parts that know other listens, scores and warmth [B, I]; what was trained stays as it is."""
    seen = replace(stage.seen, counts=counts)
    now = fit_parts(
        material,
        seen,
        fitted_by(0, 1),
        collaborative=parts.collaborative,
        network=parts.network,
        kept=Kept(factors=refit(counts, parts.factors), cold=parts.cold),
    )
    warmth = weights.warmth(now.listeners, now.songs_of_users[rows])
    candidates = np.tile(stage.asked, (len(rows), 1))
    return now, score(weights, signals(material, now, rows), candidates, warmth).total, warmth


if __name__ == "__main__":
    main()
