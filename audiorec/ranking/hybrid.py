"""The hybrid score: signals calibrated over a user's candidates, weighed by warmth, added up.

The score is exactly the sum of the contributions. It also keeps the promise that warm songs are ranked no worse than
by NeuMF, ItemKNN or the factors (ALS as `scorers.factors` eases it in) alone: where the learned weights break it on the
rehearsal, they move towards the best of them. In a file the weights are the header.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiorec import metrics
from audiorec.models import checkpoint
from audiorec.models.checkpoint import Header
from audiorec.training.hybrid import Lists, Weights, calibrate

KIND = "hybrid"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """Scores [B, I] (-inf where the song is no candidate) and what each signal adds to them, [B, I] each."""

    total: Floats
    contributions: dict[str, Floats]

    def shares(self, row: int, song: int) -> dict[str, float]:
        """Share of every signal in one score: non-negative, they sum to one."""
        parts = {name: float(values[row, song]) for name, values in self.contributions.items()}
        total = sum(parts.values())
        if total <= 0.0:  # nothing speaks for it: all signals say equally little
            return {name: 1.0 / len(parts) for name in parts}
        return {name: value / total for name, value in parts.items()}


def score(
    weights: Weights,
    signals: Mapping[str, NDArray[np.floating]],
    candidates: NDArray[np.bool_],
    warmth: NDArray[np.floating],
) -> Scores:
    """Rank candidates: signals [B, I] as they come, candidates bool [B, I], warmth [B, I] of `Weights.warmth`."""
    known = {name: calibrate(signals[name], candidates) for name in signals if name in weights.warm}
    parts = weights.contributions(known, warmth)
    total = np.sum(list(parts.values()), axis=0)
    return Scores(np.where(candidates, total, -np.inf), parts)


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


def save(
    folder: Path, weights: Weights, digests: tuple[str, str], score: dict[str, float], arrays: dict[str, NDArray[Any]]
) -> None:
    """Write the weights; digests are those of the features and of the recipe, `arrays` what is kept beside them."""
    config = {
        "warm": weights.warm,
        "cold": weights.cold,
        "cold_level": weights.cold_level,
        "song_plays": weights.song_plays,
        "user_plays": weights.user_plays,
    }
    checkpoint.save(folder, Header(KIND, config, *digests, score=score), arrays)


def load(folder: Path, feature_digest: str | None = None) -> Weights:
    """Read what `save` wrote; raises CheckpointError when it is absent, broken or for other features."""
    config = checkpoint.read_header(folder, KIND, feature_digest).config
    return Weights(config["warm"], config["cold"], config["cold_level"], config["song_plays"], config["user_plays"])
