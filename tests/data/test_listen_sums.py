"""Sums of listens: what a dictionary gives, in the order of user and track."""

import random

from audiorec.data.event_shards import MOST_PLAYS
from audiorec.data.listen_sums import summed


def by_dictionary(rows: list[tuple[str, int, float, float | None]]) -> list[tuple[str, int, float, float | None]]:
    plays: dict[tuple[str, int], float] = {}
    last: dict[tuple[str, int], float] = {}
    for user, track, count, time in rows:
        plays[user, track] = plays.get((user, track), 0.0) + min(count, MOST_PLAYS)
        if time is not None:
            last[user, track] = max(last.get((user, track), time), time)
    return [(*key, plays[key], last.get(key)) for key in sorted(plays)]


def test_is_what_a_dictionary_gives() -> None:
    rng = random.Random(0)
    names = ["b", "a", "Ö", "音", "zz"]
    rows = [
        (rng.choice(names), rng.randint(1, 6), float(rng.randint(1, 9)), rng.choice([None, float(rng.randint(0, 99))]))
        for _ in range(200)
    ]
    assert list(summed(rows)) == by_dictionary(rows)
    assert list(summed([("a", 1, 2e9, None)])) == [("a", 1, MOST_PLAYS, None)]
    assert list(summed([])) == []
