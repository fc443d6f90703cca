"""Descriptors that say nothing: groups named by permutation on artists held out, and what the rest alone is worth.

    python benchmarks/lean.py --workspace build/clips [--encoder mtt]

Folds, artists and users are those of `cold_start.py`; ridge regression from descriptors to ALS factors is its baseline.
Inside each fold's training part a fifth of the artists is held out: a group's descriptors are exchanged among these,
and what that costs in AUC is what the group says. Of all sets of groups with at most half of the numbers the one that
ranks these artists best is chosen; strengths are chosen there too. Then it is compared with the whole on the fold's
cold artists. Prints JSON lines: AUC, mean over users, paired differences, 95 % bootstrap intervals; `best_together` is
the set that does best in the mean over the folds' training parts (which hold the other folds' cold artists). With
`--encoder` its output stands beside every set.
"""

import argparse
import json
import os
from itertools import combinations
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

FACTORS, SPLITS, DRAWS, ENCODED = 16, 2, 5, "encoder"
Groups = tuple[str, ...]


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
    of = {name: group for group in ALL_GROUPS for name in descriptor_names(FeatureRecipe(groups=(group,)))}
    described = np.array([of[name] for name in names])
    encoded = data.blocks.get("encoder", np.zeros((len(data.artists), 0))).shape[1]
    group = np.append(described, np.full(encoded, ENCODED))
    said, found, inside = dict[str, list[float]](), dict[str, list[np.ndarray]](), list[dict[Groups, float]]()
    folds: list[Fold] = []
    for cold in five_folds(len(data.artists)):
        fold = Fold(data, cold)
        folds.append(fold)
        inside.append({groups: fold.inner_auc(of_sets(group, groups)) for groups in small_sets(described)})
        for name, cost in fold.costs(group).items():
            said.setdefault(name, []).append(cost)
        sets = {"all": ALL_GROUPS, "chosen in the fold": max(inside[-1], key=inside[-1].__getitem__)}
        sets["features/fast"] = recipes.load("features/fast", FeatureRecipe).groups
        if encoded:
            sets["none"] = ()
        for name, groups in sets.items():
            found.setdefault(name, []).append(fold.auc(of_sets(group, groups)))
    means = {groups: float(np.mean([fold[groups] for fold in inside])) for groups in inside[0]}
    together = max(means, key=means.__getitem__)
    found["best together"] = [fold.auc(of_sets(group, together)) for fold in folds]
    about = {"benchmark": "lean", "encoder": options.encoder}
    numbers = int(np.isin(described, together).sum())
    print(json.dumps(about | {"best_together": together, "numbers": numbers}))
    for name in ALL_GROUPS:
        line = about | {"group": name, "numbers": int((group == name).sum())}
        print(json.dumps(line | {"cost_of_exchange": round(float(np.mean(said[name])), 4)}))
    users = {name: known_mean(np.array(values)) for name, values in found.items()}
    for name, values in users.items():
        able = np.isfinite(values)
        auc, minus = interval(values[able]), interval((values - users["all"])[able])
        print(json.dumps(about | {"set": name, "auc": auc, "minus_all": minus}))


def of_sets(group: np.ndarray, groups: Groups) -> np.ndarray:
    """Which columns belong to a set of groups; those of the encoder always do."""
    return np.isin(group, (*groups, ENCODED))


def small_sets(group: np.ndarray) -> list[Groups]:
    """All sets of groups with at most half of the numbers."""
    sets = (some for size in range(1, len(ALL_GROUPS)) for some in combinations(ALL_GROUPS, size))
    return [some for some in sets if np.isin(group, some).sum() <= len(group) / 2]


class Fold:
    """A fold's training part, with artists held out inside it in two ways; ridge from descriptors to factors."""

    def __init__(self, data: Data, cold: np.ndarray) -> None:
        self.sound = np.hstack([data.blocks[name] for name in ("sound", "encoder") if name in data.blocks])
        self.cold = cold
        self.warm = np.setdiff1d(np.arange(len(self.sound)), cold)
        self.truth = (data.listens > 0).toarray().T
        self.outer = ridge_factors(without(data, cold), FACTORS, 0)
        self.inner = []
        for draw in range(SPLITS):
            held = np.sort(np.random.default_rng(draw).permutation(self.warm)[: len(self.warm) // 5])
            self.inner.append((held, ridge_factors(without(data, np.union1d(cold, held)), FACTORS, 0)))

    def inner_auc(self, columns: np.ndarray) -> float:
        """AUC on the artists held out, at the best strength."""
        return max(self.inner_aucs(columns).values())

    def inner_aucs(self, columns: np.ndarray) -> dict[float, float]:
        """The same by strength: mean over the ways to hold out."""
        found: dict[float, list[float]] = {}
        for held, factors in self.inner:
            kept = np.setdiff1d(self.warm, held)
            given, asked = self.sound[np.ix_(kept, columns)], self.sound[np.ix_(held, columns)]
            for strength in RIDGE_STRENGTHS:
                mapped = fit_ridge(given, factors.items[kept], [strength]).predict(asked)
                found.setdefault(strength, []).append(self.quality(mapped, held, factors))
        return {strength: float(np.mean(values)) for strength, values in found.items()}

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
