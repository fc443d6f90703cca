"""Reasons match the arithmetic for any signals: shares make up the score, and the sentence tells the largest."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiorec.hybrid.weights import Weights, calibrate, score
from audiorec.ranking.explain import sentence

NAMES = ("collaborative", "predicted", "content", "artist", "svm")
SHARE = st.floats(0.0, 1.0)
NUMBER = st.one_of(st.floats(-5.0, 5.0), st.sampled_from([float("nan"), float("-inf")]))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Weights, dict[str, np.ndarray], np.ndarray]:
    """Weights that sum to one, signals [2, 4] with places without a score and outright refusals, warmth [2, 4]."""
    sets = []
    for _ in range(2):
        raw = np.array(draw(st.lists(SHARE, min_size=5, max_size=5))) + 1e-3
        sets.append(dict(zip(NAMES, (raw / raw.sum()).tolist(), strict=True)))
    weights = Weights(sets[0], sets[1], draw(st.floats(0.1, 3.0)), 1.0, 2.0)
    grid = st.lists(NUMBER, min_size=8, max_size=8).map(lambda values: np.array(values).reshape(2, 4))
    warmth = np.array(draw(st.lists(st.floats(0.0, 0.99), min_size=8, max_size=8))).reshape(2, 4)
    return weights, {name: draw(grid) for name in NAMES}, warmth


@given(cases())
def test_shares_make_up_the_score_and_the_sentence_tells_them(
    case: tuple[Weights, dict[str, np.ndarray], np.ndarray],
) -> None:
    weights, signals, warmth = case
    everything = np.ones((2, 4), dtype=bool)
    scored = score(weights, signals, everything, warmth)
    for row, song in np.ndindex(2, 4):
        shares = scored.shares(row, song)
        assert min(shares.values()) >= 0.0
        assert sum(shares.values()) == pytest.approx(1.0)
        total = scored.total[row, song]
        assert 0.0 <= total <= 1.0 + 1e-9
        assert total == pytest.approx(slow_score(weights, signals, warmth, row, song), abs=1e-9)
        if total > 0.0:
            for name, share in shares.items():
                assert share * total == pytest.approx(scored.contributions[name][row, song])
        told = [int(number) / 100 for number in re.findall(r"\((\d+) %\)", sentence(shares))]
        largest = sorted(shares.values(), reverse=True)[:2]
        assert told == pytest.approx([share for share in largest if share >= 0.05], abs=0.0051)


def slow_score(weights: Weights, signals: dict[str, np.ndarray], warmth: np.ndarray, row: int, song: int) -> float:
    """The score by its definition, one signal after the other."""
    heat, top, below = warmth[row, song], 0.0, 0.0
    for name, values in signals.items():
        place = calibrate(values, np.ones((2, 4), dtype=bool))[row, song]
        if np.isnan(place):
            continue
        weight = heat * weights.warm[name] + (1.0 - heat) * weights.cold[name]
        top, below = top + weight * place, below + weight
    level = (heat + (1.0 - heat) * weights.cold_level) / max(1.0, weights.cold_level)
    return float(level * top / below) if below > 0.0 else 0.0
