"""Learning how much each signal counts, for warm and for cold songs, from lists with songs made cold on purpose.

The weights are fitted by the likelihood of the held-out listens among the candidates. It knows arrays only, not where
they come from.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray

from audiorec import metrics
from audiorec.errors import TooLittleError
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.hybrid.retrieve import best_of_each, order, places
from audiorec.hybrid.weights import SIGNALS, Floats, Weights

# Signals that know listens alone.
_LISTENED = {"collaborative", "factors", "neighbours"}


@dataclass(frozen=True)
class Lists:
    """What the weights are learned from.

    Shape:
        signals: name -> [B, I], any scale, NaN where it has no score; candidates, relevant: bool [B, I];
        warmth: [B, I] in [0, 1].
    """

    signals: Mapping[str, NDArray[np.floating]]
    candidates: NDArray[np.bool_]
    relevant: NDArray[np.bool_]
    warmth: NDArray[np.floating]


def fit_weights(blocks: Iterable[Lists], recipe: HybridRecipe) -> Weights:
    """Maximum likelihood weights of lists that come in blocks; at most `recipe.users` of the lists are learned from.

    Without cold (warm) relevant songs the cold (warm) weights stay equal. Raises TooLittleError when no list has a
    relevant song among its candidates.
    """
    names: list[str] = []
    drawn, rng = [], np.random.default_rng(recipe.seed)
    for lists in blocks:
        names = names or [*(set(SIGNALS) & set(lists.signals)), *(set(lists.signals) - set(SIGNALS))]
        names.sort(key=lambda name: (SIGNALS.index(name) if name in SIGNALS else len(SIGNALS), name))
        sample = _sample(lists, names, recipe, rng)
        drawn += [sample] if len(sample.wanted) else []
    if not names or not drawn:
        raise TooLittleError("nothing to learn the ranking from: import more listens (two songs a user or more)")
    warm, cold, level = _Fit(_joined(drawn, recipe), names, _leading(recipe)).run(recipe)
    return Weights(
        dict(zip(names, warm.tolist(), strict=True)),
        dict(zip(names, cold.tolist(), strict=True)),
        level,
        recipe.song_plays,
        recipe.user_plays,
    )


def given_weights(recipe: HybridRecipe) -> Weights:
    """Weights where nothing can be learned: what the fit starts from."""
    warm = {name: 1.0 / len(SIGNALS) for name in SIGNALS}
    counts = dict.fromkeys(SIGNALS, 1.0) | _leading(recipe)
    cold = {name: value / sum(counts.values()) for name, value in counts.items()}
    return Weights(warm, cold, 1.0, recipe.song_plays, recipe.user_plays)


def _leading(recipe: HybridRecipe) -> dict[str, float]:
    """Signals that count more than 1 in the usual cold weights."""
    return {"predicted": recipe.lead}


@dataclass(frozen=True)
class _Sample:
    """A few songs of each list: calibrated signals [B, n, S], NaN kept; warmth, barred, wanted [B, n]."""

    values: NDArray[np.float32]
    warmth: NDArray[np.float32]
    barred: NDArray[np.bool_]
    wanted: NDArray[np.bool_]


def _sample(lists: Lists, names: list[str], recipe: HybridRecipe, rng: np.random.Generator) -> _Sample:
    """The relevant songs of each list that has any, and others drawn at random."""
    rows = np.flatnonzero((lists.relevant & lists.candidates).any(axis=1))
    candidates, relevant = lists.candidates[rows], lists.relevant[rows] & lists.candidates[rows]
    chosen = _columns(candidates, relevant, recipe.songs_a_list, rng)
    values = np.empty((*chosen.shape, len(names)), dtype=np.float32)
    for place, row in enumerate(rows):
        for number, name in enumerate(names):
            signal, able = lists.signals[name][row], candidates[place]
            placed = places(signal[chosen[place]], order(signal, able, recipe.compared))
            values[place, :, number] = np.where(able[chosen[place]] | np.isnan(placed), placed, 0.0)
    return _Sample(
        values,
        np.take_along_axis(lists.warmth[rows], chosen, axis=1).astype(np.float32),
        ~np.take_along_axis(candidates, chosen, axis=1),
        np.take_along_axis(relevant, chosen, axis=1),
    )


def _joined(drawn: list[_Sample], recipe: HybridRecipe) -> _Sample:
    """All blocks together; at most `recipe.users` lists, drawn at random."""
    whole = _Sample(*(np.concatenate([getattr(part, field.name) for part in drawn]) for field in fields(_Sample)))
    if len(whole.wanted) <= recipe.users:
        return whole
    rows = np.sort(np.random.default_rng(recipe.seed).choice(len(whole.wanted), recipe.users, replace=False))
    return _Sample(*(getattr(whole, field.name)[rows] for field in fields(_Sample)))


class _Fit:
    """The optimisation: two softmax-parametrised weight vectors, a level for cold songs and a temperature."""

    def __init__(self, sample: _Sample, names: list[str], leading: Mapping[str, float]) -> None:
        self.able = torch.tensor(~np.isnan(sample.values), dtype=torch.float32)
        self.values = torch.tensor(np.nan_to_num(sample.values))
        self.warmth, self.barred = torch.tensor(sample.warmth), torch.tensor(sample.barred)
        # A signal with one value for all songs of every list would only stand for a level: it has no part.
        self.varies = (self.values.amax(dim=1) - self.values.amin(dim=1)).amax(dim=0) > 1e-6
        self.able = self.able * self.varies
        self.even, self.usual = (self._shares(names, counts) for counts in ({}, leading))
        self.wanted = torch.tensor(sample.wanted / sample.wanted.sum(axis=1, keepdims=True), dtype=torch.float32)

    def _shares(self, names: list[str], counts: Mapping[str, float]) -> torch.Tensor:
        """Logarithms of the shares that the signals which vary have by a first guess."""
        guess = torch.tensor([counts.get(name, 1.0) for name in names]) * self.varies
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
        found = [self._able_ones(values.detach().softmax(0), place) for values, place in sides]
        return found[0], found[1], float(level.detach().exp())

    def _able_ones(self, weights: torch.Tensor, place: torch.Tensor) -> Floats:
        """Nothing was learned of a signal that never had a score there: it gets no weight, the others share its."""
        had_any = ((self.able * (place & ~self.barred).unsqueeze(2)).sum(dim=(0, 1)) > 0) & self.varies
        kept = weights * had_any if had_any.any() else weights
        return np.asarray((kept / kept.sum()).numpy(), dtype=np.float64)


def _columns(
    candidates: NDArray[np.bool_], relevant: NDArray[np.bool_], songs: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Columns of each list that the fit looks at: the relevant songs and others drawn at random, int64 [B, n]."""
    draw = rng.random(candidates.shape, dtype=np.float32)
    key = np.where(relevant, -1.0, np.where(candidates, draw, 2.0))
    most = min(songs, candidates.shape[1])
    return np.asarray(np.argpartition(key, most - 1, axis=1)[:, :most], dtype=np.int64)


def _divergence(logits: torch.Tensor, usual: torch.Tensor) -> torch.Tensor:
    """Divergence of the weights from usual ones, given as logarithms."""
    chance = logits.softmax(0)
    return (chance * (chance.clamp(min=1e-9).log() - usual)).sum()


def never_below(
    weights: Weights, blocks: Iterable[Mapping[str, Lists]], recipe: HybridRecipe, k: int = 20
) -> tuple[Weights, dict[str, float]]:
    """Weights whose lists are no worse than those of one signal alone, by NDCG@k on the rehearsal.

    Warm weights move towards a signal of listens; the best step is kept. Cold weights move towards the artist prior if
    that is better by enough standard errors over the lists (`HybridRecipe`).
    Beside them NDCG@k of warm and cold lists, on which the weights were fitted: an optimistic figure; `evaluate` has
    others.
    """
    warm = [replace(weights, warm=moved) for moved in _moves(weights.warm, _LISTENED, recipe.warm_steps)]
    cold = [replace(weights, cold=moved) for moved in _moves(weights.cold, {"artist"}, recipe.cold_steps)]
    figures: dict[str, list[list[float]]] = {"warm": [], "cold": []}
    for lists in blocks:
        figures["warm"] += lists_ndcg(warm, lists["warm"], k, recipe.compared)
        figures["cold"] += lists_ndcg(cold, lists["cold"], k, recipe.compared)
    errors = {"warm": 0.0, "cold": recipe.cold_errors}
    best = {side: _best(np.array(values), errors[side]) for side, values in figures.items() if values}
    measured = {f"{side} ndcg@{k}": float(np.mean(figures[side], axis=0)[place]) for side, place in best.items()}
    return replace(warm[best.get("warm", 0)], cold=cold[best.get("cold", 0)].cold), measured


def _moves(weights: Mapping[str, float], names: Collection[str], steps: Sequence[float]) -> list[dict[str, float]]:
    """The weights as they are, then moved towards each of the signals that has any, small steps first."""
    able = sorted(name for name in names if weights.get(name, 0.0) > 0.0)
    return [dict(weights), *(_towards(weights, name, step) for step in steps for name in able)]


def _best(figures: Floats, errors: float) -> int:
    """Of trials [lists, T] the best in the mean, the first of equals; the first of all where it is not better than that
    by so many standard errors."""
    best = int(np.argmax(figures.mean(axis=0)))
    gain = figures[:, best] - figures[:, 0]
    return best if gain.mean() >= errors * gain.std() / np.sqrt(len(gain)) else 0


def _towards(warm: Mapping[str, float], name: str, step: float) -> dict[str, float]:
    return {other: (1.0 - step) * value + step * (other == name) for other, value in warm.items()}


def lists_ndcg(trials: Sequence[Weights], lists: Lists, k: int, each: int) -> list[list[float]]:
    """NDCG@k of every list that has a relevant song, by each set of weights; `each` signal brings so many songs."""
    found = []
    for row in np.flatnonzero(lists.relevant.any(axis=1)):
        candidates, relevant = lists.candidates[row], lists.relevant[row]
        signals = {name: values[row] for name, values in lists.signals.items() if name in trials[0].warm}
        # Only what some signal puts high can push a relevant song out of the first k.
        union = best_of_each(signals, candidates, each=each)
        columns = np.union1d(union.columns, np.flatnonzero(relevant))
        placed = np.stack([places(values[columns], union.ordered[name]) for name, values in signals.items()])
        totals = _totals(trials, list(signals), placed, lists.warmth[row, columns])
        totals[:, ~candidates[columns]] = -np.inf
        found.append([float(metrics.ndcg(metrics.relevant_ranks(each, relevant[columns]), k)) for each in totals])
    return found


def _totals(trials: Sequence[Weights], names: list[str], placed: Floats, warmth: NDArray[np.floating]) -> Floats:
    """Scores [T, n] by each set of weights: the arithmetic of `Weights.contributions` summed, as four products.

    placed [S, n] by the names, NaN where a signal has no value; warmth [n].
    """
    able, values = ~np.isnan(placed), np.nan_to_num(placed)
    above, below = np.zeros((len(trials), len(warmth))), np.zeros((len(trials), len(warmth)))
    for share, sets in ((warmth, [one.warm for one in trials]), (1.0 - warmth, [one.cold for one in trials])):
        weights = np.array([[one.get(name, 0.0) for name in names] for one in sets])
        above += weights @ (share * able * values)
        below += weights @ (share * able)
    level = np.array([trial.cold_level for trial in trials])[:, None]
    scale = (warmth + (1.0 - warmth) * level) / np.maximum(1.0, level)
    return np.asarray(scale * np.divide(above, below, out=np.zeros_like(above), where=below > 1e-12))
