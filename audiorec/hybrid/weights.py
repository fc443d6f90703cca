"""How much each signal counts in the hybrid's score, applied: calibrated signals in, scores and shares out.

The score of a song for a user is a weighted mean of calibrated signals (places in [0, 1]). The weights are
non-negative, sum to one, and go from the cold set to the warm set as plays of the song and of the user arrive. They are
learned in `fit_weights.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiorec.learning import checkpoint
from audiorec.learning.checkpoint import Header
from audiorec.learning.coded_vectors import stacked

KIND = "hybrid"
_BINS, _MANY = 1 << 16, 10_000


Floats = NDArray[np.float64]


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

        Signals must be calibrated (see `calibrate`); one without a score (NaN) adds nothing, and the others share
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


@dataclass(frozen=True)
class Scores:
    """Scores [B, I] (-inf where the song is no candidate) and what each signal adds to them, [B, I] each."""

    total: Floats
    contributions: dict[str, Floats]

    def shares(self, row: int, song: int) -> dict[str, float]:
        """Share of every signal in one score: non-negative, they sum to one."""
        parts = {name: float(values[row, song]) for name, values in self.contributions.items()}
        total = sum(parts.values())
        if total <= 0.0:  # no signal is above its mean: equal shares
            return {name: 1.0 / len(parts) for name in parts}
        return {name: value / total for name, value in parts.items()}


def score(
    weights: Weights,
    signals: Mapping[str, NDArray[np.floating]],
    candidates: NDArray[np.bool_],
    warmth: NDArray[np.floating],
) -> Scores:
    """Rank candidates: signals [B, I] as they come, candidates bool [B, I], warmth [B, I] of `Weights.warmth`."""
    return combine(weights, {name: calibrate(signals[name], candidates) for name in signals}, candidates, warmth)


def combine(
    weights: Weights,
    calibrated: Mapping[str, Floats],
    candidates: NDArray[np.bool_],
    warmth: NDArray[np.floating],
) -> Scores:
    """Rank candidates by signals that are calibrated already; those without a weight have no part."""
    known = {name: values for name, values in calibrated.items() if name in weights.warm}
    parts = weights.contributions(known, warmth)
    total = np.sum(list(parts.values()), axis=0)
    return Scores(np.where(candidates, total, -np.inf), parts)


def calibrate(signal: NDArray[np.floating], candidates: NDArray[np.bool_]) -> Floats:
    """A signal by the place of each song among a user's candidates: 1 for their first, falling with the logarithm.

    [B, I] -> float64 [B, I] in [0, 1], order kept, NaN kept; songs of one value share the mean of their places. Minus
    infinity (an outright no) becomes 0, as does what is no candidate. Places, unlike values, have no heavy tails that
    rule a weighted mean, and their logarithm cares most for the top of the list, as its reader does.
    """
    values = np.asarray(signal)
    known = np.isfinite(values) & candidates
    found = np.where(np.isnan(values), np.nan, 0.0)
    for row, mine, here in zip(found, values, known, strict=True):
        if here.all():
            row[:] = _spread_by_place(mine)
        else:
            row[here] = _spread_by_place(mine[here])
    return found


def rough_places(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """`calibrate` of finite values or NaN among all songs, [B, I] -> float32 [B, I].

    Of many songs values within a 65,536th of their range share a place: counting takes a fifth of the time of sorting,
    and the first songs stand far enough apart.
    """
    if values.shape[1] < _MANY:
        return calibrate(values, np.ones((1, 1), dtype=bool)).astype(np.float32)
    return stacked([_spread_by_count(row) for row in values])


def _spread_by_count(values: NDArray[np.floating]) -> NDArray[np.float32]:
    low, high = np.fmin.reduce(values), np.fmax.reduce(values)
    bins = values - low
    bins *= values.dtype.type(_BINS - 1) / (high - low) if high > low else values.dtype.type(0.0)
    np.fmin(bins, values.dtype.type(_BINS), out=bins)  # what is unknown stands in a bin of its own, the last
    numbers = bins.astype(np.int64)
    counts = np.bincount(numbers, minlength=_BINS + 1)[:_BINS]
    count = int(counts.sum())
    # Twice the mean place of a bin's values from the top: what lies above it counts whole, its own half.
    places = 2 * (count - np.cumsum(counts)) + counts - 1
    values_of_bins = _of_half_places(count).take(places, mode="clip") if count else np.zeros(_BINS)
    return np.asarray(np.append(values_of_bins, np.nan).astype(np.float32).take(numbers))


def spread_places(place: NDArray[np.floating], count: NDArray[np.integer] | int) -> Floats:
    """Places from 0 among `count` as values from 1 to 0, falling with the logarithm."""
    return np.asarray(1.0 - np.log1p(place) / np.log1p(count))


def _spread_by_place(values: NDArray[np.floating]) -> Floats:
    """`spread_places` of the place of each value [n] among them, largest first; equal ones share their mean place."""
    order = np.argsort(values)  # equal ones share a place, so their order does not matter
    ordered, count = values[order], len(values)
    changes, found = ordered[1:] != ordered[:-1], np.empty(count)
    if changes.all():
        found[order] = _of_half_places(count)[::-2]
        return found
    edges = np.concatenate([[0], np.flatnonzero(changes) + 1, [count]])
    # The mean place of those that stand between two edges, counted from below, doubled to be whole.
    found[order] = np.repeat(_of_half_places(count)[2 * count - 1 - edges[:-1] - edges[1:]], np.diff(edges))
    return found


@lru_cache(maxsize=8)
def _of_half_places(count: int) -> Floats:
    """`spread_places` of 0, 1/2, 1, ... among `count`: every list over the same songs asks for the same."""
    return spread_places(np.arange(max(2 * count - 1, 0)) / 2.0, max(count, 1))


def save_weights(
    folder: Path,
    weights: Weights,
    settings: Mapping[str, Any],
    digests: tuple[str, str],
    score: dict[str, float],
    arrays: dict[str, NDArray[Any]],
) -> None:
    """Write the weights, the settings of all parts, and the digests of features and settings.

    `arrays` is what is kept beside them.
    """
    config = {
        "settings": dict(settings),
        "warm": weights.warm,
        "cold": weights.cold,
        "cold_level": weights.cold_level,
        "song_plays": weights.song_plays,
        "user_plays": weights.user_plays,
    }
    checkpoint.save(folder, Header(KIND, config, *digests, score=score), arrays)


def load_weights(folder: Path, feature_digest: str | None = None) -> Weights:
    """Read what `save_weights` wrote; raises CheckpointError when it is absent, broken or for other features."""
    config = checkpoint.read_header(folder, KIND, feature_digest).config
    return Weights(config["warm"], config["cold"], config["cold_level"], config["song_plays"], config["user_plays"])
