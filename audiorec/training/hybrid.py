"""Learning how much each signal counts, for warm and for cold songs, from lists with songs made cold on purpose.

The score of a song for a user is a weighted mean of calibrated signals (places in [0, 1]); the weights are
non-negative, sum to one, and go from the cold set to the warm set as plays of the song and of the user arrive. They are
fitted by the likelihood of the held-out listens among the candidates. It knows arrays only, not where they come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from audiorec.errors import InputError
from audiorec.recipes import Recipe

Floats = NDArray[np.float64]
# Songs of each list that the weights are fitted on; more make the fit slower, not better.
_SONGS_A_LIST = 150
# What the cold weights are pulled towards, against 1 for every other signal. Where a second set of artists was hidden,
# what content promises was better alone than beside any signal that the few artists hidden first had spoken for.
_TRUST = {"predicted": 30.0}
# The order in which signals stand in every array and table.
SIGNALS = (
    "collaborative",
    "factors",
    "neighbours",
    "predicted",
    "cnn",
    "svm",
    "network",
    "content",
    "artist",
    "popularity",
)


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


@dataclass(frozen=True)
class Weights:
    """Weight of each signal for warm and for cold songs (each sums to one), and what a cold song's score is worth.

    song_plays and user_plays are those of the recipe: they make the warmth.
    """

    warm: dict[str, float]
    cold: dict[str, float]
    cold_level: float
    song_plays: float
    user_plays: float

    def warmth(self, song_listeners: NDArray[np.floating], user_songs: NDArray[np.floating]) -> Floats:
        """How warm a pair is, [B, I] in [0, 1): from listeners of the songs [I] and songs of the users [B]."""
        songs = song_listeners / (song_listeners + self.song_plays)
        users = user_songs / (user_songs + self.user_plays)
        return np.asarray(users[:, None] * songs[None, :], dtype=np.float64)

    def contributions(
        self, signals: Mapping[str, NDArray[np.floating]], warmth: NDArray[np.floating]
    ) -> dict[str, Floats]:
        """What each signal adds to the score, [B, I] each, non-negative; their sum is the score.

        Signals must be calibrated (see `calibrate`); one that cannot speak (NaN) adds nothing, and the others share
        its weight.
        """
        weights = {
            name: warmth * self.warm.get(name, 0.0) + (1.0 - warmth) * self.cold.get(name, 0.0) for name in signals
        }
        able = {name: np.where(np.isnan(values), 0.0, weights[name]) for name, values in signals.items()}
        total = np.sum(list(able.values()), axis=0)
        # Divided by the higher of the two levels, so that no score exceeds one.
        level = (warmth + (1.0 - warmth) * self.cold_level) / max(1.0, self.cold_level)
        # Weights below rounding are no weights: dividing by them would not give shares.
        total = np.where(total > 1e-12, total, np.inf)
        return {name: level * (able[name] / total) * np.nan_to_num(values) for name, values in signals.items()}


def calibrate(signal: NDArray[np.floating], candidates: NDArray[np.bool_]) -> Floats:
    """A signal by the place of each song among a user's candidates: 1 for her first, falling with the logarithm.

    [B, I] -> [B, I] in [0, 1], order kept, NaN kept; songs of one value share the mean of their places. Minus infinity
    (an outright no) becomes 0, as does what is no candidate. Places, unlike values, have no heavy tails that rule a
    weighted mean, and their logarithm cares most for the top of the list, as its reader does.
    """
    values = np.asarray(signal, dtype=np.float64)
    known = np.isfinite(values) & candidates
    place = _mean_places(np.where(known, -values, np.inf))
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    found = np.where(known, 1.0 - np.log1p(np.minimum(place, count)) / np.log1p(count), 0.0)
    return np.where(np.isnan(values), np.nan, found)


def _mean_places(values: Floats) -> Floats:
    """Place of each entry in its row, smallest first, from 0; equal ones share their mean place."""
    order = np.argsort(values, axis=1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=1)
    starts = np.ones(values.shape, dtype=bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    ends = np.roll(starts, -1, axis=1)
    ends[:, -1:] = True
    here = np.broadcast_to(np.arange(values.shape[1]), values.shape)
    first = np.maximum.accumulate(np.where(starts, here, 0), axis=1)
    last = np.minimum.accumulate(np.where(ends, here, values.shape[1])[:, ::-1], axis=1)[:, ::-1]
    places = np.empty(values.shape)
    np.put_along_axis(places, order, (first + last) / 2.0, axis=1)
    return places


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
