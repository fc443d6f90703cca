"""Random search with successive halving: many settings are tried for a short time, the best of them for longer.

Karnin, Koren and Somekh 2013; Jamieson and Talwalkar 2016. The first setting, the usual one, is never dropped, so that
what is chosen is at least as good as that where it was measured. It does not know models.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# A round keeps one in so many settings and gives each so many times the epochs.
_SHARE = 3

Values = Mapping[str, Any]
# Scores of settings after so many epochs, higher is better; NaN: it failed.
Measure = Callable[[Sequence[Values], int], Sequence[float]]


@dataclass(frozen=True)
class Between:
    """Any number between two, each order of magnitude as likely as another when `by_factor`."""

    low: float
    high: float
    by_factor: bool = False

    def draw(self, rng: np.random.Generator) -> float:
        """Two digits: more are noise to whoever reads them."""
        if self.by_factor:
            return float(f"{np.exp(rng.uniform(np.log(self.low), np.log(self.high))):.2g}")
        return float(f"{rng.uniform(self.low, self.high):.2g}")


@dataclass(frozen=True)
class OneOf:
    """One of some values."""

    values: tuple[Any, ...]

    def draw(self, rng: np.random.Generator) -> Any:
        """Any of them."""
        return self.values[int(rng.integers(len(self.values)))]


Space = Mapping[str, Between | OneOf]


@dataclass(frozen=True)
class Tried:
    """A setting, the epochs of its longest try, and what it scored there."""

    values: Values
    epochs: int
    score: float


def draw(space: Space, usual: Values, count: int, seed: int) -> list[Values]:
    """The usual setting and `count - 1` drawn ones."""
    rng = np.random.default_rng(seed)
    drawn = [{name: choices.draw(rng) for name, choices in space.items()} for _ in range(count - 1)]
    return [{name: usual[name] for name in space}, *drawn]


def halve(settings: Sequence[Values], measure: Measure, epochs: int) -> list[Tried]:
    """Every setting with its longest try, best first; the last round, of three to eight settings, has all `epochs`.

    Each round costs as much as the last one.
    """
    rounds = 1
    while len(settings) >= _SHARE ** (rounds + 1):
        rounds += 1
    left, dropped = list(settings), list[Tried]()
    for number in reversed(range(rounds)):
        given = max(1, epochs // _SHARE**number)
        scores = measure(left, given)
        tried = [Tried(values, given, float(score)) for values, score in zip(left, scores, strict=True)]
        # Of equals the first; NaN stands last.
        ranked = sorted(tried, key=lambda one: -np.nan_to_num(one.score, nan=-np.inf))
        if not number:
            return ranked + dropped
        kept = ranked[: -(-len(ranked) // _SHARE)]
        kept = kept if tried[0] in kept else [*kept[:-1], tried[0]]
        dropped = [one for one in ranked if one not in kept] + dropped
        left = [one.values for one in sorted(kept, key=tried.index)]
    raise AssertionError("the last round returns")
