"""Descriptors that say nothing: groups named by permutation on artists held out, and what fewer numbers are worth.

    python benchmarks/lean.py --workspace build/clips [--encoder mtt]

Folds, artists and users are those of `cold_start.py`; ridge regression from descriptors to ALS factors is its baseline.
Inside each fold's training part a fifth of the artists is held out, several times: a group's descriptors are exchanged
among these, and what that costs in AUC is what the group says. Parts of groups (one statistic of one kind of value) are
dropped one by one, each time the one without which these artists are ranked best, until half of the numbers are left:
`dropped in the fold` by the fold's training part alone, `dropped together` by the mean over the folds' training parts
(which hold the other folds' cold artists). Sets are compared with the whole on the fold's cold artists; strengths are
chosen inside the training parts. Prints JSON lines: AUC, mean over users, paired differences, 95 % bootstrap intervals.
With `--encoder` its output stands beside every set.
"""

import argparse
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from cold_systems import RIDGE_STRENGTHS, five_folds, ridge_factors
from lastfm_clips import Data, known_mean, load, without
from personal import users_auc
from robust import interval

from audiorec import recipes
from audiorec.cold_start.ridge import fit_ridge
from audiorec.collaborative.als import Factors
from audiorec.data.workspace import Workspace
from audiorec.features.describe import descriptor_names
from audiorec.features.recipe import ALL_GROUPS, FeatureRecipe

FACTORS, SPLITS, DRAWS, ENCODED = 16, 4, 5, "encoder"


def main() -> None:
    """Choose in every fold, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, required=True, help="a workspace with the clips extracted")
    parser.add_argument("--encoder", choices=("none", "mtt", "msd"), default="none", help="stands beside every set")
    options = parser.parse_args()
    data = load(options.data, options.workspace, encoder=options.encoder)
    with Workspace.open(options.workspace) as space:
        names = space.features().layout.descriptor_names
    encoded = data.blocks.get("encoder", np.zeros((len(data.artists), 0))).shape[1]
    of = {name: group for group in ALL_GROUPS for name in descriptor_names(FeatureRecipe(groups=(group,)))}
    group = np.array([of[name] for name in names] + [ENCODED] * encoded)
    part = np.array([part_of(name, of[name]) for name in names] + [ENCODED] * encoded)
    folds = [Fold(data, cold) for cold in five_folds(len(data.artists))]
    about = {"benchmark": "lean", "encoder": options.encoder}
    for name, cost in mean_costs([fold.costs(group) for fold in folds]).items():
        print(json.dumps(about | {"group": name, "numbers": int((group == name).sum()), "cost_of_exchange": cost}))
    sets = {"all": [np.ones(len(group), bool)] * len(folds)}
    for recipe in ("features/fast", "features/lean"):
        kept = descriptor_names(recipes.load(recipe, FeatureRecipe))
        sets[recipe] = [np.append(np.isin(names, kept), np.ones(encoded, bool))] * len(folds)
    if encoded:
        sets["none"] = [group == ENCODED] * len(folds)
    sets["dropped in the fold"] = [kept_half(part, fold.usual_auc) for fold in folds]
    together = kept_half(part, lambda columns: float(np.mean([fold.usual_auc(columns) for fold in folds])))
    sets["dropped together"] = [together] * len(folds)
    print(json.dumps(about | {"dropped_together": sorted(set(part) - set(part[together]))}))
    users = {
        name: known_mean(np.array([fold.auc(kept) for fold, kept in zip(folds, sets[name], strict=True)]))
        for name in sets
    }
    for name, values in users.items():
        able = np.isfinite(values)
        numbers = [int(kept.sum()) - encoded for kept in sets[name]]
        line = {"set": name, "numbers": numbers[0] if len(set(numbers)) == 1 else numbers}
        line |= {"auc": interval(values[able]), "minus_all": interval((values - users["all"])[able])}
        print(json.dumps(about | line))


def part_of(name: str, group: str) -> str:
    """The part of a group that a descriptor belongs to: one statistic of one kind of value; `mfcc` in two halves."""
    found = re.fullmatch(r"(mfcc|contrast|chroma|degree|centroid|bandwidth|rolloff|flatness)_(?:([^_]+)_)?(.+)", name)
    if group in ("dynamics", "rhythm") or not found:
        return group
    kind, number, statistic = found.groups()
    if kind == "chroma" and number is None:
        return group
    if kind == "mfcc":
        kind += " from 10 on" if int(number) >= 10 else " up to 9"
    elif kind not in ("contrast", "chroma", "degree"):
        kind = "shape"
    return f"{group}: {kind}, {statistic}"


def mean_costs(folds: Iterable[dict[str, float]]) -> dict[str, float]:
    """Mean over folds."""
    every = list(folds)
    return {name: round(float(np.mean([fold[name] for fold in every])), 4) for name in every[0]}


def kept_half(part: np.ndarray, auc: Callable[[np.ndarray], float]) -> np.ndarray:
    """Columns that are left when parts are dropped one by one, until at most half of the descriptors are left."""
    kept, most = np.ones(len(part), bool), (part != ENCODED).sum() / 2
    while (kept & (part != ENCODED)).sum() > most:
        parts = sorted(set(part[kept]) - {ENCODED})
        kept = max((kept & (part != one) for one in parts), key=auc)
    return kept


class Fold:
    """A fold's training part, with artists held out inside it in two ways; ridge from descriptors to factors."""

    def __init__(self, data: Data, cold: np.ndarray) -> None:
        self.sound = np.hstack([data.blocks[name] for name in ("sound", "encoder") if name in data.blocks])
        self.cold = cold
        self.warm = np.setdiff1d(np.arange(len(self.sound)), cold)
        self.truth = (data.listens > 0).toarray().T
        self.outer = ridge_factors(without(data, cold), FACTORS, 0)
        self.inner = []
        self.usual: float | None = None
        for draw in range(SPLITS):
            held = np.sort(np.random.default_rng(draw).permutation(self.warm)[: len(self.warm) // 5])
            self.inner.append((held, ridge_factors(without(data, np.union1d(cold, held)), FACTORS, 0)))

    def inner_aucs(self, columns: np.ndarray, strengths: Sequence[float] = RIDGE_STRENGTHS) -> dict[float, float]:
        """AUC on the artists held out by strength: mean over the ways to hold out."""
        found: dict[float, list[float]] = {}
        for held, factors in self.inner:
            kept = np.setdiff1d(self.warm, held)
            given, asked = self.sound[np.ix_(kept, columns)], self.sound[np.ix_(held, columns)]
            for strength in strengths:
                mapped = fit_ridge(given, factors.items[kept], [strength]).predict(asked)
                found.setdefault(strength, []).append(self.quality(mapped, held, factors))
        return {strength: float(np.mean(values)) for strength, values in found.items()}

    def usual_auc(self, columns: np.ndarray) -> float:
        """AUC on the artists held out, at the strength that is best for all columns."""
        if self.usual is None:
            aucs = self.inner_aucs(np.ones(len(columns), bool))
            self.usual = max(aucs, key=aucs.__getitem__)
        return self.inner_aucs(columns, [self.usual])[self.usual]

    def costs(self, group: np.ndarray) -> dict[str, float]:
        """AUC that is lost when a group's numbers are exchanged among the artists held out; mean over draws."""
        aucs, lost = self.inner_aucs(np.ones(len(group), bool)), dict[str, list[float]]()
        strength, rng = max(aucs, key=aucs.__getitem__), np.random.default_rng(0)
        for held, factors in self.inner:
            kept = np.setdiff1d(self.warm, held)
            model, shown = fit_ridge(self.sound[kept], factors.items[kept], [strength]), self.sound[held]
            whole = self.quality(model.predict(shown), held, factors)
            for name in ALL_GROUPS:
                for _ in range(DRAWS):
                    other = shown.copy()
                    other[:, group == name] = shown[rng.permutation(len(shown))][:, group == name]
                    lost.setdefault(name, []).append(whole - self.quality(model.predict(other), held, factors))
        return {name: float(np.mean(values)) for name, values in lost.items()}

    def quality(self, mapped: np.ndarray, held: np.ndarray, factors: Factors) -> float:
        """Mean AUC over users of held-out artists at these places."""
        return float(np.nanmean(users_auc(mapped @ factors.users.T, self.truth[held])))

    def auc(self, columns: np.ndarray) -> np.ndarray:
        """AUC of each user among the cold artists, from these columns."""
        aucs = self.inner_aucs(columns)
        strength = max(aucs, key=aucs.__getitem__)
        model = fit_ridge(self.sound[np.ix_(self.warm, columns)], self.outer.items[self.warm], [strength])
        mapped = model.predict(self.sound[np.ix_(self.cold, columns)])
        return users_auc(mapped @ self.outer.users.T, self.truth[self.cold])


if __name__ == "__main__":
    main()
