"""Learning how much each signal counts, for warm and for cold songs, from lists with songs made cold on purpose.

The weights are fitted by the likelihood of the held-out listens among the candidates. It knows arrays only, not where
they come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from audiorec import metrics
from audiorec.errors import InputError
from audiorec.hybrid.weights import SIGNALS, Floats, Weights, calibrate, score
from audiorec.recipes import Recipe

# Songs of each list that the weights are fitted on; more make the fit slower, not better.
_SONGS_A_LIST = 150


# What the cold weights are pulled towards, against 1 for every other signal. Where a second set of artists was hidden,
# what content promises was better alone than beside any signal that the few artists hidden first had spoken for.
_TRUST = {"predicted": 30.0}


class HybridRecipe(Recipe):
    """How the hybrid is learned.

    song_plays, user_plays: listeners of a song, songs of a user, at which warm and cold weights count the same (one
    listener is enough: the signals know themselves how little they know, and with five a song fell at its first play);
    steps: of the optimiser; spread: pull of the warm weights towards equal ones; trust: of the cold ones towards
    `predicted`; held_out: share of each user's listens to warm songs that is held out in the rehearsal; users: most
    users who rehearse.
    """

    song_plays: float = 1.0
    user_plays: float = 2.0
    steps: int = 150
    spread: float = 0.02
    trust: float = 0.2
    held_out: float = 0.2
    users: int = 2000


@dataclass(frozen=True)
class Lists:
    """What the weights are learned from.

    Shape:
        signals: name -> [B, I], any scale, NaN where it cannot speak; candidates, relevant: bool [B, I];
        warmth: [B, I] in [0, 1].
    """

    signals: Mapping[str, NDArray[np.floating]]
    candidates: NDArray[np.bool_]
    relevant: NDArray[np.bool_]
    warmth: NDArray[np.floating]


def fit_weights(lists: Lists, recipe: HybridRecipe) -> Weights:
    """Maximum likelihood weights; raises InputError when no list has a relevant song among its candidates.

    Without cold (warm) relevant songs the cold (warm) weights stay equal.
    """
    names = [name for name in (*SIGNALS, *sorted(set(lists.signals) - set(SIGNALS))) if name in lists.signals]
    rows = np.flatnonzero((lists.relevant & lists.candidates).any(axis=1))
    if not names or not len(rows):
        raise InputError("nothing to learn the ranking from: import more listens (two songs a user or more)")
    if len(rows) > recipe.users:
        rows = np.sort(np.random.default_rng(recipe.seed).choice(rows, recipe.users, replace=False))
    fitted = _Fit(lists, names, rows).run(recipe)
    warm, cold, level = fitted
    return Weights(
        dict(zip(names, warm.tolist(), strict=True)),
        dict(zip(names, cold.tolist(), strict=True)),
        level,
        recipe.song_plays,
        recipe.user_plays,
    )


class _Fit:
    """The optimisation: two softmax-parametrised weight vectors, a level for cold songs and a temperature."""

    def __init__(self, lists: Lists, names: list[str], rows: NDArray[np.integer]) -> None:
        candidates, relevant = lists.candidates[rows], lists.relevant[rows] & lists.candidates[rows]
        chosen = _columns(candidates, relevant)
        columns = [
            np.take_along_axis(calibrate(lists.signals[name][rows], candidates), chosen, axis=1) for name in names
        ]
        calibrated = np.stack(columns, axis=2)
        self.able = torch.tensor(~np.isnan(calibrated), dtype=torch.float32)
        self.values = torch.tensor(np.nan_to_num(calibrated), dtype=torch.float32)
        self.warmth = torch.tensor(np.take_along_axis(lists.warmth[rows], chosen, axis=1), dtype=torch.float32)
        self.barred = torch.tensor(~np.take_along_axis(candidates, chosen, axis=1))
        # A signal that says the same of all songs of every list would only stand for a level: it has no part.
        self.tells = (self.values.amax(dim=1) - self.values.amin(dim=1)).amax(dim=0) > 1e-6
        self.able = self.able * self.tells
        self.even, self.usual = (self._shares(names, trust) for trust in ({}, _TRUST))
        relevant = np.take_along_axis(relevant, chosen, axis=1)
        self.wanted = torch.tensor(relevant / relevant.sum(axis=1, keepdims=True), dtype=torch.float32)

    def _shares(self, names: list[str], trust: Mapping[str, float]) -> torch.Tensor:
        """Logarithms of the shares that the signals which tell anything have by a first guess."""
        guess = torch.tensor([trust.get(name, 1.0) for name in names]) * self.tells
        return (guess / guess.sum().clamp(min=1e-9)).clamp(min=1e-9).log()

    def scores(self, warm: torch.Tensor, cold: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        """The same arithmetic as `Weights.contributions`, summed."""
        gate = self.warmth.unsqueeze(2)
        weights = (gate * warm.softmax(0) + (1.0 - gate) * cold.softmax(0)) * self.able
        mean = (weights * self.values).sum(2) / weights.sum(2).clamp(min=1e-9)
        return (self.warmth + (1.0 - self.warmth) * level.exp()) * mean

    def run(self, recipe: HybridRecipe) -> tuple[Floats, Floats, float]:
        """Fit; returns warm and cold weights and the level of cold songs."""
        warm, cold = (shares.clone().requires_grad_() for shares in (self.even, self.usual))
        level = torch.zeros((), requires_grad=True)
        sharpness = torch.full((), 2.0, requires_grad=True)
        mixed = bool((self.warmth > 0).any()) and bool((self.warmth == 0).any())
        learned = [warm, cold, sharpness, *([level] if mixed else [])]
        solver = torch.optim.Adam(learned, lr=0.1)
        for _ in range(recipe.steps):
            solver.zero_grad()
            utility = self.scores(warm, cold, level) * sharpness.exp()
            chance = torch.log_softmax(utility.masked_fill(self.barred, -1e9), dim=1)
            loss = -(self.wanted * chance).sum() / len(self.wanted)
            loss = loss + recipe.spread * (_divergence(warm, self.even) + level.square())
            loss = loss + recipe.trust * _divergence(cold, self.usual)
            loss.backward()
            solver.step()
        sides = ((warm, self.warmth > 0), (cold, self.warmth == 0))
        found = [self._spoken(values.detach().softmax(0), place) for values, place in sides]
        return found[0], found[1], float(level.detach().exp())

    def _spoken(self, weights: torch.Tensor, place: torch.Tensor) -> Floats:
        """Nothing was learned of a signal that never spoke there: it gets no weight, the others share its."""
        spoke = ((self.able * (place & ~self.barred).unsqueeze(2)).sum(dim=(0, 1)) > 0) & self.tells
        kept = weights * spoke if spoke.any() else weights
        return np.asarray((kept / kept.sum()).numpy(), dtype=np.float64)


def _columns(candidates: NDArray[np.bool_], relevant: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Columns of each list that the fit looks at: the relevant songs and others drawn at random, int64 [B, n]."""
    draw = np.random.default_rng(0).random(candidates.shape, dtype=np.float32)
    key = np.where(relevant, -1.0, np.where(candidates, draw, 2.0))
    most = min(_SONGS_A_LIST, candidates.shape[1])
    return np.asarray(np.argpartition(key, most - 1, axis=1)[:, :most], dtype=np.int64)


def _divergence(logits: torch.Tensor, usual: torch.Tensor) -> torch.Tensor:
    """Divergence of the weights from usual ones, given as logarithms."""
    chance = logits.softmax(0)
    return (chance * (chance.clamp(min=1e-9).log() - usual)).sum()


def never_below(weights: Weights, warm: Lists, k: int = 20) -> Weights:
    """Weights whose warm lists are no worse than those of a listens' signal alone, by NDCG@k on the rehearsal.

    The warm weights move towards one of them in steps of a quarter; the best step is kept.
    """
    sure = [name for name in ("collaborative", "factors", "neighbours") if name in weights.warm]
    if not sure or not warm.relevant.any():
        return weights
    tried = []
    for name, step in ((name, step) for name in sure for step in (0.0, 0.25, 0.5, 0.75, 1.0)):
        mixed = {other: (1.0 - step) * value + step * (other == name) for other, value in weights.warm.items()}
        moved = replace(weights, warm=mixed)
        found = score(moved, warm.signals, warm.candidates, warm.warmth).total
        tried.append((mean_ndcg(found, warm.relevant, k), -step, moved))
    return max(tried, key=lambda trial: trial[:2])[2]


def mean_ndcg(scores: NDArray[np.floating], relevant: NDArray[np.bool_], k: int) -> float:
    """Mean NDCG@k over the rows that have a relevant song."""
    rows = np.flatnonzero(relevant.any(axis=1))
    return float(np.mean([metrics.ndcg(metrics.relevant_ranks(scores[row], relevant[row]), k) for row in rows]))
