"""Sums of listens: what a dictionary gives, in the order of user and track."""

import random
from pathlib import Path

from audiorec.data.event_shards import MOST_PLAYS
from audiorec.data.listen_sums import Sum, in_columns, insert, summed
from audiorec.data.workspace import Workspace


def by_dictionary(rows: list[Sum]) -> list[Sum]:
    plays: dict[tuple[str, int], float] = {}
    last: dict[tuple[str, int], float] = {}
    for user, track, count, time in rows:
        plays[user, track] = plays.get((user, track), 0.0) + min(count, MOST_PLAYS)
        if time is not None:
            last[user, track] = max(last.get((user, track), time), time)
    return [(*key, plays[key], last.get(key)) for key in sorted(plays)]


def kept(space: Workspace, rows: list[Sum]) -> list[Sum]:
    with space.transaction() as db:
        db.execute("DELETE FROM listen")
        insert(db, "x", summed(in_columns(rows)))
        return list(db.execute("SELECT user, track_id, count, time FROM listen ORDER BY user, track_id"))


def test_is_what_a_dictionary_gives(tmp_path: Path) -> None:
    rng = random.Random(0)
    names = ["b", "a", "Ö", "音", "zz"]
    rows = [
        (rng.choice(names), rng.randint(1, 40), float(rng.randint(1, 9)), rng.choice([None, float(rng.randint(0, 99))]))
        for _ in range(400)
    ]
    with Workspace.open(tmp_path, write=True) as space:
        assert kept(space, rows) == by_dictionary(rows)
        assert kept(space, [("a", 1, 2e9, None)]) == [("a", 1, MOST_PLAYS, None)]
        assert kept(space, []) == []
