"""Cold start on real music: rank artists that nobody has played, for every Last.fm user who plays one of them.

Items are the Last.fm artists that have clips; five folds over the sorted ids (scikit-learn KFold, shuffled, seed 0); a
fold's artists lose all their plays, and are ranked among themselves. Prints JSON lines. `--cold FILE` takes artist ids,
one a line, to keep aside instead of folds. Nothing is chosen on the artists that are tested: the hybrid's weights come
from artists made cold inside the training part, and so do the weights of the encoder's and the release blocks and all
that is chosen for ridge. `--keep FOLDER` holds what each fold gave, so that a stopped run goes on where it was.

`scope` of a line: `all`, the folds as they are; `within`, artists of one collection among themselves (those with years
and those without), mean of the two; `across`, trained on one collection and tested on the other, mean of both ways.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from lastfm_clips import Data, load, without
from lastfm_likes import LIKES
from scipy import sparse
from sklearn.model_selection import KFold

from audiorec import metrics, recipes
from audiorec.cold_start.block_weights import learn_block_weights, weighed
from audiorec.cold_start.content_knn import mean_similarity
from audiorec.cold_start.content_space import fit_space
from audiorec.cold_start.content_to_factors import TasteRecipe, fit_taste
from audiorec.cold_start.dropoutnet import ColdDropoutRecipe, predict_vectors, train_on_dropped
from audiorec.cold_start.ridge import fit_ridge, fit_scaling
from audiorec.cold_start.taste import Content, standard_rows
from audiorec.collaborative import neumf
from audiorec.collaborative.als import Factors, implicit_als
from audiorec.collaborative.neumf import Neumf, NeumfRecipe
from audiorec.hybrid.fit_weights import Lists, fit_weights
from audiorec.hybrid.inputs import BLOCK_WEIGHTS, LEARNED
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.hybrid.signals import NEURAL
from audiorec.hybrid.weights import Weights, calibrate

METRICS = ("auc", "recall@20", "ndcg@20")
# What the baseline is chosen from.
RIDGE_FACTORS, RIDGE_STRENGTHS = (8, 16, 32, 64), (100.0, 300.0, 1000.0, 3000.0, 10_000.0)
SIGNALS = ("predicted", "content", "popularity", "friends")
AUDIO, WORDS, RELEASE = ("sound", "spectrum"), ("sound", "spectrum", "words"), ("release", "album")
PAIRED = (
    ("hybrid", "ridge"),
    ("hybrid", "hybrid-encoder"),
    ("hybrid", "hybrid-release"),
    ("ridge", "ridge-encoder"),
    ("taste", "ridge"),
    ("taste", "taste-encoder"),
    ("taste", "taste-release"),
    ("hybrid", "hybrid:audio"),
    ("hybrid:audio+words", "hybrid:audio"),
    ("hybrid+svm", "hybrid"),
    ("hybrid+svm+cnn", "hybrid"),
    ("neumf_dropout", "neumf_predicted"),
)


@dataclass(frozen=True)
class Kind:
    """What a hybrid is made of: blocks of content, signals, listens to artists without clips, the neural model."""

    blocks: tuple[str, ...] = WORDS
    signals: tuple[str, ...] = SIGNALS
    elsewhere: bool = True
    neural: float = NEURAL


@dataclass(frozen=True)
class Fold:
    """One task: data whose cold rows have no plays, the seed, the truth [U, cold]; `kept` holds what systems share."""

    data: Data
    cold: np.ndarray
    seed: int
    truth: np.ndarray
    kept: dict[object, object] = field(default_factory=dict)

    @property
    def everybody(self) -> np.ndarray:
        """Rows of all users."""
        return np.arange(self.data.listens.shape[0])

    def once(self, key: object, make: Callable[[], object]) -> object:
        """What `make` gives, made once for this fold."""
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]


System = Callable[[Fold], np.ndarray]


def main() -> None:
    """Parse the options, run, print."""
    options = parse_options()
    torch.set_num_threads(1)
    every = systems(options.encoder, options.release)
    chosen = {name: system for name, system in every.items() if not options.systems or name in options.systems}
    with_patches = any("cnn" in name for name in chosen)
    data = load(options.data, options.workspace, with_patches, options.encoder, options.patches)
    units = kept_aside(data, options.cold) if options.cold else folds(data)
    found, seconds = run(data, units, chosen, options.seeds, options.keep)
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
    parser.add_argument("--cold", type=Path, help="artist ids, one a line: test on these, train on all others")
    parser.add_argument("--encoder", choices=("none", "mtt", "msd"), default="none", help="one more block of content")
    parser.add_argument("--patches", type=int, default=3, help="patches of a clip that the encoder hears at most")
    parser.add_argument("--release", action="store_true", help="year, number of songs and album's name are content too")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds to average over")
    parser.add_argument("--keep", type=Path, help="a folder for what each fold gave: delete it after changing code")
    parser.add_argument("--systems", nargs="*", default=[], help="only these systems")
    return parser.parse_args()


@dataclass(frozen=True)
class Unit:
    """Artists who are made cold together, and by scope the parts of them that are ranked among themselves."""

    cold: np.ndarray
    parts: dict[str, list[np.ndarray]]


def folds(data: Data) -> list[Unit]:
    """Five folds over the artists, then each collection against the other."""
    parts = [cold for _, cold in KFold(5, shuffle=True, random_state=0).split(np.zeros(len(data.artists)))]
    sides = [np.flatnonzero(data.dated == dated) for dated in (False, True)]
    return [in_folds(data, cold) for cold in parts] + [
        Unit(side, {"across": [np.ones(len(side), dtype=bool)]}) for side in sides
    ]


def in_folds(data: Data, cold: np.ndarray) -> Unit:
    """A fold: all of its artists, and those of each collection that it has two of."""
    dated = data.dated[cold]
    within = [side for side in (dated, ~dated) if side.sum() > 1]
    return Unit(cold, {"all": [np.ones(len(cold), dtype=bool)], "within": within})


def kept_aside(data: Data, path: Path) -> list[Unit]:
    """One fold: the rows of the artists in a file."""
    wanted = {int(line) for line in path.read_text(encoding="utf-8").split()}
    found = np.flatnonzero(np.isin(data.artists, sorted(wanted)))
    if len(found) < len(wanted):
        print(f"{len(wanted) - len(found)} of the artists in {path} have no clips: left out", file=sys.stderr)
    return [in_folds(data, found)]


# --- systems ------------------------------------------------------------------------------------------------------


def systems(encoder: str, release: bool) -> dict[str, System]:
    """Every system by name; a name with a colon is made of some parts only, with a minus without one."""
    heard, dated = ("encoder",) * (encoder != "none"), RELEASE * release
    whole = Kind((*WORDS, *dated, *heard))
    alone = tuple(name for name in SIGNALS if name != "friends")
    kinds = {
        "hybrid": whole,
        "hybrid:audio": Kind(AUDIO, alone, elsewhere=False),
        "hybrid:audio+words": Kind(WORDS, alone, elsewhere=False),
        "hybrid+svm": replace(whole, signals=(*SIGNALS, "svm")),
        "hybrid+svm+cnn": replace(whole, signals=(*SIGNALS, *LIKES)),
        "hybrid-neural": replace(whole, neural=0.0),
        **{f"hybrid-{name}": replace(whole, signals=tuple(s for s in SIGNALS if s != name)) for name in SIGNALS},
    }
    less = {"encoder": (*WORDS, *dated)} if heard else {}
    less |= {"release": (*WORDS, *heard)} if release else {}
    kinds |= {f"hybrid-{name}": Kind(blocks) for name, blocks in less.items()}
    return {
        "random": lambda fold: np.random.default_rng(fold.seed).random(fold.truth.shape),
        "popularity_oracle": lambda fold: np.tile(fold.truth.sum(axis=0), (len(fold.truth), 1)),
        "content_knn": content_knn,
        "ridge:sound": lambda fold: ridge(fold, ("sound",)),
        "ridge": lambda fold: ridge(fold, whole.blocks),
        **{f"ridge-{name}": lambda fold, blocks=blocks: ridge(fold, blocks) for name, blocks in less.items()},
        "cnn": lambda fold: likes(fold, fold.cold, "cnn"),
        "svm": lambda fold: likes(fold, fold.cold, "svm"),
        "neumf_predicted": lambda fold: neural(fold, fold.cold, whole, dropout=False),
        "neumf_dropout": lambda fold: neural(fold, fold.cold, whole, dropout=True),
        "taste": lambda fold: taste(fold, whole),
        **{f"taste-{name}": lambda fold, blocks=blocks: taste(fold, Kind(blocks)) for name, blocks in less.items()},
        **{name: lambda fold, kind=kind: hybrid(fold, kind) for name, kind in kinds.items()},
    }


def content_knn(fold: Fold) -> np.ndarray:
    """Mean cosine of sound to the user's artists."""
    sound = [fold.data.blocks["sound"]]
    warm = np.setdiff1d(np.arange(len(sound[0])), fold.cold)
    points = fit_space([sound[0][warm]], [1.0]).place(sound)
    return np.nan_to_num(mean_similarity(fold.data.listens, points, points[fold.cold]))


def ridge(fold: Fold, blocks: tuple[str, ...]) -> np.ndarray:
    """Ridge regression from content to implicit-ALS factors (van den Oord et al. 2013, with a linear map).

    Its number of factors, its strength and which of the blocks it reads (sound, sound and the encoder, or all) are
    chosen as carefully as ours are: on artists made cold inside the training part.
    """
    warm = np.setdiff1d(np.arange(len(fold.data.artists)), fold.cold)
    hidden = np.sort(np.random.default_rng(fold.seed).permutation(warm)[: len(warm) // 5])
    inner, kept = without(fold.data, hidden), np.setdiff1d(warm, hidden)
    wanted = (fold.data.listens[:, hidden] > 0).toarray()
    asked = np.flatnonzero(wanted.any(axis=1) & ~wanted.all(axis=1))
    reads = {("sound",), tuple(name for name in blocks if name in ("sound", "encoder")), blocks}
    best = (-np.inf, RIDGE_FACTORS[0], RIDGE_STRENGTHS[0], blocks)
    for rank in RIDGE_FACTORS:
        factors = fold.once(("ridge", rank), lambda rank=rank: ridge_factors(inner, rank, fold.seed))
        for chosen in sorted(reads):
            content = np.hstack([fold.data.blocks[name] for name in chosen])
            for strength, mapped in ridge_maps(content[kept], factors.items[kept], content[hidden]).items():
                scores = factors.users[asked] @ mapped.T
                value = np.mean([metrics.auc(mine, want) for mine, want in zip(scores, wanted[asked], strict=True)])
                best = max(best, (float(value), rank, strength, chosen))
    _, rank, strength, chosen = best
    factors = fold.once(("ridge, all", rank), lambda: ridge_factors(fold.data, rank, fold.seed))
    content = np.hstack([fold.data.blocks[name] for name in chosen])
    return factors.users @ fit_ridge(content[warm], factors.items[warm], [strength]).predict(content[fold.cold]).T


def ridge_maps(known: np.ndarray, targets: np.ndarray, new: np.ndarray) -> dict[float, np.ndarray]:
    """What `fit_ridge` predicts for new rows with every strength, from one decomposition."""
    scaling, bias = fit_scaling(known), targets.mean(axis=0)
    inputs, asked = scaling.apply(known), scaling.apply(new)
    offset = inputs.mean(axis=0)
    left, values, right = np.linalg.svd(inputs - offset, full_matrices=False)
    turned, projected = (asked - offset) @ right.T, left.T @ (targets - bias)
    return {
        strength: turned @ ((values / (values**2 + strength))[:, None] * projected) + bias
        for strength in RIDGE_STRENGTHS
    }


def ridge_factors(data: Data, rank: int, seed: int) -> Factors:
    """Implicit-ALS factors of all artists that are known, those without clips too."""
    together = sparse.csr_array(sparse.hstack([data.listens, data.elsewhere], format="csr"))
    together.data = np.log1p(together.data)
    return implicit_als(together, rank, regularization=1.0, alpha=5.0, iterations=5, seed=seed)


def taste(fold: Fold, kind: Kind) -> np.ndarray:
    """What the taste models say alone, without NeuMF."""
    return signals(fold, fold.cold, replace(kind, neural=0.0))["predicted"]


def likes(fold: Fold, rows: np.ndarray, name: str) -> np.ndarray:
    """Like-probabilities [U, rows] by the SVM or the network, which know nothing of these rows."""
    hidden = np.union1d(fold.cold, rows)

    def ask() -> np.ndarray:
        return LIKES[name](without(fold.data, rows), hidden, fold.seed)[:, np.searchsorted(hidden, rows)]

    return np.asarray(fold.once((name, rows.tobytes()), ask))


# --- the hybrid ---------------------------------------------------------------------------------------------------


def hybrid(fold: Fold, kind: Kind) -> np.ndarray:
    """Signals of the cold artists, weighed as training artists that were made cold in turn have shown."""
    weights = rehearse(fold, kind)
    found = signals(fold, fold.cold, kind)
    everything = np.ones(fold.truth.shape, dtype=bool)
    calibrated = {name: calibrate(value, everything) for name, value in found.items()}
    return np.sum(list(weights.contributions(calibrated, np.zeros(everything.shape)).values()), axis=0)


def rehearse(fold: Fold, kind: Kind) -> Weights:
    """Weights learned from training artists of whom a quarter is made cold: plenty for four weights."""
    warm = np.setdiff1d(np.arange(len(fold.data.artists)), fold.cold)
    rows = np.sort(np.random.default_rng(fold.seed).permutation(warm)[: len(warm) // 4])
    relevant = np.asarray(fold.data.listens[:, rows].todense()) > 0
    everything = np.ones(relevant.shape, dtype=bool)
    lists = Lists(signals(fold, rows, kind), everything, relevant, np.zeros(relevant.shape))
    return fit_weights([lists], HybridRecipe(seed=fold.seed))


def signals(fold: Fold, rows: np.ndarray, kind: Kind) -> dict[str, np.ndarray]:
    """The chosen signals [U, rows] for artists without plays."""
    plain = replace(kind, signals=SIGNALS)
    found = fold.once(("signals", rows.tobytes(), plain), lambda: all_signals(fold, rows, plain))
    assert isinstance(found, dict)
    return {name: likes(fold, rows, name) if name in LIKES else found[name] for name in kind.signals}


def all_signals(fold: Fold, rows: np.ndarray, kind: Kind) -> dict[str, np.ndarray]:
    """Every signal [U, rows] but likes, float32."""
    data = without(fold.data, rows)
    material = content_of(fold, kind)
    elsewhere = data.elsewhere if kind.elsewhere else None
    taste = fit_taste(material, data.listens, TasteRecipe(seed=fold.seed), elsewhere=elsewhere)
    predicted = standard_rows(taste.scores(fold.everybody)[:, rows])
    if kind.neural:
        mind = standard_rows(neural(fold, rows, kind, dropout=True))
        predicted = np.where(np.isnan(mind), predicted, (1.0 - kind.neural) * predicted + kind.neural * mind)
    points = space(fold, data, kind)
    found = {
        "predicted": predicted,
        "content": mean_similarity(data.listens, points, points[rows]),
        "popularity": np.tile(taste.popularity[rows], (len(predicted), 1)),
        "friends": data.friends @ predicted,
    }
    return {name: value.astype(np.float32) for name, value in found.items()}


def content_of(fold: Fold, kind: Kind) -> Content:
    """The blocks of a hybrid; weights of some are learned inside the training part of the fold."""
    blocks, usual = [fold.data.blocks[n] for n in kind.blocks], [BLOCK_WEIGHTS[n] for n in kind.blocks]
    content = Content(blocks, usual, np.ones(len(fold.data.artists), dtype=bool), kind.blocks)
    elsewhere = fold.data.elsewhere if kind.elsewhere else None
    groups, recipe = np.arange(len(fold.data.artists)), TasteRecipe(seed=fold.seed)
    names = [name for name in LEARNED if name in kind.blocks]

    def learn() -> dict[str, float]:
        return learn_block_weights(content, names, fold.data.listens, groups, recipe, elsewhere)

    found = fold.once(("weights", kind.blocks, kind.elsewhere), learn)
    print(f"weights of {', '.join(kind.blocks)}: {found}", file=sys.stderr)
    return weighed(content, found)


def space(fold: Fold, data: Data, kind: Kind) -> np.ndarray:
    """Content points [A, D] by the artists that were heard."""
    heard = np.flatnonzero(np.bincount(data.listens.indices, minlength=len(data.artists)))
    content = content_of(fold, kind)
    return fit_space([block[heard] for block in content.blocks], content.weights).place(content.blocks)


def neural(fold: Fold, rows: np.ndarray, kind: Kind, dropout: bool) -> np.ndarray:
    """NeuMF's scores [U, rows] with vectors predicted from content, NeuMF trained with songs dropped to cold or not."""
    data = without(fold.data, rows)
    key = ("neumf", rows.tobytes(), kind.elsewhere)
    model, counts = fold.once(key, lambda: train_neumf(data, kind.elsewhere, fold.seed))  # type: ignore[misc]
    points, vectors = space(fold, data, kind), model.item_vectors()[: len(data.artists)]
    known = np.flatnonzero(np.isfinite(vectors).all(axis=1))
    if dropout:
        padded = np.full((counts.shape[1], points.shape[1]), np.nan)
        padded[: len(points)] = points
        groups = np.arange(counts.shape[1])
        model = train_on_dropped(model, counts, padded, groups, ColdDropoutRecipe(seed=fold.seed))
    return model.score_with_item_vectors(fold.everybody, predict_vectors(points, vectors, known)[rows])


def train_neumf(data: Data, elsewhere: bool, seed: int) -> tuple[Neumf, sparse.csr_array]:
    """NeuMF on what is played, with artists without clips that ten users know."""
    counts = data.listens
    if elsewhere:
        known = np.bincount(data.elsewhere.indices, minlength=data.elsewhere.shape[1]) >= 10
        counts = sparse.csr_array(sparse.hstack([counts, data.elsewhere[:, known]], format="csr"))
    recipe = recipes.load("training/neumf", NeumfRecipe, ("epochs=20", "refit=false")).model_copy(update={"seed": seed})
    return neumf.train(counts, recipe, device=torch.device("cpu")), counts


# --- measuring ----------------------------------------------------------------------------------------------------


def run(
    data: Data, units: list[Unit], chosen: dict[str, System], seeds: int, keep: Path | None
) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, float]]:
    """Metrics by scope and system of every user in every part and seed: [seeds, parts, users, 3], NaN where nothing is
    asked of her; and seconds of each system, what several share counted where it was first needed."""
    found: dict[str, dict[str, list[list[np.ndarray]]]] = {}
    seconds = dict.fromkeys(chosen, 0.0)
    for seed, (place, unit) in ((seed, unit) for seed in range(seeds) for unit in enumerate(units)):
        truth = np.asarray(data.listens[:, unit.cold].todense()) > 0
        fold = Fold(without(data, unit.cold), unit.cold, seed, truth)
        asked = [(scope, part) for scope, parts in unit.parts.items() for part in parts]
        for name, system in chosen.items():
            told, took = one_unit(name, system, fold, (place, [part for _, part in asked]), keep)
            for (scope, _), figures in zip(asked, told, strict=True):
                by_seed = found.setdefault(scope, {}).setdefault(name, [[] for _ in range(seeds)])
                by_seed[seed].append(figures)
            seconds[name] += took
        most = {name: round(value) for name, value in seconds.items() if value > 1.0}
        print(f"seed {seed}, part {place + 1} of {len(units)}, seconds so far {most}", file=sys.stderr, flush=True)
    arrays = {scope: {name: np.array(each) for name, each in by.items()} for scope, by in found.items()}
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
