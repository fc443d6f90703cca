"""The search on a hill whose top is known: it climbs it, spends what it says, and never loses the usual setting."""

from collections.abc import Sequence

import numpy as np
import pytest

from audiorec.learning.random_search import Between, OneOf, Values, draw, halve

SPACE = {"rate": Between(0.001, 1.0, by_factor=True), "width": OneOf((8, 16, 32)), "share": Between(0.0, 0.5)}
USUAL = {"rate": 0.9, "width": 8, "share": 0.5, "seed": 3}


def height(values: Values) -> float:
    """Highest at a rate of .03 and a width of 32."""
    return -abs(np.log(values["rate"] / 0.03)) - 5.0 * (values["width"] != 32)


def test_the_best_of_what_was_drawn_is_found_and_every_round_costs_the_same() -> None:
    asked = list[tuple[int, int]]()

    def measure(settings: Sequence[Values], epochs: int) -> list[float]:
        asked.append((len(settings), epochs))
        return [height(values) for values in settings]

    drawn = draw(SPACE, USUAL, 27, seed=1)
    tried = halve(drawn, measure, epochs=90)
    assert asked == [(27, 10), (9, 30), (3, 90)]
    assert tried[0].values == max(drawn, key=height)
    assert abs(np.log(tried[0].values["rate"] / 0.03)) < 1.0
    assert sorted(map(repr, drawn)) == sorted(repr(one.values) for one in tried)
    assert [one.epochs for one in tried] == [90] * 3 + [30] * 6 + [10] * 18


def test_the_usual_setting_has_the_last_round_however_bad_it_is() -> None:
    drawn = draw(SPACE, USUAL, 12, seed=0)
    tried = halve(drawn, lambda settings, epochs: [height(values) for values in settings], epochs=9)
    (usual,) = [one for one in tried if one.values == drawn[0]]
    assert drawn[0] == {name: USUAL[name] for name in SPACE}
    assert usual.epochs == 9
    assert usual.score < tried[0].score


def test_a_seed_draws_the_same_and_another_others() -> None:
    assert draw(SPACE, USUAL, 20, seed=4) == draw(SPACE, USUAL, 20, seed=4)
    assert draw(SPACE, USUAL, 20, seed=4)[1:] != draw(SPACE, USUAL, 20, seed=5)[1:]
    assert {values["width"] for values in draw(SPACE, USUAL, 200, seed=4)} == {8, 16, 32}
    rates = [values["rate"] for values in draw(SPACE, USUAL, 2000, seed=4)]
    assert np.mean(np.array(rates) < 0.0316) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("count", "rounds"), [(1, [1]), (3, [3]), (8, [8]), (9, [9, 3]), (26, [26, 9])])
def test_few_settings_are_tried_in_few_rounds(count: int, rounds: list[int]) -> None:
    asked = list[int]()

    def measure(settings: Sequence[Values], epochs: int) -> list[float]:
        asked.append(len(settings))
        return [float("nan")] * len(settings)

    assert len(halve(draw(SPACE, USUAL, count, 0), measure, 2)) == count
    assert asked == rounds
